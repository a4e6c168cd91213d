# SPDX-License-Identifier: Apache-2.0
"""The `lightexit` command, one file a command."""
