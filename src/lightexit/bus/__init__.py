# SPDX-License-Identifier: Apache-2.0
"""From an access to the device it belongs to."""
