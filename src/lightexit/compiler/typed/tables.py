# SPDX-License-Identifier: Apache-2.0
"""Constant tables: how their elements are stored, and where each lies in read-only data.

An index that was checked is masked besides, for verifiers to see, and a mask covers a power of
two: so each table has room for that many elements.
"""

from __future__ import annotations

from collections.abc import Iterator

from lightexit.compiler.typed.interval import I64, U64, Interval, signed, unsigned
from lightexit.compiler.typed.node import TypedNode
from lightexit.compiler.typed.tree import ConstantTable, TableLoad, TypedFilter

_WIDTHS = (8, 16, 32, 64)
_ALIGNMENT = 8


def table_of(values: tuple[int, ...]) -> ConstantTable | None:
    """A table of these numbers in the smallest width; None where none holds all."""
    limits = Interval(min(values), max(values))
    if not (limits.within(U64) or limits.within(I64)):
        return None
    is_signed = limits.lo < 0
    holds = (b for b in _WIDTHS if limits.within(signed(b) if is_signed else unsigned(b)))
    return ConstantTable(values, next(holds), is_signed)


def room_of(table: ConstantTable) -> int:
    """The bytes of read-only data that a table takes."""
    size = (1 << (len(table.values) - 1).bit_length()) * table.bits // 8
    return -(-size // _ALIGNMENT) * _ALIGNMENT


def places_of(filter_tree: TypedFilter) -> dict[ConstantTable, int]:
    """The tables of a filter, each with the offset where it starts."""
    places: dict[ConstantTable, int] = {}
    end = 0
    for table in _tables(filter_tree):
        if table not in places:
            places[table] = end
            end += room_of(table)
    return places


def data_of(filter_tree: TypedFilter) -> bytes:
    """The read-only data of a filter."""
    return b"".join(_stored(table) for table in places_of(filter_tree))


def _stored(table: ConstantTable) -> bytes:
    size = table.bits // 8
    data = b"".join(each.to_bytes(size, "little", signed=each < 0) for each in table.values)
    return data.ljust(room_of(table), b"\0")


def _tables(node: object) -> Iterator[ConstantTable]:
    """In the order of the tree."""
    if isinstance(node, tuple):
        for each in node:
            yield from _tables(each)
    elif isinstance(node, TableLoad):
        yield from _tables(node.index)
        yield node.table
    elif isinstance(node, TypedNode):
        yield from _tables(tuple(vars(node).values()))
