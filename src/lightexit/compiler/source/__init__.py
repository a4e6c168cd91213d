# SPDX-License-Identifier: Apache-2.0
"""The author's text: a function's syntax tree, and what the names in it stand for."""
