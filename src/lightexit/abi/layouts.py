# SPDX-License-Identifier: Apache-2.0
"""Whether two layouts give the same bytes the same meaning: field by field, or by a number."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator
from itertools import zip_longest

from lightexit.abi.struct import ArrayType, FieldType, Layout, Struct
from lightexit.abi.types import IntType


def first_difference(one: Layout, other: Layout) -> tuple[str, str] | None:
    """What stands in `one` and in `other` where they first differ in a field's name, type or
    offset, described; None where the same bytes mean the same in both.

    The names of structs do not count.
    """
    for mine, yours in zip_longest(_leaves(one, "", 0), _leaves(other, "", 0)):
        if mine != yours:
            return _described(mine), _described(yours)
    if one.size != other.size:
        return f"a size of {one.size} bytes", f"a size of {other.size} bytes"
    return None


@functools.cache
def fingerprint(kind: type[Struct]) -> int:
    """64 bits that tell a layout from those that `first_difference` tells it from."""
    told = [_described(leaf) for leaf in _leaves(kind.layout, "", 0)]
    text = "\n".join([*told, f"{kind.layout.size} bytes"])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")


#: Dotted name, type and offset of a field that is no struct.
_Leaf = tuple[str, str, int]


def _leaves(layout: Layout, prefix: str, start: int) -> Iterator[_Leaf]:
    for field in layout.fields:
        yield from _leaves_of(field.type, f"{prefix}{field.name}", start + field.offset)


def _leaves_of(kind: FieldType, name: str, offset: int) -> Iterator[_Leaf]:
    bounds = ""
    while isinstance(kind, ArrayType):
        bounds += f"[{kind.length}]"
        kind = kind.element
    if isinstance(kind, IntType) or not issubclass(kind, Struct):
        yield name, f"{kind.name if isinstance(kind, IntType) else 'bool'}{bounds}", offset
    else:
        yield from _leaves(kind.layout, f"{name}{bounds}.", offset)


def _described(leaf: _Leaf | None) -> str:
    return f"{leaf[0]}: {leaf[1]} at offset {leaf[2]}" if leaf else "no further field"
