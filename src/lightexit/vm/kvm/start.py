# SPDX-License-Identifier: Apache-2.0
"""CPU start states: real mode, flat 32-bit protected mode, long mode.

A fresh vCPU stands at its reset vector already, as a firmware wants it. Descriptors live in the
segment registers only: a guest loads a descriptor table of its own before it reloads a segment.
Reference: Intel SDM volume 3, sections 3.4.5, 4.5 and 9.8.5.
"""

from __future__ import annotations

from lightexit.vm.kvm.structs import Registers, Segment, SystemRegisters
from lightexit.vm.kvm.vcpu import Vcpu

CODE_SELECTOR, DATA_SELECTOR = 0x08, 0x10
_CODE, _DATA = 0xB, 0x3  # execute/read, read/write; accessed
_PE, _ET, _PG = 1 << 0, 1 << 4, 1 << 31
_PAE = 1 << 5
_LME, _LMA = 1 << 8, 1 << 10
_PRESENT, _WRITABLE, _USER, _LARGE = 1, 2, 4, 1 << 7
_ALWAYS_SET = 2  # bit 1 of RFLAGS

PAGE = 4096
MIB = 1 << 20
GIB = 1 << 30
_ENTRIES = 512
#: Bytes of page tables that `identity_map` makes.
PAGE_TABLES_SIZE = 6 * PAGE


def real_mode(vcpu: Vcpu, entry: int, stack: int = 0) -> None:
    """16-bit code at `entry`, below 1 MiB; all data segments at 0, SP at `stack`."""
    system = vcpu.system_registers
    system.cs.base = entry & 0xF_0000
    system.cs.selector = entry >> 4 & 0xF000
    vcpu.system_registers = system
    _set_registers(vcpu, entry & 0xFFFF, stack)


def flat_32bit(vcpu: Vcpu, entry: int, stack: int = 0) -> None:
    """32-bit code at `entry`, every segment 4 GiB from 0, no paging."""
    system = vcpu.system_registers
    _set_segments(system, _flat(CODE_SELECTOR, _CODE, db=1))
    system.cr0 = _PE | _ET
    vcpu.system_registers = system
    _set_registers(vcpu, entry, stack)


def long_mode(vcpu: Vcpu, entry: int, page_tables: int, stack: int = 0) -> None:
    """64-bit code at `entry`; `page_tables` is where `identity_map`'s bytes have been put."""
    system = vcpu.system_registers
    _set_segments(system, _flat(CODE_SELECTOR, _CODE, long=1))
    system.cr3 = page_tables
    system.cr4 = _PAE
    system.cr0 = _PE | _ET | _PG
    system.efer = _LME | _LMA
    vcpu.system_registers = system
    _set_registers(vcpu, entry, stack)


def identity_map(base: int) -> bytes:
    """Page tables, to be put at `base`: the first 4 GiB at their own addresses, for all rings."""
    flags = _PRESENT | _WRITABLE | _USER
    directories = [base + (2 + index) * PAGE for index in range(4)]
    top = _table([base + PAGE | flags])
    pointers = _table([directory | flags for directory in directories])
    pages = [index * 2 * MIB | flags | _LARGE for index in range(4 * _ENTRIES)]
    return top + pointers + b"".join(page.to_bytes(8, "little") for page in pages)


def _table(entries: list[int]) -> bytes:
    words = b"".join(entry.to_bytes(8, "little") for entry in entries)
    return words.ljust(PAGE, b"\0")


def _flat(selector: int, kind: int, *, db: int = 0, long: int = 0) -> Segment:
    segment = Segment()
    segment.limit, segment.selector, segment.type = 0xFFFF_FFFF, selector, kind
    segment.present = segment.s = segment.g = 1
    segment.db, segment.l = db, long
    return segment


def _set_segments(system: SystemRegisters, code: Segment) -> None:
    data = _flat(DATA_SELECTOR, _DATA, db=1)
    system.cs = code
    system.ds = system.es = system.fs = system.gs = system.ss = data


def _set_registers(vcpu: Vcpu, entry: int, stack: int) -> None:
    registers = Registers()
    registers.rip, registers.rsp, registers.rflags = entry, stack, _ALWAYS_SET
    vcpu.registers = registers
