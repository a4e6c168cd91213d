# SPDX-License-Identifier: Apache-2.0
"""Multiboot2 kernels, entered in 32-bit mode.

Reference: Multiboot2 Specification 2.0, sections 3.1 (OS image format), 3.3 (i386 machine state)
and 3.6 (boot information format).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from lightexit.errors import AuthorError
from lightexit.vm.boot import elf
from lightexit.vm.boot.arena import LOW, Arena, align_up, memory_map
from lightexit.vm.boot.image import (
    ImageAddresses,
    command_line,
    put_by_addresses,
    put_executable,
    put_modules,
)
from lightexit.vm.boot.multiboot import LOADER_NAME
from lightexit.vm.boot.payload import Payload
from lightexit.vm.boot.state import StartState, protected_mode
from lightexit.vm.memory import KIB, MIB

HEADER_MAGIC = 0xE85250D6
LOADER_MAGIC = 0x36D76289
SEARCHED = 32768
_ALIGN, _I386, _OPTIONAL = 8, 0, 1
_TAG = struct.Struct("<HHI")
_RSDP_1_SIZE, _RSDP_2_SIZE = 20, 36
_FROM_START = 0xFFFF_FFFF


class HeaderTag(IntEnum):
    """What a kernel says of itself (section 3.1.3 on)."""

    END = 0
    REQUEST = 1
    ADDRESSES = 2
    ENTRY = 3
    CONSOLE = 4
    FRAMEBUFFER = 5
    PAGE_ALIGN = 6
    EFI_SERVICES = 7
    EFI_ENTRY_32 = 8
    EFI_ENTRY_64 = 9
    RELOCATABLE = 10


class Info(IntEnum):
    """What it is told (section 3.6)."""

    END = 0
    COMMAND_LINE = 1
    LOADER_NAME = 2
    MODULE = 3
    BASIC_MEMORY = 4
    MEMORY_MAP = 6
    RSDP_1 = 14
    RSDP_2 = 15
    LOAD_BASE = 21


#: What there is no display for. Those for EFI mean nothing without it; a kernel that may be
#: moved need not be.
_UNSUPPORTED = {HeaderTag.CONSOLE: "a console", HeaderTag.FRAMEBUFFER: "a framebuffer"}
_CONSOLE_REQUIRED = 1 << 0


@dataclass(frozen=True)
class TaggedHeader:
    """Where it is in the file, and its tags: type, flags, content."""

    offset: int
    tags: tuple[tuple[int, int, bytes], ...]

    def content(self, kind: HeaderTag) -> bytes | None:
        """Of the tag of that type, if there is one."""
        return next((content for tag, _, content in self.tags if tag == kind), None)


def is_multiboot2(kernel: bytes) -> bool:
    """Whether there is a Multiboot2 header."""
    return _find(kernel) is not None


def load(kernel: bytes, arena: Arena, payload: Payload, rsdp: int = 0) -> StartState:
    """Put it into memory with modules and boot information; ACPI's tables begin at `rsdp`, if
    there are any. Raises AuthorError."""
    offset = _find(kernel)
    if offset is None:
        raise AuthorError(
            "no Multiboot2 header",
            expected=f"{HEADER_MAGIC:#x} and a matching checksum in the first 32 KiB",
        )
    header = TaggedHeader(offset, tuple(_tags(kernel, offset)))
    _check(header, rsdp)
    base, entry = _put_image(kernel, header, arena)
    info = _put_information(arena, payload, base, rsdp)
    return protected_mode(arena, entry, eax=LOADER_MAGIC, ebx=info)


def _find(kernel: bytes) -> int | None:
    """At a multiple of 8 in the first 32 KiB, four words that sum up to 0 (section 3.1.1)."""
    for offset in range(0, min(len(kernel), SEARCHED) - 15, _ALIGN):
        words = struct.unpack_from("<4I", kernel, offset)
        if words[0] == HEADER_MAGIC and words[1] == _I386 and sum(words) & 0xFFFF_FFFF == 0:
            return offset
    return None


def _tags(kernel: bytes, offset: int) -> Iterator[tuple[int, int, bytes]]:
    (length,) = struct.unpack_from("<I", kernel, offset + 8)
    place, end = offset + 16, min(offset + length, len(kernel))
    while place + _TAG.size <= end:
        kind, flags, size = _TAG.unpack_from(kernel, place)
        if kind == HeaderTag.END:
            return
        if size < _TAG.size or place + size > end:
            break
        yield kind, flags, kernel[place + _TAG.size : place + size]
        place += align_up(size, _ALIGN)
    raise AuthorError(
        f"a Multiboot2 header whose tags do not end, from byte {place} of the file on",
        expected=f"a tag of type 0 within its {length} bytes",
    )


def _check(header: TaggedHeader, rsdp: int) -> None:
    """What it requires, it must get."""
    for kind, flags, content in header.tags:
        if flags & _OPTIONAL:
            continue
        if kind == HeaderTag.REQUEST:
            _check_request(content, rsdp)
        elif kind == HeaderTag.CONSOLE and not _number(content) & _CONSOLE_REQUIRED:
            continue
        elif kind in _UNSUPPORTED or kind not in HeaderTag._value2member_map_:
            what = _UNSUPPORTED.get(HeaderTag(kind), "") if kind in _UNSUPPORTED else ""
            raise AuthorError(
                f"a Multiboot2 kernel that requires {what or 'what is not known'}: header tag "
                f"{kind}",
                expected="no display to be required, and tags 1 to 10",
            )


def _check_request(content: bytes, rsdp: int) -> None:
    there = set(Info) if rsdp else set(Info) - {Info.RSDP_1, Info.RSDP_2}
    wanted = struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4])
    missing = [each for each in wanted if each not in there]
    if missing:
        raise AuthorError(
            f"a Multiboot2 kernel that requires information of type {missing[0]}",
            expected=f"types {', '.join(str(int(each)) for each in sorted(there - {Info.END}))}",
        )


def _number(content: bytes) -> int:
    return int.from_bytes(content[:4], "little")


def _put_image(kernel: bytes, header: TaggedHeader, arena: Arena) -> tuple[int, int]:
    """Where it begins, and its entry point. Tags go before what the file says of itself."""
    fields, entry = header.content(HeaderTag.ADDRESSES), header.content(HeaderTag.ENTRY)
    if fields is not None and entry is not None:
        first, load, *ends = struct.unpack("<4I", fields[:16].ljust(16, b"\0"))
        if load == _FROM_START:
            load = first - header.offset
        base = put_by_addresses(kernel, ImageAddresses(header.offset, first, load, *ends), arena)
        return base, _number(entry)
    if not elf.is_elf(kernel):
        raise AuthorError(
            "a Multiboot2 header without addresses, in a file that is not ELF",
            expected="an ELF file, or tags 2 and 3: its addresses and its entry",
        )
    executable = elf.read(kernel)
    put_executable(executable, arena)
    base = min(segment.address for segment in executable.segments)
    return base, executable.entry if entry is None else _number(entry)


def _put_information(arena: Arena, payload: Payload, base: int, rsdp: int) -> int:
    tags = [
        _tag(Info.COMMAND_LINE, command_line(payload)),
        _tag(Info.LOADER_NAME, LOADER_NAME),
        *(
            _tag(Info.MODULE, struct.pack("<II", each.start, each.end) + each.command_line)
            for each in put_modules(arena, payload)
        ),
        _tag(Info.BASIC_MEMORY, struct.pack("<II", *_basic_memory(arena))),
        _tag(Info.MEMORY_MAP, _map_entries(arena)),
        _tag(Info.LOAD_BASE, struct.pack("<I", base)),
    ]
    if rsdp:
        ram = arena.memory.ram
        tags.append(_tag(Info.RSDP_1, bytes(ram[rsdp : rsdp + _RSDP_1_SIZE])))
        tags.append(_tag(Info.RSDP_2, bytes(ram[rsdp : rsdp + _RSDP_2_SIZE])))
    body = b"".join([*tags, _tag(Info.END, b"")])
    info = struct.pack("<II", 8 + len(body), 0) + body
    return arena.place("the boot information", info, LOW, align=_ALIGN)


def _basic_memory(arena: Arena) -> tuple[int, int]:
    return LOW.stop // KIB, (arena.memory.ram_bytes - MIB) // KIB


def _tag(kind: Info, content: bytes) -> bytes:
    """Its size does not count the padding."""
    tag = struct.pack("<II", kind, 8 + len(content)) + content
    return tag + bytes(-len(tag) % _ALIGN)


def _map_entries(arena: Arena) -> bytes:
    entry = struct.Struct("<QQII")
    entries = (entry.pack(each.base, each.size, each.kind, 0) for each in memory_map(arena.memory))
    return struct.pack("<II", entry.size, 0) + b"".join(entries)
