# SPDX-License-Identifier: Apache-2.0
"""From syntax to the typed tree: one file for each kind of syntax; `rules` is the table of all."""
