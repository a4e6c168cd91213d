# SPDX-License-Identifier: Apache-2.0
"""Interrupt delivery as an x86 CPU does it, for back ends that leave it to us.

Real mode, protected mode without a change of privilege, long mode. Reference: Intel SDM
volume 3, sections 6.10 to 6.14 and 21.1.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Protocol

from lightexit.vm.faults import CpuEvent, EventSource, FaultError, following, page_fault
from lightexit.vm.paging import NotMappedError
from lightexit.vm.registers import PE

#: Exceptions that push an error code; in real mode, none does.
WITH_ERROR_CODE = frozenset({8, 10, 11, 12, 13, 14, 17})
#: Stack pointers in the task state segment of long mode (section 8.7).
_TSS_RSP0, _TSS_IST1 = 0x04, 0x24


class Flag(IntFlag):
    """Bits of RFLAGS."""

    TF = 1 << 8
    IF = 1 << 9
    NT = 1 << 14
    RF = 1 << 16
    VM = 1 << 17
    AC = 1 << 18


class Register(IntEnum):
    """Registers that interrupt delivery and address translation use."""

    CS = 0
    SS = 1
    RIP = 2
    RSP = 3
    RFLAGS = 4
    CR0 = 5
    CR3 = 6
    CR4 = 7
    CR2 = 8


@dataclass(frozen=True)
class DescriptorTable:
    """IDTR or GDTR: linear base, and the offset of the last byte."""

    base: int
    limit: int


class X86State(Protocol):
    """A stopped CPU. Memory is addressed as the CPU itself would: linear addresses."""

    @property
    def idt(self) -> DescriptorTable:
        """The interrupt descriptor table."""
        ...

    @property
    def gdt(self) -> DescriptorTable:
        """The global descriptor table."""
        ...

    @property
    def task_base(self) -> int:
        """Where the task state segment begins."""
        ...

    @property
    def is_long(self) -> bool:
        """Whether the CPU is in long mode, be it in 64-bit code or not."""
        ...

    def get(self, register: Register) -> int:
        """A register's value."""
        ...

    def set(self, register: Register, value: int) -> None:
        """Change a register; a selector's descriptor is loaded with it."""
        ...

    def enter_ring_0(self, selector: int) -> None:
        """Change to a flat 64-bit code segment of ring 0, and to a null stack segment."""
        ...

    def load(self, address: int, size: int) -> int:
        """A little-endian value from memory. Raises NotMappedError."""
        ...

    def store(self, address: int, value: int, size: int) -> None:
        """Put a little-endian value into memory. Raises NotMappedError."""
        ...


class NoHandlerError(Exception):
    """A real CPU would enter the handler, and this delivery cannot."""


@dataclass(frozen=True)
class Gate:
    """Where an interrupt goes: `wide` gates push 32 bits an item, others 16."""

    selector: int
    offset: int
    wide: bool
    clears_if: bool


def deliver(cpu: X86State, event: CpuEvent) -> None:
    """Enter the handler of an interrupt or exception, or of what delivering it raises.

    Raises TripleFaultError, with registers as they were but for CR2, and NoHandlerError.
    """
    while True:
        try:
            _enter(cpu, event)
            return
        except FaultError as fault:
            if fault.address is not None:
                cpu.set(Register.CR2, fault.address)
            if event.source is EventSource.SOFTWARE:
                # To the handler of the fault, the instruction has not been executed.
                cpu.set(Register.RIP, cpu.get(Register.RIP) - event.length)
            event = following(event, fault)


def _enter(cpu: X86State, event: CpuEvent) -> None:
    if cpu.is_long:
        _enter_long(cpu, event)
        return
    protected = bool(cpu.get(Register.CR0) & PE)
    gate = _protected_gate(cpu, event) if protected else _real_gate(cpu, event)
    flags = cpu.get(Register.RFLAGS)
    items = [flags, cpu.get(Register.CS), cpu.get(Register.RIP)]
    if protected and event.error_code is not None:
        items.append(event.error_code)
    _push_all(cpu, items, 4 if gate.wide else 2)
    _clear_flags(cpu, flags, gate)
    if not protected or gate.selector != cpu.get(Register.CS):
        cpu.set(Register.CS, gate.selector)
    cpu.set(Register.RIP, gate.offset)


def _push_all(cpu: X86State, items: list[int], size: int) -> None:
    before = cpu.get(Register.RSP)
    try:
        for item in items:
            _push(cpu, item & (1 << 8 * size) - 1, size)
    except FaultError:
        cpu.set(Register.RSP, before)
        raise


def _clear_flags(cpu: X86State, flags: int, gate: Gate) -> None:
    cleared = Flag.TF | Flag.NT | Flag.RF | Flag.AC | (Flag.IF if gate.clears_if else 0)
    cpu.set(Register.RFLAGS, flags & ~cleared)


def _enter_long(cpu: X86State, event: CpuEvent) -> None:
    """Always through 16-byte gates into ring 0, with stack segment and pointer on the stack."""
    gate, stack = _long_gate(cpu, event)
    selector, old, flags = cpu.get(Register.CS), cpu.get(Register.RSP), cpu.get(Register.RFLAGS)
    items = [cpu.get(Register.SS), old, flags, selector, cpu.get(Register.RIP)]
    if event.error_code is not None:
        items.append(event.error_code)
    if selector & 3:
        stack = stack or _load(cpu, cpu.task_base + _TSS_RSP0, 8)
    top = (stack or old) & ~0xF
    for item in items:
        top -= 8
        _store(cpu, top, item, 8)
    if selector & 3:
        cpu.enter_ring_0(gate.selector)
    elif gate.selector != selector:
        cpu.set(Register.CS, gate.selector)
    cpu.set(Register.RSP, top)
    _clear_flags(cpu, flags, gate)
    cpu.set(Register.RIP, gate.offset)


def _long_gate(cpu: X86State, event: CpuEvent) -> tuple[Gate, int]:
    """The gate, and its stack (IST); 0 for none."""
    place = _entry(cpu, event, 16)
    entry = _load(cpu, place, 8)
    kind = _gate_kind(entry, event, (0xE, 0xF))
    offset = entry & 0xFFFF | entry >> 32 & 0xFFFF_0000 | _load(cpu, place + 8, 4) << 32
    number = entry >> 32 & 7
    stack = _load(cpu, cpu.task_base + _TSS_IST1 + 8 * (number - 1), 8) if number else 0
    selector = entry >> 16 & 0xFFFF
    _check_segment(cpu, event, selector)
    return Gate(selector, offset, wide=True, clears_if=kind == 0xE), stack


def _real_gate(cpu: X86State, event: CpuEvent) -> Gate:
    entry = _load(cpu, _entry(cpu, event, 4), 4)
    return Gate(entry >> 16, entry & 0xFFFF, wide=False, clears_if=True)


def _protected_gate(cpu: X86State, event: CpuEvent) -> Gate:
    entry = _load(cpu, _entry(cpu, event, 8), 8)
    kind = _gate_kind(entry, event, (0x6, 0x7, 0xE, 0xF))
    selector = entry >> 16 & 0xFFFF
    _check_segment(cpu, event, selector)
    if _privilege(cpu, selector) != cpu.get(Register.CS) & 3:
        raise NoHandlerError(f"interrupt {event.vector} changes privilege, which is not supported")
    wide = kind >= 0xE
    offset = entry & 0xFFFF | (entry >> 32 & 0xFFFF_0000 if wide else 0)
    return Gate(selector, offset, wide, clears_if=kind in (0x6, 0xE))


def _entry(cpu: X86State, event: CpuEvent, size: int) -> int:
    """Where its entry of the table is. Raises FaultError where the table ends before."""
    if size * event.vector + size - 1 > cpu.idt.limit:
        raise event.beyond_table()
    return cpu.idt.base + size * event.vector


def _gate_kind(entry: int, event: CpuEvent, usable: tuple[int, ...]) -> int:
    kind = entry >> 40 & 0x1F
    if kind not in usable:
        raise event.beyond_table()
    if not entry >> 47 & 1:
        raise event.not_present()
    return kind


def _check_segment(cpu: X86State, event: CpuEvent, selector: int) -> None:
    if not selector & ~3 or (not selector & 4 and (selector | 7) > cpu.gdt.limit):
        raise event.no_segment(selector)


def _load(cpu: X86State, address: int, size: int) -> int:
    try:
        return cpu.load(address, size)
    except NotMappedError as missing:
        raise page_fault(missing.address, is_write=False) from None


def _store(cpu: X86State, address: int, value: int, size: int) -> None:
    try:
        cpu.store(address, value, size)
    except NotMappedError as missing:
        raise page_fault(missing.address, is_write=True) from None


def _privilege(cpu: X86State, selector: int) -> int:
    return _descriptor(cpu, selector) >> 45 & 3


def _descriptor(cpu: X86State, selector: int) -> int:
    place = selector & ~7
    if selector & 4 or place + 7 > cpu.gdt.limit:
        raise NoHandlerError(f"selector {selector:#x} is not in the global descriptor table")
    return _load(cpu, cpu.gdt.base + place, 8)


def segment_base(cpu: X86State, register: Register) -> int:
    """Linear address of a segment's first byte; 0 for every one in long mode."""
    if cpu.is_long:
        return 0
    selector = cpu.get(register)
    if not cpu.get(Register.CR0) & PE or cpu.get(Register.RFLAGS) & Flag.VM:
        return selector << 4
    entry = _descriptor(cpu, selector)
    return entry >> 16 & 0xFF_FFFF | entry >> 32 & 0xFF00_0000


def _stack_mask(cpu: X86State) -> int:
    if not cpu.get(Register.CR0) & PE:
        return 0xFFFF
    big = _descriptor(cpu, cpu.get(Register.SS)) >> 54 & 1
    return 0xFFFF_FFFF if big else 0xFFFF


def _push(cpu: X86State, value: int, size: int) -> None:
    mask, old = _stack_mask(cpu), cpu.get(Register.RSP)
    top = (old - size) & mask
    _store(cpu, segment_base(cpu, Register.SS) + top, value, size)
    cpu.set(Register.RSP, old & ~mask | top)
