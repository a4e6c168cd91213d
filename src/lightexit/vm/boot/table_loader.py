# SPDX-License-Identifier: Apache-2.0
"""What fw_cfg tells firmware of the machine: ACPI tables to be put into memory, sleep states, RAM.

Firmware chooses where the tables go, so they come with commands: the pointers to add that address
to, and the checksums that are to be made then. The pointers are found as an operating system finds
them, from the root pointer on.
Reference: QEMU hw/acpi/bios-linker-loader.c and docs/specs/fw_cfg; ACPI 6.5 section 5.2.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

from lightexit.devices.pmtimer import SUSPEND
from lightexit.vm.boot import acpi
from lightexit.vm.boot.acpi import Platform
from lightexit.vm.boot.arena import MemoryKind
from lightexit.vm.memory import GuestMemory

TABLES, RSDP, COMMANDS = "etc/acpi/tables", "etc/acpi/rsdp", "etc/table-loader"
ALLOCATE, ADD_POINTER, ADD_CHECKSUM = 1, 2, 3
#: Where firmware allocates: anywhere, or where the root pointer is looked for.
HIGH, BIOS_AREA = 1, 2
COMMAND_SIZE, ALIGN = 128, 64
_RSDP_SIZE, _HEADER_SIZE, _CHECKSUM = 36, 36, 9
#: Offsets and sizes of pointers: in the root pointer, to RSDT and XSDT; in the FADT, to FACS and
#: DSDT, twice to that.
_OF_RSDP, _OF_FADT = ((16, 4), (24, 8)), ((36, 4), (40, 4), (140, 8))
#: Checksums of the root pointer: where, and of how many bytes.
_SUMS_OF_RSDP = ((8, 20), (32, 36))
#: A sleep state that there is, with its SLP_TYP.
_IS_SUPPORTED = 0x80


def firmware_files(platform: Platform, memory: GuestMemory) -> dict[str, bytes]:
    """Files for fw_cfg, by name."""
    tables = acpi.tables(platform, 0)
    suspend, soft_off = (_IS_SUPPORTED | kind for kind in (SUSPEND, acpi.SOFT_OFF))
    sleep = bytes([_IS_SUPPORTED, 0, 0, suspend, 0, soft_off])
    return {
        TABLES: tables,
        RSDP: tables[:_RSDP_SIZE],
        COMMANDS: b"".join(_commands(tables)),
        "etc/system-states": sleep,
        "etc/e820": struct.pack("<QQI", 0, memory.ram_bytes, MemoryKind.RAM),
    }


def _commands(tables: bytes) -> Iterator[bytes]:
    yield _command(ALLOCATE, TABLES, struct.pack("<IB", ALIGN, HIGH))
    yield _command(ALLOCATE, RSDP, struct.pack("<IB", 16, BIOS_AREA))
    for table, pointers in _pointers(tables):
        for offset, size in pointers:
            yield _add_pointer(TABLES, table + offset, size)
        yield _add_checksum(TABLES, table + _CHECKSUM, table, _number(tables, table + 4, 4))
    for offset, size in _OF_RSDP:
        yield _add_pointer(RSDP, offset, size)
    for offset, size in _SUMS_OF_RSDP:
        yield _add_checksum(RSDP, offset, 0, size)


def _pointers(tables: bytes) -> Iterator[tuple[int, Sequence[tuple[int, int]]]]:
    """Every table with pointers, by where it is; offsets and sizes of these."""
    for place, size in _OF_RSDP:
        root = _number(tables, place, size)
        entries = range(_HEADER_SIZE, _number(tables, root + 4, 4), size)
        yield root, [(entry, size) for entry in entries]
    fadt = _number(tables, root + _HEADER_SIZE, size)
    yield fadt, _OF_FADT


def _number(tables: bytes, offset: int, size: int) -> int:
    return int.from_bytes(tables[offset : offset + size], "little")


def _command(kind: int, file: str, rest: bytes) -> bytes:
    return (struct.pack("<I56s", kind, file.encode()) + rest).ljust(COMMAND_SIZE, b"\0")


def _add_pointer(file: str, offset: int, size: int) -> bytes:
    return _command(ADD_POINTER, file, struct.pack("<56sIB", TABLES.encode(), offset, size))


def _add_checksum(file: str, offset: int, start: int, size: int) -> bytes:
    return _command(ADD_CHECKSUM, file, struct.pack("<III", offset, start, size))
