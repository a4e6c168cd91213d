# SPDX-License-Identifier: Apache-2.0
"""Translated code whose memory is stored to by another address, where it is not executable."""

from __future__ import annotations

import struct

from lightexit.bus.bus import Bus
from lightexit.bus.clock import ManualClock
from lightexit.vm.boot.state import CODE_64, DATA, StartState
from lightexit.vm.exits import Halted
from lightexit.vm.memory import MIB, GuestMemory
from lightexit.vm.registers import ET, LMA, LME, PAE, PE, PG
from lightexit.vm.unicorn import UnicornCpu
from lightexit.vm.x86 import DescriptorTable

GDT, TABLES, RESULTS, CODE, CHANGED, ALIAS = 0x1000, 0x2000, 0x8000, 0x1_0000, 0x3_0000, 0x5_0000
NXE, NO_EXECUTE = 1 << 11, 1 << 63
ROUNDS = 4


def test_a_store_by_another_address_changes_code_that_has_run() -> None:
    memory = GuestMemory(2 * MIB)
    ram = memory.ram
    struct.pack_into("<4Q", ram, GDT, 0, 0, CODE_64.descriptor, DATA.descriptor)
    put_pages(ram)
    code = b"".join(change_and_call(number) for number in range(ROUNDS)) + b"\xf4"
    ram[CODE : CODE + len(code)] = code
    ram[CHANGED : CHANGED + 6] = bytes.fromhex("b800000000 c3")  # mov eax, 0; ret
    cpu = UnicornCpu(memory, Bus(ManualClock()).cpus[0])
    cpu.start(
        StartState(
            CODE,
            CODE_64,
            DATA,
            DescriptorTable(GDT, 31),
            cr0=PE | ET | PG,
            cr3=TABLES,
            cr4=PAE,
            efer=LME | LMA | NXE,
            rsp=0x9000,
        )
    )
    assert cpu.run() == Halted()
    numbers = struct.unpack_from(f"<{2 * ROUNDS}I", ram, RESULTS)
    assert numbers == tuple(range(2 * ROUNDS))


def change_and_call(number: int) -> bytes:
    """Twice: store the value that the function returns, call it, keep what it returns."""
    text = b""
    for value in (2 * number, 2 * number + 1):
        text += bytes.fromhex("c60425") + struct.pack("<IB", ALIAS + 1, value)
        text += bytes.fromhex("b9") + struct.pack("<I", CHANGED) + bytes.fromhex("ffd1")
        text += bytes.fromhex("890425") + struct.pack("<I", RESULTS + 4 * value)
    return text


def put_pages(ram: memoryview) -> None:
    """The first 2 MiB at their own addresses, but for the alias."""
    for level in range(3):
        table = TABLES + level * 0x1000
        struct.pack_into("<Q", ram, table, table + 0x1000 | 3)
    for page in range(512):
        address = page << 12
        entry = CHANGED | 3 | NO_EXECUTE if address == ALIAS else address | 3
        struct.pack_into("<Q", ram, TABLES + 0x3000 + 8 * page, entry)
