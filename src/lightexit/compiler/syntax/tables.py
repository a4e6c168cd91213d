# SPDX-License-Identifier: Apache-2.0
"""Typing of constant tables: tuples of ints and bytes of the module, indexed while a filter runs.

What they hold is read when the filter is compiled. What may change after that is refused.
"""

from __future__ import annotations

import ast
from enum import Enum, Flag, FlagBoundary
from typing import Any

from lightexit.abi import Verdict
from lightexit.compiler.inference.expansion import Expansion
from lightexit.compiler.inference.fitting import as_exact
from lightexit.compiler.inference.hints import call
from lightexit.compiler.inference.scope import NOT_STATIC, constant, static_value
from lightexit.compiler.typed.interval import Interval
from lightexit.compiler.typed.kinds import BOOL, Int, Kind
from lightexit.compiler.typed.tables import room_of, table_of
from lightexit.compiler.typed.tree import Const, ConstantTable, Expr, Guard, LocalValue, TableLoad
from lightexit.compiler.typed.values import interval_of
from lightexit.isa.program import MOST_RODATA

#: What can be a table: nobody can change it.
Constants = tuple[Any, ...] | bytes

_EXPECTED = "a tuple of ints, or bytes"

#: By type of what may change, or has no order: what to make of it.
_CHANGING: dict[type, str] = {
    list: "make it a tuple where it is defined: (1, 2), or tuple(...) around it",
    bytearray: "make it bytes where it is defined: bytes(...) around it",
    dict: "a tuple with the value of each key in turn, or match ...: case ...:",
    set: "sort it where it is defined: tuple(sorted(...))",
    frozenset: "sort it where it is defined: tuple(sorted(...))",
    range: "make it a tuple where it is defined: tuple(...) around it",
    str: "bytes, for their numbers: b'...'",
}


def constants_at(fn: Expansion, node: ast.expr) -> Constants | None:
    """The tuple or bytes that an expression stands for; None where it is something else.

    Raises AuthorError for what its author may have meant to be a table.
    """
    if isinstance(node, ast.Tuple):
        values = tuple(static_value(fn, each) for each in node.elts)
        return None if NOT_STATIC in values else values
    if isinstance(node, ast.List):
        values = tuple(static_value(fn, each) for each in node.elts)
        if values and NOT_STATIC not in values:
            hint = ast.unparse(ast.Tuple(node.elts))
            raise fn.error(node, "a list as a table", _EXPECTED, hint)
        return None
    value = static_value(fn, node)
    if type(value) in (tuple, bytes):
        return value  # type: ignore[no-any-return]
    for kind, advice in _CHANGING.items():
        if isinstance(value, kind):
            found = f"{fn.text(node)}, a {kind.__name__}, as a table"
            raise fn.error(node, found, _EXPECTED, advice=advice)
    return None


def infer_element(fn: Expansion, node: ast.Subscript, values: Constants) -> Expr:
    """`TABLE[i]`: a constant where the index is one."""
    if isinstance(node.ctx, ast.Store):
        found, advice = f"{fn.text(node)} is written", "an Array field in the state"
        raise fn.error(node, found, "a table only where it is read", advice=advice)
    table = _checked(fn, node.value, values)
    index = as_exact(fn, node.slice, fn.infer(node.slice), "an index")
    _check_index(fn, node.slice, index, len(values))
    if isinstance(index, Const):
        return constant(fn, node, values[index.value])
    return element_of(fn, node, values, table, index)


def element_of(
    fn: Expansion, node: ast.AST, values: Constants, table: ConstantTable, index: Expr
) -> Expr:
    """The element at an index that is known when the filter runs."""
    last = Interval(0, len(values) - 1)
    counts = isinstance(index, LocalValue) and index.local in fn.unit.counters
    guard = Guard.NONE if counts and interval_of(index).within(last) else Guard.MASK
    return TableLoad(fn.source.span(node), _kind(values, table), table, index, guard)


def table_at(fn: Expansion, node: ast.expr) -> tuple[Constants, ConstantTable] | None:
    """The table that a loop runs over, if it is one."""
    values = constants_at(fn, node)
    return None if values is None else (values, _checked(fn, node, values))


def _kind(values: Constants, table: ConstantTable) -> Kind:
    if all(isinstance(each, bool) for each in values):
        return BOOL
    limits = Interval(min(table.values), max(table.values))
    return Int(limits, any(isinstance(each, Flag) for each in values))


def _check_index(fn: Expansion, node: ast.expr, index: Expr, length: int) -> None:
    limits, last = interval_of(index), length - 1
    if limits.meet(0, last) is None:
        known = isinstance(index, Const) and -length <= limits.lo < 0
        raise fn.error(
            node,
            f"index {limits} of a table of {length}",
            f"an index of 0 to {last}",
            f"{length + limits.lo}  # counted from the end" if known else "",
            "a longer table, or a smaller index",
        )
    if limits.lo < 0:
        hint = f"{ast.unparse(call('u64', node))}  # below 0 becomes too large: a fault"
        expected = "an index of at least 0: Python counts one below 0 from the end"
        raise fn.error(node, f"index {limits} of a table of {length}", expected, hint)


def _checked(fn: Expansion, node: ast.expr, values: Constants) -> ConstantTable:
    """The table that holds these values; made once."""
    known = fn.unit.tables.get(id(values))
    if known is not None:
        return known[1]
    if len(values) > MOST_RODATA:
        raise _too_large(fn, node, f"{len(values)} elements")
    if not values:
        advice = "leave it out: there is nothing to read"
        raise fn.error(node, f"{fn.text(node)} is an empty table", _EXPECTED, advice=advice)
    for index, each in enumerate(values):
        _check_element(fn, node, index, each)
    table = table_of(tuple(map(int, values)))
    if table is None:
        raise fn.error(
            node,
            f"{fn.text(node)} holds {min(values)} and {max(values)}",
            "elements of 0 to 2**64 - 1, or of -2**63 to 2**63 - 1",
            advice="two tables: one for the upper halves of the numbers, and one for the lower",
        )
    fn.unit.tables[id(values)] = values, table
    size = sum(map(room_of, {each for _, each in fn.unit.tables.values()}))
    if size > MOST_RODATA:
        raise _too_large(fn, node, f"{size} bytes in the tables of one filter")
    return table


def _too_large(fn: Expansion, node: ast.expr, what: str) -> Exception:
    expected = f"at most {MOST_RODATA} bytes, with room for a power of two of elements in each"
    return fn.error(node, what, expected, advice="leave large tables to the device model")


def _check_element(fn: Expansion, node: ast.expr, index: int, value: Any) -> None:
    kind: Any = type(value)
    named = isinstance(value, Enum) and isinstance(value, int) and not isinstance(value, Verdict)
    if kind not in (int, bool) and not named:
        advice = "whole numbers: 25 for 2.5 counted in tenths"
        if isinstance(value, tuple | list | bytes):
            advice = "a table for each column, or a flat one: TABLE[row * WIDTH + column]"
        elif isinstance(value, Verdict):
            advice = "bools: Verdict.HANDLED if TABLE[i] else Verdict.PASS"
        found = f"element {index} of {fn.text(node)} is a {kind.__name__}"
        raise fn.error(node, found, "ints, bools and members of an IntEnum", advice=advice)
    if isinstance(value, Flag) and kind._boundary_ is not FlagBoundary.KEEP:
        found = f"{kind.__name__} does not keep undeclared flags"
        expected = "an IntFlag with the boundary KEEP, its default"
        raise fn.error(node, found, expected, advice="int(...) around each where it is defined")
