# SPDX-License-Identifier: Apache-2.0
"""LLVM's own BPF back end, to compare with."""

from __future__ import annotations

import llvmlite.binding as llvm

llvm.initialize_all_targets()
llvm.initialize_all_asmprinters()


def compile_ir(text: str, cpu: str = "v3", triple: str = "bpfel") -> tuple[str, bytes]:
    """Assembly text and object file of a module."""
    machine, module = _parsed(text, cpu, triple)
    return machine.emit_assembly(module), machine.emit_object(module)


def compile_object(text: str, cpu: str = "v3", triple: str = "bpfel") -> bytes:
    """Object file of a module, whose names need not be UTF-8."""
    machine, module = _parsed(text, cpu, triple)
    return bytes(machine.emit_object(module))


def _parsed(text: str, cpu: str, triple: str) -> tuple[llvm.TargetMachine, llvm.ModuleRef]:
    machine = llvm.Target.from_triple(triple).create_target_machine(cpu=cpu, opt=2)
    return machine, llvm.parse_assembly(f'target triple = "{triple}"\n{text}')
