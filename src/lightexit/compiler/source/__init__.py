# SPDX-License-Identifier: Apache-2.0
"""The author's source: a function's syntax tree, and what its names refer to."""
