# SPDX-License-Identifier: Apache-2.0
"""The native engine: eBPF to LLVM IR to machine code; and machine code of any LLVM IR."""

from lightexit.engine.native.code import NativeCode, compile_ir
from lightexit.engine.native.engine import NativeEngine, NativeProgram

__all__ = ["NativeCode", "NativeEngine", "NativeProgram", "compile_ir"]
