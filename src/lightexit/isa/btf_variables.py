# SPDX-License-Identifier: Apache-2.0
"""Variables as BTF describes them: their sizes, and the sections that they are declared in.

As with source lines, debug information that makes no sense is left out.

Formats: Linux, Documentation/bpf/btf.rst (btf_type, and what follows it for each kind).
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from lightexit.isa.btf_types import HEADER, MAGIC

#: name, vlen | kind << 24, size or type
_TYPE = struct.Struct("<3I")
_MEMBER, _ARRAY, _IN_SECTION = struct.Struct("<3I"), struct.Struct("<3I"), struct.Struct("<3I")
_INT, _POINTER, _ARRAY_OF, _STRUCT, _UNION, _ENUM, _TYPEDEF = 1, 2, 3, 4, 5, 6, 8
_FUNCTION, _VARIABLE, _SECTION, _FLOAT, _ENUM64 = 12, 14, 15, 16, 19
#: Kinds that stand for another type: typedef, volatile, const, restrict, tagged.
_NAMES = {_TYPEDEF, 9, 10, 11, 18}
_SIZED = {_INT, _STRUCT, _UNION, _ENUM, _FLOAT, _ENUM64}
#: Bytes that follow a type, and those for each of its `vlen` parts.
_FIXED = {_INT: 4, _ARRAY_OF: 12, _VARIABLE: 4, 17: 4}
_PARTS = {_STRUCT: 12, _UNION: 12, _ENUM: 8, 13: 8, _SECTION: 12, _ENUM64: 12}
#: More than any compiler nests.
_DEEPEST = 32
#: More types than any object has that can be linked; and letters of a name.
_MOST_TYPES, _LONGEST = 1 << 16, 128
_HEADER_NAME = "lightexit_state_header"
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


class _Type(NamedTuple):
    name: str
    kind: int
    parts: int
    last: int
    more: bytes


def variables(btf: bytes) -> dict[str, DeclaredVariable]:
    """All variables by name, and functions that have a section; none at all where BTF makes no
    sense."""
    try:
        return dict(_variables(_types(btf)))
    except (struct.error, ValueError, IndexError, KeyError):
        return {}


def _variables(types: list[_Type]) -> list[tuple[str, DeclaredVariable]]:
    sections: dict[int, str] = {}
    for each in types:
        if each.kind == _SECTION:
            for number, _, _ in _IN_SECTION.iter_unpack(each.more):
                sections[number] = each.name
    found = []
    for number, each in enumerate(types):
        section = sections.get(number, "")
        if each.kind == _VARIABLE:
            found.append((each.name, _variable(types, each.last, section)))
        elif each.kind == _FUNCTION and section:
            found.append((each.name, DeclaredVariable(section)))
    return found


def _variable(types: list[_Type], number: int, section: str) -> DeclaredVariable:
    kind = _meant(types, number)
    is_struct, has_header = kind.kind == _STRUCT, False
    if is_struct and kind.parts:
        _, first, _ = _MEMBER.unpack_from(kind.more)
        has_header = _meant(types, first).name == _HEADER_NAME
    return DeclaredVariable(section, _size(types, number), is_struct, has_header)


def _meant(types: list[_Type], number: int) -> _Type:
    """A type without the names that it goes by."""
    for _ in range(_DEEPEST):
        if types[number].kind not in _NAMES:
            return types[number]
        number = types[number].last
    raise ValueError("names of types that stand for one another")


def _size(types: list[_Type], number: int) -> int:
    count = 1
    for _ in range(_DEEPEST):
        kind = _meant(types, number)
        if kind.kind != _ARRAY_OF:
            size = kind.last if kind.kind in _SIZED else 8 * (kind.kind == _POINTER)
            return count * size
        number, _, length = _ARRAY.unpack(kind.more)
        count *= length
    raise ValueError("arrays of arrays without end")


def _types(btf: bytes) -> list[_Type]:
    """The types by their numbers; 0 is void."""
    magic, _, _, header, start, size, texts_start, texts_size = HEADER.unpack_from(btf)
    if magic != MAGIC:
        raise ValueError("not BTF")
    data = btf[header + start : header + start + size]
    texts = btf[header + texts_start : header + texts_start + texts_size]
    found, at = [_Type("", 0, 0, 0, b"")], 0
    while at < len(data):
        name, info, last = _TYPE.unpack_from(data, at)
        kind, parts = info >> 24 & 31, info & 0xFFFF
        at += _TYPE.size
        end = at + _FIXED.get(kind, 0) + _PARTS.get(kind, 0) * parts
        if end > len(data) or len(found) > _MOST_TYPES:
            raise ValueError("its types are longer than their section, or too many")
        found.append(_Type(_text(texts, name), kind, parts, last, data[at:end]))
        at = end
    return found


def _text(texts: bytes, offset: int) -> str:
    """A name, as long as C's are; others are no name that anybody asks for."""
    end = texts.find(b"\0", offset, offset + _LONGEST)
    return texts[offset:end].decode(errors="replace") if end >= 0 else ""


def core_relocations(btf: bytes, ext: bytes) -> dict[str, dict[int, str]]:
    """What asks for CO-RE: by section and byte offset of the instruction, the type's name."""
    try:
        return _core_relocations(btf, ext)
    except (struct.error, ValueError, IndexError):
        return {}


def _core_relocations(btf: bytes, ext: bytes) -> dict[str, dict[int, str]]:
    types, found = _types(btf), dict[str, dict[int, str]]()
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
        section = found.setdefault(_text(texts, name), {})
        for index in range(count):
            offset, kind, _, _ = _CORE_RECORD.unpack_from(data, at + index * record)
            section[offset] = types[kind].name
        at += count * record
    return found
