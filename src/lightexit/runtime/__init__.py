# SPDX-License-Identifier: Apache-2.0
"""The native runtime, in C: the dispatch routine, the KVM run loop, Unicorn's hooks.

Beside each file of C stands what clang makes of it, LLVM IR that no pass has been over (`make
runtime`): users need no compiler, and the native engine makes machine code of it for any host.
"""

from lightexit.runtime.code import Code as Code
from lightexit.runtime.code import runtime_code as runtime_code
