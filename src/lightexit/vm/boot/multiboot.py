# SPDX-License-Identifier: Apache-2.0
"""Multiboot kernels: ELF, or any file whose Multiboot header says where to load it.

Reference: Multiboot Specification 0.6.96, sections 3.1 (OS image format), 3.2 (machine state)
and 3.3 (boot information format).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from lightexit.errors import AuthorError
from lightexit.vm.boot import elf
from lightexit.vm.boot.arena import LOW, Arena, memory_map
from lightexit.vm.boot.image import (
    ImageAddresses,
    command_line,
    put_by_addresses,
    put_executable,
    put_modules,
)
from lightexit.vm.boot.payload import Payload
from lightexit.vm.boot.state import StartState, protected_mode
from lightexit.vm.memory import KIB, MIB

HEADER_MAGIC = 0x1BADB002
LOADER_MAGIC = 0x2BADB002
SEARCHED = 8192
#: Header flags (section 3.1.2). The kernel requires what the lower 16 name.
PAGE_ALIGN, MEMORY_INFO, VIDEO_MODE, ADDRESSES = 1 << 0, 1 << 1, 1 << 2, 1 << 16
_KNOWN = PAGE_ALIGN | MEMORY_INFO
#: Flags of the boot information (section 3.3): which of its fields are valid.
_HAS = 1 << 0 | 1 << 2 | 1 << 3 | 1 << 6 | 1 << 9  # memory, command line, modules, map, name
_INFO_SIZE = 116
#: What kernels are told of who loads them.
LOADER_NAME = b"lightexit\0"


@dataclass(frozen=True)
class Header:
    """The Multiboot header: where it is in the file, its flags, its five address fields."""

    offset: int
    flags: int
    addresses: tuple[int, ...]


def is_multiboot(kernel: bytes) -> bool:
    """Whether there is a Multiboot header."""
    return _find(kernel) is not None


def load(kernel: bytes, arena: Arena, payload: Payload, _rsdp: int = 0) -> StartState:
    """Put it into memory with its modules and boot information. Raises AuthorError."""
    header = _find(kernel)
    if header is None:
        raise AuthorError(
            "no Multiboot header",
            expected=f"{HEADER_MAGIC:#x}, flags and a matching checksum in the first 8 KiB",
        )
    _check(header)
    entry = _put_image(kernel, header, arena)
    info = _put_information(arena, payload)
    return protected_mode(arena, entry, eax=LOADER_MAGIC, ebx=info)


def _find(kernel: bytes) -> Header | None:
    """Longword-aligned, in the first 8 KiB, three words that sum up to 0 (section 3.1.1)."""
    for offset in range(0, min(len(kernel), SEARCHED) - 11, 4):
        magic, flags, checksum = struct.unpack_from("<3I", kernel, offset)
        if magic == HEADER_MAGIC and (magic + flags + checksum) & 0xFFFF_FFFF == 0:
            fields = kernel[offset + 12 : offset + 32].ljust(20, b"\0")
            return Header(offset, flags, struct.unpack("<5I", fields))
    return None


def _check(header: Header) -> None:
    required = header.flags & 0xFFFF & ~_KNOWN
    if required:
        raise AuthorError(
            f"a Multiboot kernel that requires unsupported features: flags {header.flags:#x}",
            expected="bits 0 and 1 at most of the lower 16: page-aligned modules, memory "
            "information; there is no video",
        )


def _put_image(kernel: bytes, header: Header, arena: Arena) -> int:
    """Returns the entry point. Bit 16 goes before what the file says of itself."""
    if header.flags & ADDRESSES:
        *fields, entry = header.addresses
        put_by_addresses(kernel, ImageAddresses(header.offset, *fields), arena)
        return entry
    if not elf.is_elf(kernel):
        raise AuthorError(
            "a Multiboot header without addresses, in a file that is not ELF",
            expected="an ELF file, or flag 16 and the address fields",
        )
    executable = elf.read(kernel)
    put_executable(executable, arena)
    return executable.entry


def _put_information(arena: Arena, payload: Payload) -> int:
    modules = _put_modules(arena, payload)
    text = arena.place("the command line", command_line(payload), LOW, align=4)
    entries = _map_entries(arena)
    table = arena.place("the memory map", entries, LOW, align=4)
    name = arena.place("the loader's name", LOADER_NAME, LOW, align=4)
    memory = LOW.stop // KIB, (arena.memory.ram_bytes - MIB) // KIB
    info = struct.pack("<6I", _HAS, *memory, 0, text, len(payload.modules))
    info += struct.pack("<I16x5I", modules, len(entries), table, 0, 0, 0)
    info += struct.pack("<I", name)
    return arena.place("the boot information", info.ljust(_INFO_SIZE, b"\0"), LOW, align=4)


def _put_modules(arena: Arena, payload: Payload) -> int:
    listed = b"".join(
        struct.pack("<4I", each.start, each.end, each.text, 0)
        for each in put_modules(arena, payload)
    )
    return arena.place("the list of modules", listed, LOW, align=4) if listed else 0


def _map_entries(arena: Arena) -> bytes:
    """The size that leads each entry does not count itself."""
    return b"".join(
        struct.pack("<IQQI", 20, entry.base, entry.size, entry.kind)
        for entry in memory_map(arena.memory)
    )
