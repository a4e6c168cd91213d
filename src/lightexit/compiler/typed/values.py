# SPDX-License-Identifier: Apache-2.0
"""Questions about expressions of the typed tree, and the simplest expressions there are."""

from __future__ import annotations

from lightexit.compiler.typed import kinds
from lightexit.compiler.typed.interval import Interval
from lightexit.compiler.typed.kinds import Bool, Int, Kind
from lightexit.compiler.typed.tree import AsInt, Binary, Const, Expr, Not, Span

_I128 = Interval(-(2**127), 2**127 - 1)


def value_of(expr: Expr) -> int | None:
    """The value of a constant expression."""
    return expr.value if isinstance(expr, Const) else None


def interval_of(expr: Expr) -> Interval:
    """The interval of an expression that has been made an int."""
    assert isinstance(expr.kind, Int)
    return expr.kind.interval


def integer(span: Span, value: int) -> Const:
    """A constant int."""
    return Const(span, Int(Interval(value, value)), value)


def truth(span: Span, value: bool) -> Const:
    """A constant bool."""
    return Const(span, kinds.BOOL, int(value))


def comparable(expr: Expr) -> bool:
    """Whether its exact value is known: of 64 bits, or a sum of such, which 128 bits hold."""
    if kinds.exact(expr.kind):
        return True
    if not interval_of(expr).within(_I128):
        return False
    if isinstance(expr, Binary) and expr.op in ("+", "-"):
        return comparable(expr.left) and comparable(expr.right)
    return isinstance(expr, Const)


def negated(expr: Expr) -> Expr:
    """The opposite of a bool."""
    if isinstance(expr, Const):
        return truth(expr.span, not expr.value)
    return Not(expr.span, kinds.BOOL, expr)


def same_kind(expr: Expr, kind: Kind) -> Expr:
    """`expr` where a value of `kind` is wanted: only bools change, into ints."""
    if isinstance(kind, Int) and isinstance(expr.kind, Bool):
        return AsInt(expr.span, Int(kinds.TRUTH), expr)
    return expr
