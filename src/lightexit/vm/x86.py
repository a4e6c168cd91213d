# SPDX-License-Identifier: Apache-2.0
"""Interrupt delivery as an x86 CPU does it, for back ends that leave it to us.

Real mode, protected mode without a change of privilege, long mode. Reference: Intel SDM
volume 3, sections 6.10 to 6.14 and 21.1.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Protocol

PROTECTED_MODE = 1
#: Exceptions that push an error code.
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
    """Registers that delivery and address translation look at."""

    CS = 0
    SS = 1
    RIP = 2
    RSP = 3
    RFLAGS = 4
    CR0 = 5
    CR3 = 6
    CR4 = 7


@dataclass(frozen=True)
class Table:
    """IDTR or GDTR: linear base, and the offset of the last byte."""

    base: int
    limit: int


class State(Protocol):
    """A stopped CPU. Memory is addressed as the CPU itself would: linear addresses."""

    @property
    def idt(self) -> Table:
        """The interrupt descriptor table."""
        ...

    @property
    def gdt(self) -> Table:
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
        """A little-endian value from memory."""
        ...

    def store(self, address: int, value: int, size: int) -> None:
        """Put a little-endian value into memory."""
        ...


class NoHandlerError(Exception):
    """The guest's tables have no usable gate: on a real CPU, a double and then a triple fault."""


@dataclass(frozen=True)
class Gate:
    """Where an interrupt goes: `wide` gates push 32 bits an item, others 16."""

    selector: int
    offset: int
    wide: bool
    clears_if: bool


def deliver(cpu: State, vector: int, error_code: int | None = None) -> None:
    """Enter the handler of an interrupt or exception. Raises NoHandlerError.

    The error code is not pushed in real mode.
    """
    if cpu.is_long:
        _deliver_long(cpu, vector, error_code)
        return
    protected = bool(cpu.get(Register.CR0) & PROTECTED_MODE)
    gate = _protected_gate(cpu, vector) if protected else _real_gate(cpu, vector)
    size = 4 if gate.wide else 2
    flags = cpu.get(Register.RFLAGS)
    items = [flags, cpu.get(Register.CS), cpu.get(Register.RIP)]
    if protected and error_code is not None:
        items.append(error_code)
    for item in items:
        _push(cpu, item & (1 << 8 * size) - 1, size)
    _clear_flags(cpu, flags, gate)
    if not protected or gate.selector != cpu.get(Register.CS):
        cpu.set(Register.CS, gate.selector)
    cpu.set(Register.RIP, gate.offset)


def _clear_flags(cpu: State, flags: int, gate: Gate) -> None:
    cleared = Flag.TF | Flag.NT | Flag.RF | Flag.AC | (Flag.IF if gate.clears_if else 0)
    cpu.set(Register.RFLAGS, flags & ~cleared)


def _deliver_long(cpu: State, vector: int, error_code: int | None) -> None:
    """Always through 16-byte gates into ring 0, with stack segment and pointer on the stack."""
    gate, stack = _long_gate(cpu, vector)
    selector, old, flags = cpu.get(Register.CS), cpu.get(Register.RSP), cpu.get(Register.RFLAGS)
    items = [cpu.get(Register.SS), old, flags, selector, cpu.get(Register.RIP)]
    if error_code is not None:
        items.append(error_code)
    if selector & 3:
        cpu.enter_ring_0(gate.selector)
        stack = stack or cpu.load(cpu.task_base + _TSS_RSP0, 8)
    elif gate.selector != selector:
        cpu.set(Register.CS, gate.selector)
    top = (stack or old) & ~0xF
    for item in items:
        top -= 8
        cpu.store(top, item, 8)
    cpu.set(Register.RSP, top)
    _clear_flags(cpu, flags, gate)
    cpu.set(Register.RIP, gate.offset)


def _long_gate(cpu: State, vector: int) -> tuple[Gate, int]:
    """The gate, and the stack that it asks for; 0 for none."""
    if 16 * vector + 15 > cpu.idt.limit:
        raise NoHandlerError(f"interrupt {vector} is beyond the interrupt descriptor table")
    place = cpu.idt.base + 16 * vector
    entry = cpu.load(place, 8)
    kind = _gate_kind(entry, vector, (0xE, 0xF))
    offset = entry & 0xFFFF | entry >> 32 & 0xFFFF_0000 | cpu.load(place + 8, 4) << 32
    number = entry >> 32 & 7
    stack = cpu.load(cpu.task_base + _TSS_IST1 + 8 * (number - 1), 8) if number else 0
    return Gate(entry >> 16 & 0xFFFF, offset, wide=True, clears_if=kind == 0xE), stack


def _real_gate(cpu: State, vector: int) -> Gate:
    if 4 * vector + 3 > cpu.idt.limit:
        raise NoHandlerError(f"interrupt {vector} is beyond the interrupt table")
    entry = cpu.load(cpu.idt.base + 4 * vector, 4)
    return Gate(entry >> 16, entry & 0xFFFF, wide=False, clears_if=True)


def _protected_gate(cpu: State, vector: int) -> Gate:
    if 8 * vector + 7 > cpu.idt.limit:
        raise NoHandlerError(f"interrupt {vector} is beyond the interrupt descriptor table")
    entry = cpu.load(cpu.idt.base + 8 * vector, 8)
    kind = _gate_kind(entry, vector, (0x6, 0x7, 0xE, 0xF))
    selector = entry >> 16 & 0xFFFF
    if _privilege(cpu, selector) != cpu.get(Register.CS) & 3:
        raise NoHandlerError(f"interrupt {vector} changes privilege, which is not supported")
    wide = kind >= 0xE
    offset = entry & 0xFFFF | (entry >> 32 & 0xFFFF_0000 if wide else 0)
    return Gate(selector, offset, wide, clears_if=kind in (0x6, 0xE))


def _gate_kind(entry: int, vector: int, usable: tuple[int, ...]) -> int:
    kind = entry >> 40 & 0x1F
    if not entry >> 47 & 1 or kind not in usable:
        raise NoHandlerError(f"interrupt {vector} has no usable gate")
    return kind


def _privilege(cpu: State, selector: int) -> int:
    return _descriptor(cpu, selector) >> 45 & 3


def _descriptor(cpu: State, selector: int) -> int:
    place = selector & ~7
    if selector & 4 or place + 7 > cpu.gdt.limit:
        raise NoHandlerError(f"selector {selector:#x} is not in the global descriptor table")
    return cpu.load(cpu.gdt.base + place, 8)


def segment_base(cpu: State, register: Register) -> int:
    """Linear address of a segment's first byte; 0 for every one in long mode."""
    if cpu.is_long:
        return 0
    selector = cpu.get(register)
    if not cpu.get(Register.CR0) & PROTECTED_MODE or cpu.get(Register.RFLAGS) & Flag.VM:
        return selector << 4
    entry = _descriptor(cpu, selector)
    return entry >> 16 & 0xFF_FFFF | entry >> 32 & 0xFF00_0000


def _stack_mask(cpu: State) -> int:
    if not cpu.get(Register.CR0) & PROTECTED_MODE:
        return 0xFFFF
    big = _descriptor(cpu, cpu.get(Register.SS)) >> 54 & 1
    return 0xFFFF_FFFF if big else 0xFFFF


def _push(cpu: State, value: int, size: int) -> None:
    mask, old = _stack_mask(cpu), cpu.get(Register.RSP)
    top = (old - size) & mask
    cpu.store(segment_base(cpu, Register.SS) + top, value, size)
    cpu.set(Register.RSP, old & ~mask | top)
