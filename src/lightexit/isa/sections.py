# SPDX-License-Identifier: Apache-2.0
"""Sections, symbols and relocations of an ELF object: LLVM's own, or any file's.

No size or count that a file says of itself is believed: together the sections are no larger than
the file, and names have an end. So damage is told before memory is spent on it.

Formats: System V ABI, chapter 4 (ELF-64, little-endian, relocatable objects).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

_SECTION = struct.Struct("<IIQQQQIIQQ")
_SYMBOL = struct.Struct("<IBBHQQ")
_WITH_ADDEND = struct.Struct("<QQq")
_WITHOUT_ADDEND = struct.Struct("<QQ")
#: sh_type
_SYMBOL_TABLE, _NO_BITS = 2, 8
_RELOCATIONS = {4: _WITH_ADDEND, 9: _WITHOUT_ADDEND}
#: Linux's own limit. Names may end in one another: without one they outgrow the file.
_LONGEST_NAME = 512


class DamagedElf(ValueError):  # noqa: N818 - it is the file that is wrong
    """What the file says cannot be."""


class Section(NamedTuple):
    """A section: `link` is the number of the one with its strings, `info`, for relocations, of
    the one that they are of; `size` is more than its data where it has none in the file."""

    name: str
    kind: int
    flags: int
    data: bytes
    info: int
    link: int
    size: int


class Symbol(NamedTuple):
    """A symbol: `kind` is its STT_ number, `section` 0 where it is defined elsewhere."""

    name: str
    kind: int
    section: int
    value: int
    size: int
    is_local: bool


class Relocation(NamedTuple):
    """What is asked for at `offset` bytes in a section; `addend` is 0 where it is kept there."""

    offset: int
    kind: int
    symbol: Symbol
    addend: int = 0


def sections_of(data: bytes) -> list[Section]:
    """All sections, by number. Raises DamagedElf."""
    (start,) = _unpacked(data, "<Q", 40)
    size, count, names = _unpacked(data, "<HHH", 58)
    if size != _SECTION.size or not names < count or start + count * size > len(data):
        raise DamagedElf(
            f"{count} section headers of {size} bytes at byte {start}, their names in the one of "
            f"number {names}"
        )
    headers = [_SECTION.unpack_from(data, start + i * size) for i in range(count)]
    strings = _contents(data, headers[names])
    found, room = [], len(data)
    for number, header in enumerate(headers):
        name = _string(strings, header[0])
        room -= _size(data, header, name or f"number {number}")
        if room < 0:
            raise DamagedElf("its sections overlap")
        contents = _contents(data, header)
        sizes = header[7], header[6], header[5]
        found.append(Section(name, header[1], header[2], contents, *sizes))
    return found


def _size(data: bytes, header: tuple[int, ...], name: str) -> int:
    """The bytes that a section has in the file, all of them there."""
    if header[1] == _NO_BITS:
        return 0
    end = header[4] + header[5]
    if end > len(data):
        raise DamagedElf(f"section {name} ends at byte {end}")
    return header[5]


def symbols_of(sections: list[Section]) -> list[Symbol]:
    """All symbols, by number. Raises DamagedElf."""
    table = next((section for section in sections if section.kind == _SYMBOL_TABLE), None)
    if table is None:
        return []
    if len(table.data) % _SYMBOL.size or table.link >= len(sections):
        raise DamagedElf(f"{len(table.data)} bytes of symbols, their names in section {table.link}")
    strings = sections[table.link].data
    return [
        Symbol(_string(strings, name), info & 15, section, value, size, not info >> 4)
        for name, info, _, section, value, size in _SYMBOL.iter_unpack(table.data)
    ]


def relocations_of(
    sections: list[Section], symbols: list[Symbol], number: int
) -> Iterator[Relocation]:
    """What is asked for in the section of that number. Raises DamagedElf."""
    for section in sections:
        if section.info == number:
            yield from relocations_in(section, symbols)


def relocations_in(section: Section, symbols: list[Symbol]) -> Iterator[Relocation]:
    """What a section of relocations says, and other sections do not. Raises DamagedElf."""
    entry = _RELOCATIONS.get(section.kind)
    if entry is None:
        return
    if len(section.data) % entry.size:
        raise DamagedElf(f"{len(section.data)} bytes of relocations in section {section.name}")
    for offset, info, *addend in entry.iter_unpack(section.data):
        if info >> 32 >= len(symbols):
            raise DamagedElf(f"a relocation against symbol {info >> 32} of {len(symbols)}")
        yield Relocation(offset, info & 0xFFFFFFFF, symbols[info >> 32], *addend)


def _contents(data: bytes, header: tuple[int, ...]) -> bytes:
    return b"" if header[1] == _NO_BITS else data[header[4] : header[4] + header[5]]


def _string(table: bytes, offset: int) -> str:
    end = table.find(b"\0", offset, offset + _LONGEST_NAME)
    if end < 0:
        raise DamagedElf(f"no name of less than {_LONGEST_NAME} bytes at byte {offset} of a table")
    return table[offset:end].decode(errors="replace")


def _unpacked(data: bytes, form: str, offset: int) -> tuple[int, ...]:
    try:
        return struct.unpack_from(form, data, offset)
    except struct.error:
        raise DamagedElf(f"it has {len(data)} bytes, less than its header") from None
