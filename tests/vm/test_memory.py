# SPDX-License-Identifier: Apache-2.0
"""Physical memory of a PC, and firmware files good and bad."""

from __future__ import annotations

import ctypes
from pathlib import Path

import pytest

from lightexit.errors import AuthorError
from lightexit.vm.firmware import load_firmware
from lightexit.vm.memory import KIB, MIB, TOP, GuestMemory
from vm.rom import rom


def test_slots_and_apertures_make_up_the_first_4_gib() -> None:
    memory = GuestMemory(16 * MIB, bytes(256 * KIB))
    parts = [(slot.address, slot.address + slot.size) for slot in memory.slots]
    parts += [(hole.start, hole.stop) for hole in memory.apertures]
    parts.sort()
    assert [start for start, _ in parts] == [0, *(end for _, end in parts[:-1])]
    assert parts[-1][1] == TOP


def test_firmware_shows_below_4_gib_and_its_end_below_1_mib() -> None:
    image = bytes(128 * KIB) + bytes([1]) * (64 * KIB) + bytes([2]) * (64 * KIB)
    memory = GuestMemory(2 * MIB, image)
    rom_slot = memory.slots[-1]
    assert rom_slot.address == TOP - len(image)
    assert ctypes.string_at(rom_slot.host_address, rom_slot.size) == image
    assert bytes(memory.ram[0xE0000:0x100000]) == image[-128 * KIB :]
    assert bytes(memory.ram[0xD0000:0xE0000]) == bytes(64 * KIB)


def test_a_machine_without_firmware_has_none() -> None:
    assert [slot.address for slot in GuestMemory(2 * MIB).slots] == [0, 0xC0000]


@pytest.mark.parametrize("size", [0, MIB, 3 * MIB + 1, 4096 * MIB])
def test_odd_amounts_of_ram_are_refused(size: int) -> None:
    with pytest.raises(AuthorError, match="whole MiB, more than 1 MiB, at most 3 GiB"):
        GuestMemory(size)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "has 0 bytes"),
        (bytes(1000), "cut short or something else"),
        (rom(b"")[:-1], "has 65535 bytes"),
        (bytes(64 * KIB), "no instruction at the reset vector"),
        (b"\xff" * 64 * KIB, "no instruction at the reset vector"),
    ],
)
def test_a_file_that_is_no_firmware_is_refused(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "bios.bin"
    path.write_bytes(content)
    with pytest.raises(AuthorError, match=message):
        load_firmware(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(AuthorError, match=r"none\.bin: no such file") as error:
        load_firmware(tmp_path / "none.bin")
    assert "install SeaBIOS" in str(error.value)


def test_a_good_file_is_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "bios.bin"
    path.write_bytes(rom(b"\x90"))
    assert load_firmware(path) == rom(b"\x90")
