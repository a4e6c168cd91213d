# SPDX-License-Identifier: Apache-2.0
"""Sections and symbols of an ELF object that LLVM has just made in this process.

Of files that users name, `elf` reads them with pyelftools, which knows all that may be wrong with
one; to import it takes longer than to compile a filter.

Formats: System V ABI, chapter 4 (ELF-64, little-endian, relocatable objects).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

_HEADER = struct.Struct("<IIQQQQIIQQ")
_SYMBOL = struct.Struct("<IBBHQQ")
_WITH_ADDEND = struct.Struct("<QQq")
_WITHOUT_ADDEND = struct.Struct("<QQ")
_SYMBOL_TABLE = 2  # sh_type
_RELOCATIONS = {4: _WITH_ADDEND, 9: _WITHOUT_ADDEND}


class Section(NamedTuple):
    """A section: for relocations, `info` is the number of the section that they are of."""

    name: str
    kind: int
    flags: int
    data: bytes
    info: int


class Symbol(NamedTuple):
    """A symbol: `kind` is its STT_ number, `section` 0 where it is defined elsewhere."""

    name: str
    kind: int
    section: int
    value: int


class Relocation(NamedTuple):
    """What is asked for at `offset` bytes in a section."""

    offset: int
    kind: int
    symbol: Symbol


def sections_of(data: bytes) -> list[Section]:
    """All sections, by number."""
    (start,) = struct.unpack_from("<Q", data, 40)
    size, count, names = struct.unpack_from("<HHH", data, 58)
    headers = [_HEADER.unpack_from(data, start + i * size) for i in range(count)]
    strings = _contents(data, headers[names])
    return [Section(_string(strings, h[0]), h[1], h[2], _contents(data, h), h[7]) for h in headers]


def symbols_of(sections: list[Section]) -> list[Symbol]:
    """All symbols, by number."""
    table = next(section.data for section in sections if section.kind == _SYMBOL_TABLE)
    strings = next(section.data for section in sections if section.name == ".strtab")
    return [
        Symbol(_string(strings, name), info & 15, section, value)
        for name, info, _, section, value, _ in _SYMBOL.iter_unpack(table)
    ]


def relocations_of(
    sections: list[Section], symbols: list[Symbol], number: int
) -> Iterator[Relocation]:
    """What is asked for in the section of that number."""
    for section in sections:
        if section.kind in _RELOCATIONS and section.info == number:
            for offset, info, *_ in _RELOCATIONS[section.kind].iter_unpack(section.data):
                yield Relocation(offset, info & 0xFFFFFFFF, symbols[info >> 32])


def _contents(data: bytes, header: tuple[int, ...]) -> bytes:
    return data[header[4] : header[4] + header[5]]


def _string(table: bytes, offset: int) -> str:
    return table[offset : table.index(b"\0", offset)].decode()
