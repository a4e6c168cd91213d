# SPDX-License-Identifier: Apache-2.0
"""From LLVM IR to a program: LLVM itself, and the linker of what it makes."""
