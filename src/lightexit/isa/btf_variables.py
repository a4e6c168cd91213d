# SPDX-License-Identifier: Apache-2.0
"""Variables as BTF describes them: their sizes, and the sections that they are declared in.

As with source lines, debug information that makes no sense is left out.

Formats: Linux, Documentation/bpf/btf.rst (btf_type, and what follows it for each kind).
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from lightexit.isa.btf_read import (
    ARRAY,
    ARRAY_OF,
    DEEPEST,
    ENUM,
    ENUM64,
    FLOAT,
    FUNCTION,
    IN_SECTION,
    INT,
    MEMBER,
    POINTER,
    SECTION,
    STRUCT,
    UNION,
    VARIABLE,
    BtfType,
    meant,
    text_at,
    types_of,
)

_SIZED = {INT, STRUCT, UNION, ENUM, FLOAT, ENUM64}
#: What every state begins with.
HEADER_NAME = "lightexit_state_header"
_CORE_RECORD = struct.Struct("<IIII")
_MOST_CORE = 1 << 16


class DeclaredVariable(NamedTuple):
    """A variable or a function that is declared: its `section`, "" where none is given; the
    `size` of its type in bytes, 0 where it is not known; whether it is a struct, and one that
    begins with the header of a state."""

    section: str
    size: int = 0
    is_struct: bool = False
    has_header: bool = False


def variables(btf: bytes) -> dict[str, DeclaredVariable]:
    """All variables by name, and functions that have a section; none at all where BTF makes no
    sense."""
    try:
        return dict(_variables(types_of(btf)))
    except (struct.error, ValueError, IndexError, KeyError):
        return {}


def _variables(types: list[BtfType]) -> list[tuple[str, DeclaredVariable]]:
    sections: dict[int, str] = {}
    for each in types:
        if each.kind == SECTION:
            for number, _, _ in IN_SECTION.iter_unpack(each.more):
                sections[number] = each.name
    found = []
    for number, each in enumerate(types):
        section = sections.get(number, "")
        if each.kind == VARIABLE:
            found.append((each.name, _variable(types, each.last, section)))
        elif each.kind == FUNCTION and section:
            found.append((each.name, DeclaredVariable(section)))
    return found


def _variable(types: list[BtfType], number: int, section: str) -> DeclaredVariable:
    kind = meant(types, number)
    is_struct, has_header = kind.kind == STRUCT, False
    if is_struct and kind.parts:
        _, first, _ = MEMBER.unpack_from(kind.more)
        has_header = meant(types, first).name == HEADER_NAME
    return DeclaredVariable(section, _size(types, number), is_struct, has_header)


def _size(types: list[BtfType], number: int) -> int:
    count = 1
    for _ in range(DEEPEST):
        kind = meant(types, number)
        if kind.kind != ARRAY_OF:
            size = kind.last if kind.kind in _SIZED else 8 * (kind.kind == POINTER)
            return count * size
        number, _, length = ARRAY.unpack(kind.more)
        count *= length
    raise ValueError("arrays of arrays without end")


def core_relocations(btf: bytes, ext: bytes) -> dict[str, dict[int, str]]:
    """What asks for CO-RE: by section and byte offset of the instruction, the type's name."""
    try:
        return _core_relocations(btf, ext)
    except (struct.error, ValueError, IndexError):
        return {}


def _core_relocations(btf: bytes, ext: bytes) -> dict[str, dict[int, str]]:
    types, found = types_of(btf), dict[str, dict[int, str]]()
    texts_at, _ = struct.unpack_from("<II", btf, 16)
    header = struct.unpack_from("<I", ext, 4)[0]
    if header < 32:  # an older form, without them
        return {}
    start, size = struct.unpack_from("<II", ext, 24)
    data = ext[header + start : header + start + size]
    if not data:
        return {}
    (record,) = struct.unpack_from("<I", data)
    if record < _CORE_RECORD.size:
        raise ValueError("its records are too short")
    at, texts = 4, btf[struct.unpack_from("<I", btf, 4)[0] + texts_at :]
    while at < len(data):
        name, count = struct.unpack_from("<II", data, at)
        at += 8
        if count > _MOST_CORE or at + count * record > len(data):
            raise ValueError("it has more records than bytes")
        section = found.setdefault(text_at(texts, name), {})
        for index in range(count):
            offset, kind, _, _ = _CORE_RECORD.unpack_from(data, at + index * record)
            section[offset] = types[kind].name
        at += count * record
    return found
