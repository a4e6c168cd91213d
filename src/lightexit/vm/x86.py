# SPDX-License-Identifier: Apache-2.0
"""Interrupt delivery as an x86 CPU does it, for back ends that leave it to us.

Real mode, protected mode, long mode. Where an emulator lets it, native code does the same
(runtime/unicorn_delivery.h), and this is its definition. Reference: Intel SDM volume 3,
sections 6.10 to 6.14 and 21.1.4.
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
#: Those of the class of faults, whose instruction is executed again (section 6.15).
FAULTS = frozenset({0, 5, 6, 7, 10, 11, 12, 13, 14, 16, 17, 19, 20, 21})
#: Stack pointers in the task state segment of long mode (section 8.7).
_TSS_RSP0, _TSS_IST1 = 0x04, 0x24
#: That of ring 0 in a task state segment of 32 bits, and where its selector is (section 7.2.1).
_TSS_ESP0, _SELECTOR = 0x04, 4
_CONFORMING, _IS_CODE = 1 << 42, 1 << 43


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

    def enter_ring(self, code: int, stack: int) -> None:
        """Change to these segments, in protected mode, and to the ring that `code` names."""
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
    elif cpu.get(Register.CR0) & PE:
        _enter_protected(cpu, event)
    else:
        _enter_real(cpu, event)


@dataclass(frozen=True)
class _Stack:
    """Where pushes go: the segment's base, the stack pointer, and the bits of it that are used."""

    base: int
    pointer: int
    mask: int

    def push(self, cpu: X86State, items: list[int], size: int) -> int:
        """Store them; the stack pointer that is the result. Raises FaultError."""
        top = self.pointer
        for item in items:
            top = (top - size) & self.mask
            _store(cpu, self.base + top, item & (1 << 8 * size) - 1, size)
        return self.pointer & ~self.mask | top & self.mask


def _enter_real(cpu: X86State, event: CpuEvent) -> None:
    gate = _real_gate(cpu, event)
    flags = cpu.get(Register.RFLAGS)
    items = [flags, cpu.get(Register.CS), cpu.get(Register.RIP)]
    pointer = _current_stack(cpu).push(cpu, items, 2)
    cpu.set(Register.CS, gate.selector)
    _go_on(cpu, gate, flags, pointer)


def _enter_protected(cpu: X86State, event: CpuEvent) -> None:
    """Through gates of 8 bytes, to the same ring or an inner one, which has a stack of its own."""
    flags, old = cpu.get(Register.RFLAGS), cpu.get(Register.CS)
    if flags & Flag.VM:
        raise NoHandlerError("an interrupt in virtual-8086 mode")
    gate = _protected_gate(cpu, event)
    ring = _ring(cpu, gate.selector, old & 3)
    if ring > old & 3:
        raise event.no_segment(gate.selector)
    items = [_pushed(event, flags), old, cpu.get(Register.RIP)]
    if event.error_code is not None:
        items.append(event.error_code)
    size = 4 if gate.wide else 2
    if ring < old & 3:
        selector, stack = _inner_stack(cpu, ring)
        items = [cpu.get(Register.SS), cpu.get(Register.RSP), *items]
        pointer = stack.push(cpu, items, size)
        cpu.enter_ring(gate.selector & ~3 | ring, selector)
    else:
        pointer = _current_stack(cpu).push(cpu, items, size)
        if gate.selector != old:
            cpu.set(Register.CS, gate.selector)
    _go_on(cpu, gate, flags, pointer)


def _inner_stack(cpu: X86State, ring: int) -> tuple[int, _Stack]:
    """The stack that the task state segment has for a ring, and its selector."""
    place = cpu.task_base + _TSS_ESP0 + 8 * ring
    pointer, selector = _load(cpu, place, 4), _load(cpu, place + _SELECTOR, 2)
    return selector, _Stack(_base(cpu, selector), pointer, _mask(cpu, selector))


def _go_on(cpu: X86State, gate: Gate, flags: int, pointer: int) -> None:
    cpu.set(Register.RSP, pointer)
    _clear_flags(cpu, flags, gate)
    cpu.set(Register.RIP, gate.offset)


def _pushed(event: CpuEvent, flags: int) -> int:
    """The flags that go to the stack (section 18.3.1.1)."""
    is_fault = event.source is EventSource.EXCEPTION and event.vector in FAULTS
    return flags | Flag.RF if is_fault else flags


def _clear_flags(cpu: X86State, flags: int, gate: Gate) -> None:
    cleared = Flag.TF | Flag.NT | Flag.RF | Flag.AC | (Flag.IF if gate.clears_if else 0)
    cpu.set(Register.RFLAGS, flags & ~cleared)


def _enter_long(cpu: X86State, event: CpuEvent) -> None:
    """Always through 16-byte gates into ring 0, with stack segment and pointer on the stack."""
    gate, stack = _long_gate(cpu, event)
    selector, old, flags = cpu.get(Register.CS), cpu.get(Register.RSP), cpu.get(Register.RFLAGS)
    pushed = _pushed(event, flags)
    items = [cpu.get(Register.SS), old, pushed, selector, cpu.get(Register.RIP)]
    if event.error_code is not None:
        items.append(event.error_code)
    if selector & 3:
        stack = stack or _load(cpu, cpu.task_base + _TSS_RSP0, 8)
    top = (stack or old) & ~0xF
    for item in items:
        top -= 8
        _store(cpu, top, item, 8)
    if selector & 3:
        cpu.enter_ring_0(gate.selector & ~3)
    elif gate.selector != selector:
        cpu.set(Register.CS, gate.selector)
    _go_on(cpu, gate, flags, top)


def _long_gate(cpu: X86State, event: CpuEvent) -> tuple[Gate, int]:
    """The gate, and its stack (IST); 0 for none."""
    place = _entry(cpu, event, 16)
    entry = _load(cpu, place, 8)
    kind = _gate_kind(cpu, entry, event, (0xE, 0xF))
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
    kind = _gate_kind(cpu, entry, event, (0x6, 0x7, 0xE, 0xF))
    selector = entry >> 16 & 0xFFFF
    _check_segment(cpu, event, selector)
    wide = kind >= 0xE
    offset = entry & 0xFFFF | (entry >> 32 & 0xFFFF_0000 if wide else 0)
    return Gate(selector, offset, wide, clears_if=kind in (0x6, 0xE))


def _entry(cpu: X86State, event: CpuEvent, size: int) -> int:
    """Where its entry of the table is. Raises FaultError where the table ends before."""
    if size * event.vector + size - 1 > cpu.idt.limit:
        raise event.beyond_table()
    return cpu.idt.base + size * event.vector


def _gate_kind(cpu: X86State, entry: int, event: CpuEvent, usable: tuple[int, ...]) -> int:
    kind = entry >> 40 & 0x1F
    is_forbidden = event.source is EventSource.SOFTWARE and (
        entry >> 45 & 3 < cpu.get(Register.CS) & 3
    )
    if kind not in usable or is_forbidden:
        raise event.beyond_table()
    if not entry >> 47 & 1:
        raise event.not_present()
    return kind


def _check_segment(cpu: X86State, event: CpuEvent, selector: int) -> None:
    if not selector & ~3 or (not selector & 4 and (selector | 7) > cpu.gdt.limit):
        raise event.no_segment(selector)
    if not selector & 4 and not _load(cpu, cpu.gdt.base + (selector & ~7), 8) >> 47 & 1:
        raise event.absent_segment(selector)


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


def _ring(cpu: X86State, selector: int, current: int) -> int:
    """The ring that a gate to this code segment leads to."""
    entry = _descriptor(cpu, selector)
    if not entry & _IS_CODE:
        raise NoHandlerError(f"selector {selector:#x} of a gate names no code segment")
    return current if entry & _CONFORMING else entry >> 45 & 3


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
    return _base(cpu, selector)


def _base(cpu: X86State, selector: int) -> int:
    entry = _descriptor(cpu, selector)
    return entry >> 16 & 0xFF_FFFF | entry >> 32 & 0xFF00_0000


def _mask(cpu: X86State, selector: int) -> int:
    return 0xFFFF_FFFF if _descriptor(cpu, selector) >> 54 & 1 else 0xFFFF


def _current_stack(cpu: X86State) -> _Stack:
    is_protected = cpu.get(Register.CR0) & PE
    mask = _mask(cpu, cpu.get(Register.SS)) if is_protected else 0xFFFF
    return _Stack(segment_base(cpu, Register.SS), cpu.get(Register.RSP), mask)
