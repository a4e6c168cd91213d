# SPDX-License-Identifier: Apache-2.0
"""Start states on KVM, through its register interface."""

from __future__ import annotations

from lightexit.vm.boot import Segment, StartState
from lightexit.vm.kvm import structs
from lightexit.vm.kvm.vcpu import Vcpu

GENERAL = ("rax", "rbx", "rsi", "rsp")


def start_kvm(vcpu: Vcpu, state: StartState) -> None:
    """All at once."""
    system = vcpu.system_registers
    system.cs = _segment(state.code)
    system.ds = system.es = system.fs = system.gs = system.ss = _segment(state.data)
    system.gdt.base, system.gdt.limit = state.gdt.base, state.gdt.limit
    system.idt.base, system.idt.limit = state.idt.base, state.idt.limit
    for name in ("cr0", "cr3", "cr4", "efer"):
        setattr(system, name, getattr(state, name))
    vcpu.system_registers = system
    registers = structs.Registers()
    for name in (*GENERAL, "rip", "rflags"):
        setattr(registers, name, getattr(state, name))
    vcpu.registers = registers


def _segment(source: Segment) -> structs.Segment:
    segment = structs.Segment()
    segment.limit, segment.selector, segment.type = 0xFFFF_FFFF, source.selector, source.type
    segment.present = segment.s = segment.g = 1
    segment.db, segment.l = source.db, source.long
    return segment
