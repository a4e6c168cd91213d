# SPDX-License-Identifier: Apache-2.0
"""A device's state field by field, as text: before an access, and what one has changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lightexit.abi import Struct
from lightexit.abi.struct import Array

#: Arrays of more numbers are told in one line, and fields of more values; of more changes, the rest
#: are counted.
_SHORT_ARRAY, _MOST_VALUES, _MOST_CHANGES = 8, 64, 24

#: A field's name and value.
Leaf = tuple[str, int]


def shown(state: Struct, prefix: str) -> dict[str, str]:
    """All fields, long arrays in one line each."""
    told: dict[str, str] = {}
    for field in state.layout.fields:
        name, value = f"{prefix}{field.name}", getattr(state, field.name)
        leaves = list(_leaves(name, value))
        if _is_long(value, len(leaves)):
            nonzero = sum(number != 0 for _, number in leaves)
            told[name] = f"{len(leaves):,} values, {nonzero:,} of them not 0"
        else:
            told.update((leaf, f"{number:#x}") for leaf, number in leaves)
    return told


def _is_long(value: Any, count: int) -> bool:
    is_numbers = isinstance(value, Array) and isinstance(value[0], int)
    return count > (_SHORT_ARRAY if is_numbers else _MOST_VALUES)


def changes(before: Struct, after: Struct, prefix: str) -> dict[str, str]:
    """The fields that differ: "0x1 -> 0x2"."""
    told: dict[str, str] = {}
    count = 0
    for field in before.layout.fields:
        name = f"{prefix}{field.name}"
        pairs = zip(
            _leaves(name, getattr(before, field.name)),
            _leaves(name, getattr(after, field.name)),
            strict=True,
        )
        for (leaf, old), (_, new) in pairs:
            if old != new:
                count += 1
                if count <= _MOST_CHANGES:
                    told[leaf] = f"{old:#x} -> {new:#x}"
    if count > _MOST_CHANGES:
        told[f"{prefix}..."] = f"{count - _MOST_CHANGES:,} more fields changed"
    return told


def _leaves(name: str, value: Any) -> Iterator[Leaf]:
    if isinstance(value, Struct):
        for field in value.layout.fields:
            yield from _leaves(f"{name}.{field.name}", getattr(value, field.name))
    elif isinstance(value, Array):
        for index, each in enumerate(value):
            yield from _leaves(f"{name}[{index}]", each)
    else:
        yield name, int(value)
