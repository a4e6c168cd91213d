# SPDX-License-Identifier: Apache-2.0
"""The fields of structs without parts, by which memory is compared and shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lightexit.abi import ArrayType, IntType, Struct
from lightexit.abi.struct import FieldType, size_of


@dataclass(frozen=True)
class FieldSpan:
    """A field without parts, or a long array: its name, offset in bytes in its region, and size."""

    name: str
    offset: int
    size: int

    @property
    def is_wide(self) -> bool:
        """Whether it is a long array."""
        return self.size > 8


def spans(kind: FieldType, most: int, name: str = "", at: int = 0) -> Iterator[FieldSpan]:
    """All fields of a type that have no parts; arrays of more bytes than `most` stay whole."""
    if isinstance(kind, ArrayType) and size_of(kind) > most:
        yield FieldSpan(name, at, size_of(kind))
    elif isinstance(kind, ArrayType):
        for number in range(kind.length):
            element = at + number * size_of(kind.element)
            yield from spans(kind.element, most, f"{name}[{number}]", element)
    elif not isinstance(kind, IntType) and issubclass(kind, Struct):
        for each in kind.layout.fields:
            label = f"{name}.{each.name}" if name else each.name
            yield from spans(each.type, most, label, at + each.offset)
    else:
        yield FieldSpan(name, at, size_of(kind))
