# SPDX-License-Identifier: Apache-2.0
"""BTF types as an object has them, for those who ask what a variable is made of.

Formats: Linux, Documentation/bpf/btf.rst (btf_type, and what follows it for each kind).
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from lightexit.isa.btf_types import HEADER, MAGIC

#: name, kind_flag << 31 | kind << 24 | vlen, size or type
_TYPE = struct.Struct("<3I")
#: What follows a type: of a struct, for each member, name, type and offset in bits; of an array,
#: types of element and index, length; of a section, for each variable, number, offset and size.
MEMBER, ARRAY, IN_SECTION = struct.Struct("<3I"), struct.Struct("<3I"), struct.Struct("<3I")
INT, POINTER, ARRAY_OF, STRUCT, UNION, ENUM, TYPEDEF = 1, 2, 3, 4, 5, 6, 8
FUNCTION, VARIABLE, SECTION, FLOAT, ENUM64 = 12, 14, 15, 16, 19
#: Kinds that stand for another type: typedef, volatile, const, restrict, tagged.
_NAMES = {TYPEDEF, 9, 10, 11, 18}
#: Bytes that follow a type, and those for each of its `vlen` parts.
_FIXED = {INT: 4, ARRAY_OF: 12, VARIABLE: 4, 17: 4}
_PARTS = {STRUCT: 12, UNION: 12, ENUM: 8, 13: 8, SECTION: 12, ENUM64: 12}
#: More than any compiler nests.
DEEPEST = 32
#: More types than any object has that can be linked; and letters of a name.
_MOST_TYPES, _LONGEST = 1 << 16, 128


class BtfType(NamedTuple):
    """A type: `parts` is how many members or variables follow in `more`, `last` its size or the
    type that it stands for; `flag` says that members may be bit fields, or an enum signed."""

    name: str
    kind: int
    parts: int
    last: int
    more: bytes
    flag: bool = False


def types_of(btf: bytes) -> list[BtfType]:
    """The types by their numbers; 0 is void. Raises struct.error and ValueError for what is no
    BTF."""
    magic, _, _, header, start, size, _, _ = HEADER.unpack_from(btf)
    if magic != MAGIC:
        raise ValueError("not BTF")
    data, texts = btf[header + start : header + start + size], texts_of(btf)
    found, at = [BtfType("", 0, 0, 0, b"")], 0
    while at < len(data):
        name, info, last = _TYPE.unpack_from(data, at)
        kind, parts = info >> 24 & 31, info & 0xFFFF
        at += _TYPE.size
        end = at + _FIXED.get(kind, 0) + _PARTS.get(kind, 0) * parts
        if end > len(data) or len(found) > _MOST_TYPES:
            raise ValueError("its types are longer than their section, or too many")
        named = text_at(texts, name)
        found.append(BtfType(named, kind, parts, last, data[at:end], bool(info >> 31)))
        at = end
    return found


def texts_of(btf: bytes) -> bytes:
    """All names, one behind the other."""
    _, _, _, header, _, _, start, size = HEADER.unpack_from(btf)
    return btf[header + start : header + start + size]


def text_at(texts: bytes, offset: int) -> str:
    """A name, as long as C's are; others are no name that anybody asks for."""
    end = texts.find(b"\0", offset, offset + _LONGEST)
    return texts[offset:end].decode(errors="replace") if end >= 0 else ""


def meant(types: list[BtfType], number: int) -> BtfType:
    """A type without the names that it goes by. Raises ValueError where they have no end."""
    return types[meant_number(types, number)]


def meant_number(types: list[BtfType], number: int) -> int:
    """Likewise, its number."""
    for _ in range(DEEPEST):
        if types[number].kind not in _NAMES:
            return number
        number = types[number].last
    raise ValueError("names of types that stand for one another")
