# SPDX-License-Identifier: Apache-2.0
"""Start states on the back ends, through their register interfaces."""

from __future__ import annotations

from unicorn import x86_const

from lightexit.vm.boot import Segment, StartState
from lightexit.vm.boot.state import LMA
from lightexit.vm.kvm import structs
from lightexit.vm.kvm.vcpu import Vcpu
from lightexit.vm.unicorn import UnicornCpu

EFER = 0xC000_0080
DATA_SEGMENTS = ("ds", "es", "fs", "gs", "ss")
GENERAL = ("rax", "rbx", "rsi", "rsp")


def start_unicorn(cpu: UnicornCpu, state: StartState) -> None:
    """Tables first, then modes in the order in which a CPU enters them, then selectors."""

    def write(name: str, value: object) -> None:
        cpu.uc.reg_write(getattr(x86_const, f"UC_X86_REG_{name.upper()}"), value)

    write("gdtr", (0, state.gdt.base, state.gdt.limit, 0))
    write("idtr", (0, state.idt.base, state.idt.limit, 0))
    write("cr3", state.cr3)
    write("cr4", state.cr4)
    write("msr", (EFER, state.efer & ~LMA))
    write("cr0", state.cr0)
    write("cs", state.code.selector)
    for name in DATA_SEGMENTS:
        write(name, state.data.selector)
    for name in GENERAL:
        write(f"e{name[1:]}", getattr(state, name))
    write("eflags", state.rflags)
    write("eip", state.rip)


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
