# SPDX-License-Identifier: Apache-2.0
"""`StartState`: what a CPU's registers hold when a kernel is entered, as plain values.

The descriptor table and the page tables stand in guest memory already, so that a back end has
only registers to set. Reference: Intel SDM volume 3, sections 2.5, 3.4.5, 4.5 and 9.8.5.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from lightexit.vm.boot.arena import LOW, Arena
from lightexit.vm.memory import MIB
from lightexit.vm.paging import LARGE, PAGE, PRESENT, USER, WRITABLE
from lightexit.vm.registers import ET, LMA, LME, PAE, PE, PG
from lightexit.vm.x86 import DescriptorTable

#: Linux wants these two (x86 boot protocol, "64-bit Boot Protocol"); the others do not care.
CODE_SELECTOR, DATA_SELECTOR = 0x10, 0x18
_CODE, _DATA = 0xB, 0x3  # execute/read, read/write; accessed
_ENTRIES = 512
_ALWAYS_SET = 2  # bit 1 of RFLAGS
_EMPTY = DescriptorTable(0, 0)
#: As firmware leaves it: guests go back to real mode without loading another.
_REAL_MODE_VECTORS = DescriptorTable(0, 0x3FF)


@dataclass(frozen=True)
class FlatSegment:
    """A present ring-0 code or data segment of 4 GiB from 0, and the selector that names it.

    `type` is the descriptor's, `db` and `long` are its D/B and L bits.
    """

    selector: int
    type: int
    db: int = 0
    long: int = 0

    @property
    def descriptor(self) -> int:
        """The entry of a descriptor table, 8 bytes."""
        access = 0x90 | self.type
        flags = 0x8 | self.db << 2 | self.long << 1
        return flags << 52 | 0xF << 48 | access << 40 | 0xFFFF


CODE_32 = FlatSegment(CODE_SELECTOR, _CODE, db=1)
CODE_64 = FlatSegment(CODE_SELECTOR, _CODE, long=1)
DATA = FlatSegment(DATA_SELECTOR, _DATA, db=1)


@dataclass(frozen=True)
class StartState:
    """Registers by the manual's names; those not named are 0. `data` goes for all but CS.

    Interrupts are off. Without a `gdt`, a guest loads one of its own before it reloads a segment.
    """

    rip: int
    code: FlatSegment
    data: FlatSegment
    gdt: DescriptorTable = _EMPTY
    idt: DescriptorTable = _REAL_MODE_VECTORS
    cr0: int = PE | ET
    cr3: int = 0
    cr4: int = 0
    efer: int = 0
    rflags: int = _ALWAYS_SET
    rsp: int = LOW.stop
    rax: int = 0
    rbx: int = 0
    rsi: int = 0


def protected_mode(
    arena: Arena, entry: int, *, eax: int = 0, ebx: int = 0, esi: int = 0
) -> StartState:
    """32-bit code at `entry`, flat segments, no paging."""
    return StartState(entry, CODE_32, DATA, _table_of(arena, CODE_32), rax=eax, rbx=ebx, rsi=esi)


def long_mode(arena: Arena, entry: int, *, rsi: int = 0) -> StartState:
    """64-bit code at `entry`, the first 4 GiB mapped at their own addresses."""
    gdt = _table_of(arena, CODE_64)
    base = arena.place("the page tables", bytes(6 * PAGE), LOW)
    arena.memory.ram[base : base + 6 * PAGE] = identity_map(base)
    return StartState(
        entry,
        CODE_64,
        DATA,
        gdt,
        cr0=PE | ET | PG,
        cr3=base,
        cr4=PAE,
        efer=LME | LMA,
        rsi=rsi,
    )


def _table_of(arena: Arena, code: FlatSegment) -> DescriptorTable:
    entries = struct.pack("<4Q", 0, 0, code.descriptor, DATA.descriptor)
    base = arena.place("the descriptor table", entries, LOW, align=16)
    return DescriptorTable(base, len(entries) - 1)


def identity_map(base: int) -> bytes:
    """Page tables to be put at `base`, six pages: 4 GiB in large pages, for all rings."""
    flags = PRESENT | WRITABLE | USER
    directories = [base + (2 + index) * PAGE | flags for index in range(4)]
    pages = [index * 2 * MIB | flags | LARGE for index in range(4 * _ENTRIES)]
    return _table([base + PAGE | flags]) + _table(directories) + _table(pages)


def _table(entries: list[int]) -> bytes:
    return struct.pack(f"<{len(entries)}Q", *entries).ljust(PAGE, b"\0")
