# SPDX-License-Identifier: Apache-2.0
"""Interrupt delivery as an x86 CPU does it, for back ends that leave it to us.

Real mode and protected mode without a change of privilege. Reference: Intel SDM volume 3,
sections 6.10 to 6.14 and 21.1.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Protocol

PROTECTED_MODE = 1
#: Exceptions that push an error code.
WITH_ERROR_CODE = frozenset({8, 10, 11, 12, 13, 14, 17})


class Flag(IntFlag):
    """Bits of EFLAGS."""

    TF = 1 << 8
    IF = 1 << 9
    NT = 1 << 14
    RF = 1 << 16
    VM = 1 << 17
    AC = 1 << 18


class Register(IntEnum):
    """The registers that interrupt delivery looks at."""

    CS = 0
    SS = 1
    EIP = 2
    ESP = 3
    EFLAGS = 4
    CR0 = 5


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

    def get(self, register: Register) -> int:
        """A register's value."""
        ...

    def set(self, register: Register, value: int) -> None:
        """Change a register; a selector's descriptor is loaded with it."""
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
    """Enter the handler of an interrupt or exception. Raises NoHandlerError."""
    protected = bool(cpu.get(Register.CR0) & PROTECTED_MODE)
    gate = _protected_gate(cpu, vector) if protected else _real_gate(cpu, vector)
    size = 4 if gate.wide else 2
    flags = cpu.get(Register.EFLAGS)
    items = [flags, cpu.get(Register.CS), cpu.get(Register.EIP)]
    if protected and error_code is not None:
        items.append(error_code)
    for item in items:
        _push(cpu, item & (1 << 8 * size) - 1, size)
    cleared = Flag.TF | Flag.NT | Flag.RF | Flag.AC | (Flag.IF if gate.clears_if else 0)
    cpu.set(Register.EFLAGS, flags & ~cleared)
    if not protected or gate.selector != cpu.get(Register.CS):
        cpu.set(Register.CS, gate.selector)
    cpu.set(Register.EIP, gate.offset)


def _real_gate(cpu: State, vector: int) -> Gate:
    if 4 * vector + 3 > cpu.idt.limit:
        raise NoHandlerError(f"interrupt {vector} is beyond the interrupt table")
    entry = cpu.load(cpu.idt.base + 4 * vector, 4)
    return Gate(entry >> 16, entry & 0xFFFF, wide=False, clears_if=True)


def _protected_gate(cpu: State, vector: int) -> Gate:
    if 8 * vector + 7 > cpu.idt.limit:
        raise NoHandlerError(f"interrupt {vector} is beyond the interrupt descriptor table")
    entry = cpu.load(cpu.idt.base + 8 * vector, 8)
    kind = entry >> 40 & 0x1F
    if not entry >> 47 & 1 or kind not in (0x6, 0x7, 0xE, 0xF):
        raise NoHandlerError(f"interrupt {vector} has no usable gate")
    selector = entry >> 16 & 0xFFFF
    if _privilege(cpu, selector) != cpu.get(Register.CS) & 3:
        raise NoHandlerError(f"interrupt {vector} changes privilege, which is not supported")
    wide = kind >= 0xE
    offset = entry & 0xFFFF | (entry >> 32 & 0xFFFF_0000 if wide else 0)
    return Gate(selector, offset, wide, clears_if=kind in (0x6, 0xE))


def _privilege(cpu: State, selector: int) -> int:
    return _descriptor(cpu, selector) >> 45 & 3


def _descriptor(cpu: State, selector: int) -> int:
    place = selector & ~7
    if selector & 4 or place + 7 > cpu.gdt.limit:
        raise NoHandlerError(f"selector {selector:#x} is not in the global descriptor table")
    return cpu.load(cpu.gdt.base + place, 8)


def segment_base(cpu: State, register: Register) -> int:
    """Linear address of a segment's first byte."""
    selector = cpu.get(register)
    if not cpu.get(Register.CR0) & PROTECTED_MODE or cpu.get(Register.EFLAGS) & Flag.VM:
        return selector << 4
    entry = _descriptor(cpu, selector)
    return entry >> 16 & 0xFF_FFFF | entry >> 32 & 0xFF00_0000


def _stack_mask(cpu: State) -> int:
    if not cpu.get(Register.CR0) & PROTECTED_MODE:
        return 0xFFFF
    big = _descriptor(cpu, cpu.get(Register.SS)) >> 54 & 1
    return 0xFFFF_FFFF if big else 0xFFFF


def _push(cpu: State, value: int, size: int) -> None:
    mask, old = _stack_mask(cpu), cpu.get(Register.ESP)
    top = (old - size) & mask
    cpu.store(segment_base(cpu, Register.SS) + top, value, size)
    cpu.set(Register.ESP, old & ~mask | top)
