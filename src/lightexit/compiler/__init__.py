# SPDX-License-Identifier: Apache-2.0
"""From a typed Python function to eBPF, one file a pass."""
