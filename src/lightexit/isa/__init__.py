# SPDX-License-Identifier: Apache-2.0
"""RFC 9669: the instruction table and all that is derived from it."""
