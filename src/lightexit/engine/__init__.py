# SPDX-License-Identifier: Apache-2.0
"""Where a program runs: interpreter, native code, the kernel."""
