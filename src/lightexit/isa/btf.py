# SPDX-License-Identifier: Apache-2.0
"""Source lines from an object's `.BTF` and `.BTF.ext` (Linux, Documentation/bpf/btf.rst).

Debug information that makes no sense costs nobody his program: it is left out. What it says of
its own size is held against its bytes before memory is spent.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from lightexit.errors import Location

_MAGIC = 0xEB9F
#: magic, version, flags, header length; then two pairs of offset and length: types and strings
#: in .BTF, function and line information in .BTF.ext.
_HEADER = struct.Struct("<HBBIIIII")
#: name of a section, number of its records
_SECTION = struct.Struct("<II")
#: byte offset in the section, file name, text of the line, line << 10 | column (from 1)
_RECORD = struct.Struct("<IIII")
#: More than programs have that anybody can verify; and of the text, which records may share.
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
            raise ValueError("more text than an object has")
        return self._made.setdefault(offset, self._table[offset:end].decode())


def _second_part(data: bytes) -> bytes:
    magic, _, _, header, _, _, offset, size = _HEADER.unpack_from(data)
    if magic != _MAGIC:
        raise ValueError("not BTF")
    return data[header + offset : header + offset + size]


def _sections(info: bytes) -> Iterator[tuple[int, list[tuple[int, ...]]]]:
    (record_size,) = struct.unpack_from("<I", info)
    if record_size < _RECORD.size:
        raise ValueError("records shorter than a line's")
    at, room = 4, _MOST_RECORDS
    while at < len(info):
        name, count = _SECTION.unpack_from(info, at)
        at += _SECTION.size
        room -= count
        if room < 0 or at + count * record_size > len(info):
            raise ValueError("more records than bytes, or than a program has")
        yield name, [_RECORD.unpack_from(info, at + i * record_size) for i in range(count)]
        at += count * record_size


def _line(strings: _Strings, record: tuple[int, ...]) -> tuple[int, Location]:
    offset, file, text, place = record
    column = max((place & 1023) - 1, 0)
    where = Location(
        file=strings[file],
        line=place >> 10,
        column=column,
        end_column=column + 1,
        text=strings[text],
    )
    return offset, where
