# SPDX-License-Identifier: Apache-2.0
"""The device library, one file a chip."""
