# SPDX-License-Identifier: Apache-2.0
"""The typed tree of a filter, and the kinds of its values; `check` validates a tree."""
