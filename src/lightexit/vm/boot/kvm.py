# SPDX-License-Identifier: Apache-2.0
"""Start states on KVM."""

from __future__ import annotations

from lightexit.vm.boot.state import FlatSegment, StartState
from lightexit.vm.kvm import structs
from lightexit.vm.kvm.vcpu import KvmVcpu

_DATA_SEGMENTS = ("ds", "es", "fs", "gs", "ss")
_SYSTEM = ("cr0", "cr3", "cr4", "efer")
_GENERAL = ("rip", "rsp", "rflags", "rax", "rbx", "rsi")


def set_start(vcpu: KvmVcpu, state: StartState) -> None:
    """Give a vCPU that has not run these registers."""
    system = vcpu.system_registers
    system.cs = _segment(state.code)
    for name in _DATA_SEGMENTS:
        setattr(system, name, _segment(state.data))
    system.gdt.base, system.gdt.limit = state.gdt.base, state.gdt.limit
    system.idt.base, system.idt.limit = state.idt.base, state.idt.limit
    for name in _SYSTEM:
        setattr(system, name, getattr(state, name))
    vcpu.system_registers = system
    registers = structs.KvmRegisters()
    for name in _GENERAL:
        setattr(registers, name, getattr(state, name))
    vcpu.registers = registers


def _segment(source: FlatSegment) -> structs.KvmSegment:
    segment = structs.KvmSegment()
    segment.limit, segment.selector, segment.type = 0xFFFF_FFFF, source.selector, source.type
    segment.present = segment.s = segment.g = 1
    segment.db, segment.l = source.db, source.long
    return segment
