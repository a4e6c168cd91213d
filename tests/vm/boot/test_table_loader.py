# SPDX-License-Identifier: Apache-2.0
"""ACPI tables by way of firmware are the tables of a direct boot at the place firmware chose."""

from __future__ import annotations

import struct

import pytest

from lightexit.vm.boot import Platform, acpi, table_loader
from lightexit.vm.boot.table_loader import COMMAND_SIZE, RSDP, TABLES, firmware_files
from lightexit.vm.memory import MIB, GuestMemory

BASE = 0x00FF_FC00


class Firmware:
    """Does what the commands say, as QEMU's bios-linker-loader.c describes them."""

    def __init__(self, files: dict[str, bytes], base: int) -> None:
        self.base = base
        self.files = {name: bytearray(files[name]) for name in (TABLES, RSDP)}
        self.allocated: dict[str, tuple[int, int]] = {}
        commands = files["etc/table-loader"]
        assert len(commands) % COMMAND_SIZE == 0
        for start in range(0, len(commands), COMMAND_SIZE):
            self.obey(commands[start : start + COMMAND_SIZE])

    def obey(self, command: bytes) -> None:
        (kind,) = struct.unpack_from("<I", command)
        file, rest = self.name(command[4:60]), command[60:]
        if kind == table_loader.ALLOCATE:
            self.allocated[file] = struct.unpack_from("<IB", rest)
        elif kind == table_loader.ADD_POINTER:
            assert {file, self.name(rest[:56])} <= set(self.allocated)
            offset, size = struct.unpack_from("<IB", rest, 56)
            data = self.files[file]
            value = int.from_bytes(data[offset : offset + size], "little") + self.base
            data[offset : offset + size] = value.to_bytes(size, "little")
        else:
            assert kind == table_loader.ADD_CHECKSUM
            offset, start, size = struct.unpack_from("<III", rest)
            data = self.files[file]
            data[offset] = (data[offset] - sum(data[start : start + size])) & 0xFF

    def name(self, text: bytes) -> str:
        return text.rstrip(b"\0").decode()


@pytest.mark.parametrize(
    "platform",
    [
        Platform(),
        Platform(apics=False, hpet=True, pm=0x600),
        Platform(cpus=254, hpet=True, timer_bits=32),
    ],
)
def test_they_are_those_of_a_direct_boot(platform: Platform) -> None:
    firmware = Firmware(firmware_files(platform, GuestMemory(16 * MIB)), BASE)
    expected = acpi.tables(platform, BASE)
    assert firmware.files[TABLES][64:] == expected[64:]
    assert firmware.files[RSDP] == expected[:36]
    assert firmware.allocated == {TABLES: (64, 1), RSDP: (16, 2)}


def test_soft_off_and_suspend_are_the_sleep_states_and_ram_is_one_range() -> None:
    files = firmware_files(Platform(), GuestMemory(64 * MIB))
    assert files["etc/system-states"] == bytes([0x80, 0, 0, 0x81, 0, 0x80])
    assert struct.unpack("<QQI", files["etc/e820"]) == (0, 64 * MIB, 1)
