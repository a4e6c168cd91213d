# SPDX-License-Identifier: Apache-2.0
"""From the typed tree to LLVM IR."""
