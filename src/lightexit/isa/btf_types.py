# SPDX-License-Identifier: Apache-2.0
"""Writes BTF types: those of an object's states, context and functions.

Format: Linux, Documentation/bpf/btf.rst. Types are numbered from 1, 0 is `void`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import NamedTuple

from lightexit.errors import AuthorError

MAGIC, VERSION = 0xEB9F, 1
#: magic, version, flags, header length; then two pairs of offset and length: types and strings
#: in .BTF, function and line information in .BTF.ext.
HEADER = struct.Struct("<HBBIIIII")

VOID = 0
#: Of variables and functions. libbpf lets user space map a section that has a global variable.
STATIC, GLOBAL = 0, 1
SIGNED, BOOL = 1, 4

_INT, _POINTER, _ARRAY, _STRUCT = 1, 2, 3, 4
_FUNCTION, _PROTOTYPE, _VARIABLE, _SECTION = 12, 13, 14, 15
_TYPE, _MEMBER, _PARAMETER = struct.Struct("<3I"), struct.Struct("<3I"), struct.Struct("<2I")
_MOST_MEMBERS = 0xFFFF


class BtfMember(NamedTuple):
    """A member of a struct: `kind` is the number of its type, `offset` counts bytes."""

    name: str
    kind: int
    offset: int


class BtfVariable(NamedTuple):
    """A variable of `size` bytes: `kind` is the number of its type, `linkage` STATIC or GLOBAL."""

    name: str
    kind: int
    size: int
    linkage: int


class Texts:
    """The string section: each text once, found by its offset."""

    def __init__(self) -> None:
        self.data = bytearray(b"\0")
        self._offsets = {"": 0}

    def offset(self, text: str) -> int:
        """Where a text stands."""
        text = text.replace("\0", " ")
        if text not in self._offsets:
            self._offsets[text] = len(self.data)
            self.data += text.encode(errors="replace") + b"\0"
        return self._offsets[text]


class TypeTable:
    """Types, added one by one. Each method returns a type's number, the same for the same type."""

    def __init__(self) -> None:
        self.texts = Texts()
        self._numbers: dict[bytes, int] = {}

    def integer(self, name: str, size: int, encoding: int = 0) -> int:
        """An integer of that many bytes; `encoding` is 0, SIGNED or BOOL."""
        return self._add(name, _INT, size, struct.pack("<I", encoding << 24 | 8 * size))

    def pointer(self, to: int) -> int:
        """A pointer."""
        return self._add("", _POINTER, to)

    def array(self, element: int, length: int) -> int:
        """An array; its index is an `unsigned int`."""
        index = self.integer("unsigned int", 4)
        return self._add("", _ARRAY, 0, struct.pack("<3I", element, index, length))

    def struct(self, name: str, size: int, members: Iterable[BtfMember]) -> int:
        """A struct of `size` bytes, its tail included; without a name where that is empty."""
        packed = [
            _MEMBER.pack(self.texts.offset(each.name), each.kind, 8 * each.offset)
            for each in members
        ]
        if len(packed) > _MOST_MEMBERS:
            raise AuthorError(
                f"{name} has {len(packed):,} fields", expected=f"at most {_MOST_MEMBERS:,}"
            )
        return self._add(name, _STRUCT, size, b"".join(packed), len(packed))

    def function(
        self, name: str, parameters: Iterable[tuple[str, int]], result: int, linkage: int
    ) -> int:
        """A function, with names and types of its parameters."""
        packed = [_PARAMETER.pack(self.texts.offset(name), kind) for name, kind in parameters]
        prototype = self._add("", _PROTOTYPE, result, b"".join(packed), len(packed))
        return self._add(name, _FUNCTION, prototype, vlen=linkage)

    def section(self, name: str, size: int, only: BtfVariable) -> int:
        """A section of `size` bytes that begins with its only variable, of as many or fewer."""
        linkage = struct.pack("<I", only.linkage)
        number = self._add(only.name, _VARIABLE, only.kind, linkage)
        return self._add(name, _SECTION, size, struct.pack("<3I", number, 0, only.size), 1)

    def blob(self) -> bytes:
        """All of them, as the section `.BTF` has them and bpf(2) takes them."""
        types, texts = b"".join(self._numbers), bytes(self.texts.data)
        sizes = 0, len(types), len(types), len(texts)
        return HEADER.pack(MAGIC, VERSION, 0, HEADER.size, *sizes) + types + texts

    def _add(self, name: str, kind: int, last: int, more: bytes = b"", vlen: int = 0) -> int:
        record = _TYPE.pack(self.texts.offset(name), kind << 24 | vlen, last) + more
        return self._numbers.setdefault(record, len(self._numbers) + 1)
