# SPDX-License-Identifier: Apache-2.0
"""Source lines as BTF: read from an object's `.BTF` and `.BTF.ext`, written there and for bpf(2).

Debug information that makes no sense costs nobody his program: it is left out. What it says of
its own size is held against its bytes before memory is spent.

Formats: Linux, Documentation/bpf/btf.rst (header, bpf_func_info, bpf_line_info).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lightexit.errors import Location
from lightexit.isa.btf_types import HEADER, MAGIC, VERSION, Texts, TypeTable

#: name of a section, number of its records
_SECTION = struct.Struct("<II")
#: In an object, the byte offset in the section; for bpf(2), the slot. Then file name, text of the
#: line, line << 10 | column (from 1).
_RECORD = struct.Struct("<IIII")
RECORD_SIZE = _RECORD.size
#: The byte offset of a function in its section, and the number of its type.
_FUNCTION = struct.Struct("<II")
_COLUMN_BITS = 10
_MAX_LINE, _MAX_COLUMN = 2**22 - 1, 2**_COLUMN_BITS - 1
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
    magic, _, _, header, _, _, offset, size = HEADER.unpack_from(data)
    if magic != MAGIC:
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
    types = TypeTable()
    types.integer("int", 4)  # the kernel wants at least one type
    records = b"".join(_record(types.texts, slot, where) for slot, where in lines)
    return Written(types.blob(), records)


class SectionInfo(NamedTuple):
    """What `.BTF.ext` says of a section of code: by byte offset, the types of its functions and
    the lines of its instructions, in rising order."""

    name: str
    functions: list[tuple[int, int]]
    lines: list[tuple[int, Location]]


def extension(types: TypeTable, sections: Iterable[SectionInfo]) -> bytes:
    """The section `.BTF.ext`, whose texts go into `types`."""
    functions, lines = b"", b""
    for each in sections:
        name = types.texts.offset(each.name)
        functions += _SECTION.pack(name, len(each.functions))
        functions += b"".join(_FUNCTION.pack(*function) for function in each.functions)
        if each.lines:
            lines += _SECTION.pack(name, len(each.lines))
            lines += b"".join(_record(types.texts, *line) for line in each.lines)
    functions = _records(_FUNCTION.size, functions)
    lines = _records(RECORD_SIZE, lines)
    sizes = 0, len(functions), len(functions), len(lines)
    return HEADER.pack(MAGIC, VERSION, 0, HEADER.size, *sizes) + functions + lines


def _records(size: int, records: bytes) -> bytes:
    """With their size before them. libbpf wants nothing at all where there are none."""
    return struct.pack("<I", size) + records if records else b""


def _record(texts: Texts, offset: int, where: Location) -> bytes:
    line, column = min(where.line, _MAX_LINE), min(where.column + 1, _MAX_COLUMN)
    file, text = texts.offset(where.file), texts.offset(where.text.rstrip() or "?")
    return _RECORD.pack(offset, file, text, line << _COLUMN_BITS | column)
