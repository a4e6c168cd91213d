# SPDX-License-Identifier: Apache-2.0
"""The kernel engine: bpf(2), with the kernel's own verifier and JIT. Linux only."""

from lightexit.engine.kernel.engine import KernelEngine, KernelMemory, KernelProgram, available

__all__ = ["KernelEngine", "KernelMemory", "KernelProgram", "available"]
