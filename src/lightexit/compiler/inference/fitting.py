# SPDX-License-Identifier: Apache-2.0
"""Whether a value fits its destination's kind and size, and the error if it does not."""

from __future__ import annotations

import ast

from lightexit.abi import IntType
from lightexit.compiler.inference.expansion import Expansion
from lightexit.compiler.inference.hints import call, expression_of, instead, not_zero
from lightexit.compiler.typed import kinds
from lightexit.compiler.typed.interval import U64, Interval, describe, limits_of
from lightexit.compiler.typed.kinds import Bool, Int, VerdictKind
from lightexit.compiler.typed.tree import AsInt, Compare, Const, Expr
from lightexit.compiler.typed.values import comparable, integer, interval_of, truth

#: By kind of a value that is not a number: how to get an int or a bool from it.
_ADVICE: dict[type, str] = {
    kinds.StructRef: "name one of its fields",
    kinds.ArrayRef: "index it: {text}[i]",
    kinds.ContextKind: "name one of its fields: ctx.data",
    kinds.Nothing: "call it in a line of its own",
    kinds.Several: "unpack it first: a, b = {text}",
}


#: The remark of a hint that computes a local's value again.
UNCHANGED = "  # if neither has changed since"


def as_int(fn: Expansion, node: ast.AST, expr: Expr) -> Expr:
    """`expr` as an int; bools and verdicts count as 0 and 1, as in Python."""
    if isinstance(expr.kind, Int):
        return expr
    if not isinstance(expr.kind, Bool | VerdictKind):
        found = f"{expr.kind} where a number is needed"
        raise fn.error(node, found, "an int", advice=_advice(fn, node, expr))
    if isinstance(expr, Const):
        return integer(expr.span, expr.value)
    return AsInt(expr.span, Int(kinds.TRUTH), expr)


def sum_behind(fn: Expansion, node: ast.AST) -> ast.expr | None:
    """The sum or difference that a local of more than 64 bits was assigned."""
    variable = fn.variables.get(node.id) if isinstance(node, ast.Name) else None
    if variable is None or variable.written is None or variable.value is None:
        return None
    return variable.written if comparable(variable.value) else None


def as_exact(fn: Expansion, node: ast.AST, expr: Expr, use: str, of_any_sign: bool = False) -> Expr:
    """`expr` as an int of which 64 bits tell the value; `use` says who needs that, and is to be
    had with negative numbers, too, where `of_any_sign`."""
    expr = as_int(fn, node, expr)
    if kinds.exact(expr.kind):
        return expr
    raise fn.error(
        node,
        f"{excess(fn, node, expr, U64)}, and {use} needs the exact value",
        "a value of 64 bits",
        wrapping(node, expr, "i64" if of_any_sign and interval_of(expr).lo < 0 else "u64"),
    )


def as_unsigned(fn: Expansion, node: ast.AST, expr: Expr, use: str, hint: str = "") -> Expr:
    """`expr` as an int of 0 to 2**64 - 1."""
    expr = as_exact(fn, node, expr, use)
    if interval_of(expr).lo >= 0:
        return expr
    raise fn.error(
        node,
        f"{excess(fn, node, expr, U64)}, and {use} needs at least 0",
        "a value of at least 0",
        hint,
        "" if hint else _ruled_out(fn, node, expr),
    )


def _ruled_out(fn: Expansion, node: ast.AST, expr: Expr) -> str:
    if isinstance(expr, Const):
        return "negate both sides of the comparison"
    return f"a local first: x = {fn.text(node)}, then if x < 0: return Verdict.PASS"


def as_bool(fn: Expansion, node: ast.AST, expr: Expr, use: str) -> Expr:
    """`expr`, which must be a bool; `use` says for what."""
    if isinstance(expr.kind, Bool):
        return expr
    if isinstance(expr.kind, Int):
        hint = instead(node, not_zero(expression_of(node)))
        raise fn.error(node, f"{expr.kind} {use}", "a bool", hint)
    raise fn.error(node, f"{expr.kind} {use}", "a bool", advice=_advice(fn, node, expr))


def as_condition(fn: Expansion, node: ast.AST, expr: Expr) -> Expr:
    """The truth of `expr`: an int counts as true where it is not 0."""
    if isinstance(expr.kind, Bool):
        return expr
    if isinstance(expr.kind, kinds.Reference | kinds.ContextKind):
        found = f"{expr.kind} as a condition is always true"
        raise fn.error(node, found, "a bool or an int", advice=_advice(fn, node, expr))
    number = as_int(fn, node, expr)
    written = node if comparable(number) else sum_behind(fn, node)
    if isinstance(written, ast.expr) and not kinds.exact(number.kind):
        found = f"{excess(fn, node, number, U64)}, and a condition needs the exact value"
        hint = instead(node, not_zero(written)) + (UNCHANGED if written is not node else "")
        raise fn.error(node, found, "a value of 64 bits, or a comparison", hint)
    number = as_exact(fn, node, number, "a condition")
    if isinstance(number, Const):
        return truth(number.span, bool(number.value))
    return Compare(expr.span, kinds.BOOL, "!=", number, integer(expr.span, 0))


def fit(fn: Expansion, node: ast.AST, expr: Expr, kind: IntType, place: str | ast.AST) -> Expr:
    """`expr` as an int that fits `kind`; `place` is what it is for, or where that is written."""
    expr = as_int(fn, node, expr)
    limits = limits_of(kind)
    if interval_of(expr).within(limits):
        return expr
    target = place if isinstance(place, str) else fn.text(place)
    raise fn.error(
        node,
        f"{excess(fn, node, expr, limits)}, and {target} is {article(kind.name)} {kind}",
        f"a value of {_in_words(kind)}",
        wrapping(node, expr, kind.name),
    )


def excess(fn: Expansion, node: ast.AST, expr: Expr, limits: Interval) -> str:
    """In which way a value leaves its limits, in words."""
    interval, subject = interval_of(expr), fn.text(node)
    subject = "this" if subject == "..." else subject
    if interval.is_point:
        return f"this is {interval}"
    below = [f"as low as {describe(interval.lo)}"] if interval.lo < limits.lo else []
    above = [f"as large as {describe(interval.hi)}"] if interval.hi > limits.hi else []
    return f"{subject} may be {' and '.join(below + above)}"


def _in_words(kind: IntType) -> str:
    if kind.signed:
        return f"{describe(kind.minimum)} to {describe(kind.maximum)}"
    return f"0 to {kind.maximum:#x}"


def article(name: str) -> str:
    """`a` or `an`, for a type."""
    return "an" if name[0] in "AEIOUi" else "a"


def wrapping(node: ast.AST, expr: Expr, kind: str) -> str:
    """The hint to keep the low bits of a value."""
    code = instead(node, call(kind, expression_of(node)))
    negative = interval_of(expr).lo < 0
    loses = ": a negative number becomes a large one" if negative else ""
    if kind.startswith("i"):
        loses = ": the highest of them is the sign"
    return f"{code}  # keeps the low {kind[1:]} bits{loses}"


def _advice(fn: Expansion, node: ast.AST, expr: Expr) -> str:
    return _ADVICE.get(type(expr.kind), "").format(text=fn.text(node))
