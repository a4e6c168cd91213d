# SPDX-License-Identifier: Apache-2.0
"""The typed tree of a filter, and what its values are; `check` looks at what inference has made."""
