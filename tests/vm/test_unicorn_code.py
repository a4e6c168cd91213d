# SPDX-License-Identifier: Apache-2.0
"""Translated code whose memory is stored to, and what else depends on how code is translated."""

from __future__ import annotations

import struct

import pytest

from lightexit.bus.bus import Bus
from lightexit.bus.clock import ManualClock
from lightexit.errors import GuestError
from lightexit.vm.boot.state import CODE_64, DATA, StartState
from lightexit.vm.exits import Halted
from lightexit.vm.memory import MIB, GuestMemory
from lightexit.vm.registers import ET, LMA, LME, PAE, PE, PG
from lightexit.vm.unicorn import UnicornCpu
from lightexit.vm.x86 import DescriptorTable

pytestmark = pytest.mark.usefixtures("build")

GDT, TABLES, RESULTS, CODE, CHANGED, ALIAS = 0x1000, 0x2000, 0x8000, 0x1_0000, 0x3_0000, 0x5_0000
NXE, NO_EXECUTE = 1 << 11, 1 << 63
ROUNDS = 4


@pytest.mark.parametrize("alias", [CHANGED | NO_EXECUTE, CHANGED, ALIAS])
def test_a_store_by_any_address_changes_code_that_has_run(alias: int) -> None:
    """By another address, executable or not, or by that of the code itself."""
    memory = GuestMemory(2 * MIB)
    ram = memory.ram
    code = b"".join(change_and_call(number, alias) for number in range(ROUNDS)) + b"\xf4"
    function = CHANGED if alias != ALIAS else ALIAS
    ram[function : function + 6] = bytes.fromhex("b800000000 c3")  # mov eax, 0; ret
    assert started(memory, code, alias).run() == Halted()
    numbers = struct.unpack_from(f"<{2 * ROUNDS}I", ram, RESULTS)
    assert numbers == tuple(range(2 * ROUNDS))


def test_an_access_to_no_memory_is_reported_where_it_is() -> None:
    # mov [ALIAS], eax; inc eax; hlt
    code = bytes.fromhex("890425") + struct.pack("<I", ALIAS) + bytes.fromhex("ffc0 f4")
    cpu = started(GuestMemory(2 * MIB), code, 1 << 33)
    with pytest.raises(GuestError, match=rf"{1 << 33:#x}.*at 0010:0*{CODE:x}.*bytes 89 04 25"):
        cpu.run()


def started(memory: GuestMemory, code: bytes, alias: int) -> UnicornCpu:
    """In 64-bit mode at `code`, with `alias` in the page table for ALIAS."""
    ram = memory.ram
    struct.pack_into("<4Q", ram, GDT, 0, 0, CODE_64.descriptor, DATA.descriptor)
    put_pages(ram, alias)
    ram[CODE : CODE + len(code)] = code
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
    return cpu


def change_and_call(number: int, alias: int) -> bytes:
    """Twice: store the value that the function returns, call it, keep what it returns."""
    text = b""
    for value in (2 * number, 2 * number + 1):
        text += bytes.fromhex("c60425") + struct.pack("<IB", ALIAS + 1, value)
        text += bytes.fromhex("b9") + struct.pack("<I", ALIAS if alias == ALIAS else CHANGED)
        text += bytes.fromhex("ffd1")
        text += bytes.fromhex("890425") + struct.pack("<I", RESULTS + 4 * value)
    return text


def put_pages(ram: memoryview, alias: int) -> None:
    """The first 2 MiB at their own addresses, but for the alias."""
    for level in range(3):
        table = TABLES + level * 0x1000
        struct.pack_into("<Q", ram, table, table + 0x1000 | 3)
    for page in range(512):
        address = page << 12
        entry = (alias if address == ALIAS else address) | 3
        struct.pack_into("<Q", ram, TABLES + 0x3000 + 8 * page, entry)
