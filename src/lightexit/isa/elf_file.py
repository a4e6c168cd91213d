# SPDX-License-Identifier: Apache-2.0
"""Writes ELF object files: sections, symbols and relocations to bytes.

Format: System V ABI, chapter 4 (ELF-64, little-endian, relocatable objects).
"""

from __future__ import annotations

import struct
from typing import NamedTuple

_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_SECTION = struct.Struct("<IIQQQQIIQQ")
_SYMBOL = struct.Struct("<IBBHQQ")
_RELOCATION = struct.Struct("<QQ")
_IDENTITY = b"\x7fELF\2\1\1"
_OBJECT, _BPF = 1, 247
#: sh_type and sh_flags
_BITS, _SYMBOLS, _STRINGS, _RELOCATIONS = 1, 2, 3, 9
WRITABLE, ALLOCATED, EXECUTABLE, _ABOUT_SECTION = 1, 2, 4, 0x40
#: Kinds of symbols, and their binding.
OBJECT, FUNCTION, _OF_SECTION = 1, 2, 3
_GLOBAL = 0x10
_ALIGNMENT = 8


class _Section(NamedTuple):
    name: str
    kind: int
    flags: int
    data: bytes
    link: int = 0
    info: int = 0
    entry: int = 0


class NewSymbol(NamedTuple):
    """A symbol to be written: `section` is the number of its section."""

    name: str
    kind: int
    section: int
    value: int
    size: int
    is_global: bool


class _Strings:
    """A table of strings, and where each of them is."""

    def __init__(self) -> None:
        self.data = bytearray(1)

    def add(self, text: str) -> int:
        if not text:
            return 0
        at = len(self.data)
        self.data += text.encode() + b"\0"
        return at


class ObjectFile:
    """An object file that is being written. Sections and symbols are referred to by number."""

    def __init__(self) -> None:
        self._sections: list[_Section] = []
        self._symbols: list[NewSymbol] = []
        self._relocations: dict[int, list[tuple[int, int, int]]] = {}

    def section(self, name: str, data: bytes, flags: int = 0) -> int:
        """Add a section of data or code."""
        self._sections.append(_Section(name, _BITS, flags, data))
        return len(self._sections)

    def symbol(self, symbol: NewSymbol) -> int:
        """Add a symbol. Raises ValueError for a local one behind a global one."""
        if self._symbols and self._symbols[-1].is_global > symbol.is_global:
            raise ValueError(f"{symbol.name}: local symbols come first")
        self._symbols.append(symbol)
        return len(self._symbols)

    def section_symbol(self, section: int) -> int:
        """Add the symbol of a whole section."""
        return self.symbol(NewSymbol("", _OF_SECTION, section, 0, 0, is_global=False))

    def relocation(self, section: int, offset: int, symbol: int, kind: int) -> None:
        """Add a relocation against a symbol, at a byte offset in a section."""
        self._relocations.setdefault(section, []).append((offset, symbol, kind))

    def data(self) -> bytes:
        """The whole file."""
        strings = _Strings()
        # Behind sections of data come those of relocations, then these two.
        symbols = len(self._sections) + len(self._relocations) + 1
        first_global = 1 + sum(not each.is_global for each in self._symbols)
        table = b"".join([bytes(_SYMBOL.size), *(_symbol(each, strings) for each in self._symbols)])
        about_symbols = symbols + 1, first_global, _SYMBOL.size
        sections = [
            *self._sections,
            *(self._asked(section, symbols) for section in sorted(self._relocations)),
            _Section(".symtab", _SYMBOLS, 0, table, *about_symbols),
        ]
        names = [strings.add(each) for each in [*(each.name for each in sections), ".strtab"]]
        sections.append(_Section(".strtab", _STRINGS, 0, bytes(strings.data)))
        return _file(sections, names)

    def _asked(self, section: int, symbols: int) -> _Section:
        asked = b"".join(
            _RELOCATION.pack(offset, symbol << 32 | kind)
            for offset, symbol, kind in self._relocations[section]
        )
        name = f".rel{self._sections[section - 1].name}"
        about = symbols, section, _RELOCATION.size
        return _Section(name, _RELOCATIONS, _ABOUT_SECTION, asked, *about)


def _symbol(each: NewSymbol, strings: _Strings) -> bytes:
    kind = each.kind | (_GLOBAL if each.is_global else 0)
    return _SYMBOL.pack(strings.add(each.name), kind, 0, each.section, each.value, each.size)


def _file(sections: list[_Section], names: list[int]) -> bytes:
    """Header, contents each at a multiple of 8, and the table of sections."""
    body, places = bytearray(), []
    for each in sections:
        places.append(_HEADER.size + len(body))
        body += each.data + bytes(-len(each.data) % _ALIGNMENT)
    table = bytearray(_SECTION.size)
    for each, name, at in zip(sections, names, places, strict=True):
        start = name, each.kind, each.flags, 0, at, len(each.data)
        table += _SECTION.pack(*start, each.link, each.info, _ALIGNMENT, each.entry)
    counts = _HEADER.size, 0, 0, _SECTION.size, len(sections) + 1, len(sections)
    header = _HEADER.pack(_IDENTITY, _OBJECT, _BPF, 1, 0, 0, _HEADER.size + len(body), 0, *counts)
    return bytes(header + body + table)
