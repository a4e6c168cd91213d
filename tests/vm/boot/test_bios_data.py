# SPDX-License-Identifier: Apache-2.0
"""The BIOS data areas, as a kernel reads them that scans for what a BIOS has left."""

from __future__ import annotations

from lightexit.vm.boot import Platform, load
from lightexit.vm.memory import MIB, GuestMemory


def booted(platform: Platform | None) -> GuestMemory:
    memory = GuestMemory(2 * MIB)
    load(b"\xf4", memory, platform=platform)
    return memory


def word(memory: GuestMemory, address: int) -> int:
    return int.from_bytes(memory.ram[address : address + 2], "little")


def test_the_areas_tell_of_the_machine() -> None:
    memory = booted(Platform())
    told = {address: word(memory, address) for address in (0x400, 0x402, 0x40E, 0x413, 0x44A)}
    assert told == {0x400: 0x3F8, 0x402: 0, 0x40E: 0x9FC0, 0x413: 639, 0x44A: 80}
    assert (word(memory, 0x41A), word(memory, 0x41C)) == (0x1E, 0x1E)
    assert (memory.ram[0x417], memory.ram[0x449], memory.ram[0x484]) == (0, 3, 24)
    assert memory.ram[word(memory, 0x40E) << 4] == 1


def test_the_root_pointer_is_found_as_acpi_says() -> None:
    """ACPI 6.5 section 5.2.5.1: the first KiB of the EBDA, then 0xE0000 on, every 16 bytes."""
    memory = booted(Platform())
    ebda = word(memory, 0x40E) << 4
    places = [*range(ebda, ebda + 1024, 16), *range(0xE0000, MIB, 16)]
    found = [at for at in places if bytes(memory.ram[at : at + 8]) == b"RSD PTR "]
    assert found == [0xE0000]
    assert sum(memory.ram[0xE0000 : 0xE0000 + 20]) % 256 == 0


def test_a_machine_without_a_platform_has_none() -> None:
    assert bytes(booted(None).ram[0x400:0x500]) == bytes(256)
