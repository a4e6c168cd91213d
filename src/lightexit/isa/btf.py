# SPDX-License-Identifier: Apache-2.0
"""Source lines as BTF: read from an object's `.BTF` and `.BTF.ext`, written for bpf(2).

Debug information that makes no sense costs nobody his program: it is left out. What it says of
its own size is held against its bytes before memory is spent.

Formats: Linux, Documentation/bpf/btf.rst (header, BTF_KIND_INT, bpf_line_info).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lightexit.errors import Location

_MAGIC, _VERSION = 0xEB9F, 1
#: magic, version, flags, header length; then two pairs of offset and length: types and strings
#: in .BTF, function and line information in .BTF.ext.
_HEADER = struct.Struct("<HBBIIIII")
#: name of a section, number of its records
_SECTION = struct.Struct("<II")
#: In an object, the byte offset in the section; for bpf(2), the slot. Then file name, text of the
#: line, line << 10 | column (from 1).
_RECORD = struct.Struct("<IIII")
RECORD_SIZE = _RECORD.size
_COLUMN_BITS = 10
_MAX_LINE, _MAX_COLUMN = 2**22 - 1, 2**_COLUMN_BITS - 1
_KIND_INT = 1 << 24
#: More line records than a program that can be verified has; likewise for their text.
_MOST_RECORDS, _MOST_TEXT = 1 << 17, 16 << 20

#: By section name: byte offset of an instruction and its source, in rising order.
Lines = dict[str, list[tuple[int, Location]]]


def line_info(btf: bytes, ext: bytes) -> Lines:
    """The lines of every section; none at all where the debug information makes no sense."""
    try:
        strings, found = _Strings(_second_part(btf)), Lines()
        for name, records in _sections(_second_part(ext)):
            lines = found.setdefault(strings[name], [])
            lines += [_line(strings, record) for record in records]
    except (struct.error, ValueError):
        return {}
    for lines in found.values():
        lines.sort(key=lambda line: line[0])
    return found


class _Strings:
    """The strings, each made once. Raises ValueError for what is none, and for too much text."""

    def __init__(self, table: bytes) -> None:
        self._table = table
        self._made: dict[int, str] = {}
        self._room = _MOST_TEXT

    def __getitem__(self, offset: int) -> str:
        if (known := self._made.get(offset)) is not None:
            return known
        end = self._table.index(b"\0", offset)
        self._room -= end - offset
        if self._room < 0:
            raise ValueError("its strings are longer than those of any object of a compiler")
        return self._made.setdefault(offset, self._table[offset:end].decode())


def _second_part(data: bytes) -> bytes:
    magic, _, _, header, _, _, offset, size = _HEADER.unpack_from(data)
    if magic != _MAGIC:
        raise ValueError("not BTF")
    return data[header + offset : header + offset + size]


def _sections(info: bytes) -> Iterator[tuple[int, list[tuple[int, ...]]]]:
    (record_size,) = struct.unpack_from("<I", info)
    if record_size < _RECORD.size:
        raise ValueError("its line records are too short")
    at, room = 4, _MOST_RECORDS
    while at < len(info):
        name, count = _SECTION.unpack_from(info, at)
        at += _SECTION.size
        room -= count
        if room < 0 or at + count * record_size > len(info):
            raise ValueError(
                "it has more line records than bytes, or than a program has instructions"
            )
        yield name, [_RECORD.unpack_from(info, at + i * record_size) for i in range(count)]
        at += count * record_size


def _line(strings: _Strings, record: tuple[int, ...]) -> tuple[int, Location]:
    offset, file, text, place = record
    column = max((place & _MAX_COLUMN) - 1, 0)
    where = Location(
        file=strings[file],
        line=place >> _COLUMN_BITS,
        column=column,
        end_column=column + 1,
        text=strings[text],
    )
    return offset, where


class Written(NamedTuple):
    """What bpf(2) wants: a blob of BTF, and a record of RECORD_SIZE bytes for each line."""

    btf: bytes
    records: bytes


def written(lines: Iterable[tuple[int, Location]]) -> Written:
    """Lines, each with the slot that it starts at, in rising order."""
    texts = _Texts()
    records = b"".join(_record(texts, slot, where) for slot, where in lines)
    return Written(_blob(texts), records)


class _Texts:
    """The string section: each text once, found by its offset."""

    def __init__(self) -> None:
        self.data = bytearray(b"\0")
        self._offsets: dict[str, int] = {}

    def offset(self, text: str) -> int:
        text = text.replace("\0", " ")
        if text not in self._offsets:
            self._offsets[text] = len(self.data)
            self.data += text.encode() + b"\0"
        return self._offsets[text]


def _record(texts: _Texts, slot: int, where: Location) -> bytes:
    line, column = min(where.line, _MAX_LINE), min(where.column + 1, _MAX_COLUMN)
    file, text = texts.offset(where.file), texts.offset(where.text.strip() or "?")
    return _RECORD.pack(slot, file, text, line << _COLUMN_BITS | column)


def _blob(texts: _Texts) -> bytes:
    """BTF for the texts' sake; the kernel wants at least one type in it."""
    types = struct.pack("<IIII", texts.offset("int"), _KIND_INT, 4, 32)
    sizes = 0, len(types), len(types), len(texts.data)
    return _HEADER.pack(_MAGIC, _VERSION, 0, _HEADER.size, *sizes) + types + bytes(texts.data)
