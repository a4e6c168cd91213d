# SPDX-License-Identifier: Apache-2.0
"""Source lines from an object's `.BTF` and `.BTF.ext` (Linux, Documentation/bpf/btf.rst)."""

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

#: By section name: byte offset of an instruction and its source, in rising order.
Lines = dict[str, list[tuple[int, Location]]]


def line_info(btf: bytes, ext: bytes) -> Lines:
    """The lines of every section; none at all where the debug information makes no sense."""
    try:
        strings = _second_part(btf)
        return {
            _string(strings, name): [_line(strings, record) for record in records]
            for name, records in _sections(_second_part(ext))
        }
    except (struct.error, ValueError):
        return {}


def _second_part(data: bytes) -> bytes:
    magic, _, _, header, _, _, offset, size = _HEADER.unpack_from(data)
    if magic != _MAGIC:
        raise ValueError("not BTF")
    return data[header + offset : header + offset + size]


def _sections(info: bytes) -> Iterator[tuple[int, list[tuple[int, ...]]]]:
    (record_size,) = struct.unpack_from("<I", info)
    at = 4
    while at < len(info):
        name, count = _SECTION.unpack_from(info, at)
        at += _SECTION.size
        yield name, [_RECORD.unpack_from(info, at + i * record_size) for i in range(count)]
        at += count * record_size


def _string(strings: bytes, offset: int) -> str:
    return strings[offset : strings.index(b"\0", offset)].decode()


def _line(strings: bytes, record: tuple[int, ...]) -> tuple[int, Location]:
    offset, file, text, place = record
    column = max((place & 1023) - 1, 0)
    where = Location(
        file=_string(strings, file),
        line=place >> 10,
        column=column,
        end_column=column + 1,
        text=_string(strings, text),
    )
    return offset, where
