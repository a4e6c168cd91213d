# SPDX-License-Identifier: Apache-2.0
"""What an exit costs on this host, as a guest measures it: `lightexit bench host`.

`host.py` says what the host is, `variants.py` what is compared, `series.py` takes the times.
"""
