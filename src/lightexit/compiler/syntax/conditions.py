# SPDX-License-Identifier: Apache-2.0
"""Typing of conditions: `and`, `or`, `not`, conditional expressions."""

from __future__ import annotations

import ast

from lightexit.compiler.inference.expansion import Expansion
from lightexit.compiler.inference.fitting import as_bool, as_condition, as_int
from lightexit.compiler.inference.hints import instead, not_zero, number, within
from lightexit.compiler.inference.narrowing import narrow
from lightexit.compiler.typed import kinds
from lightexit.compiler.typed.kinds import BOOL, Int
from lightexit.compiler.typed.tree import Choice, Expr, Logic
from lightexit.compiler.typed.values import negated, value_of


def infer_condition(fn: Expansion, node: ast.expr) -> Expr:
    """Type an expression whose truth alone matters."""
    if isinstance(node, ast.BoolOp):
        return _chain(fn, node, in_condition=True)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return negated(infer_condition(fn, node.operand))
    return as_condition(fn, node, fn.infer(node))


def infer_bool_operator(fn: Expansion, node: ast.BoolOp) -> Expr:
    """Type `and` and `or` where their value is used."""
    return _chain(fn, node, in_condition=False)


def _chain(fn: Expansion, node: ast.BoolOp, *, in_condition: bool) -> Expr:
    """`a and b and c`: what stands right is typed knowing what stands left."""
    sign = "and" if isinstance(node.op, ast.And) else "or"
    before = fn.live
    parts: list[Expr] = []
    for value in node.values:
        part = infer_condition(fn, value) if in_condition else _bool_part(fn, node, value, sign)
        fn.env = narrow(fn.live, part, sign == "and")
        parts.append(part)
        if value_of(part) == (sign == "or"):
            break
    fn.env = before
    parts = [part for part in parts[:-1] if value_of(part) is None] + parts[-1:]
    typed = parts.pop()
    while parts:
        typed = Logic(fn.source.span(node), BOOL, sign, parts.pop(), typed)
    return typed


def _bool_part(fn: Expansion, whole: ast.BoolOp, node: ast.expr, sign: str) -> Expr:
    part, use = fn.infer(node), f"in `{sign}`, whose value is used"
    if isinstance(part.kind, Int) and len(whole.values) == 2:
        other = fn.infer(whole.values[node is whole.values[0]])
        if isinstance(other.kind, Int):
            raise fn.error(whole, f"{part.kind} {use}", "bools", _choice(whole))
    if isinstance(part.kind, Int):
        hint = f"{instead(node, not_zero(node))}  # a bool, where Python gives the number itself"
        raise fn.error(node, f"{part.kind} {use}", "a bool", hint)
    return as_bool(fn, node, part, use)


def _choice(node: ast.BoolOp) -> str:
    """`x if x != 0 else y` for `x or y` of two ints."""
    first, second = node.values
    if any(isinstance(each, ast.Call) for each in ast.walk(first)):
        return ""
    pair = (first, second) if isinstance(node.op, ast.Or) else (second, number(0))
    return within(node, ast.IfExp(not_zero(first), *pair))


def infer_choice(fn: Expansion, node: ast.IfExp) -> Expr:
    """Type `a if condition else b`."""
    condition = infer_condition(fn, node.test)
    known = value_of(condition)
    if known is not None:
        return fn.infer(node.body if known else node.orelse)
    before = fn.live
    fn.env = narrow(before, condition, True)
    then = fn.infer(node.body)
    fn.env = narrow(before, condition, False)
    orelse = fn.infer(node.orelse)
    fn.env = before
    if isinstance(then.kind, Int) != isinstance(orelse.kind, Int):
        then, orelse = as_int(fn, node.body, then), as_int(fn, node.orelse, orelse)
    kind = kinds.join(then.kind, orelse.kind)
    if kind is None or isinstance(kind, kinds.ContextKind | kinds.Nothing | kinds.Several):
        raise fn.error(
            node,
            f"{then.kind} or {orelse.kind}, depending on the condition",
            "two values of one kind",
            advice="if ...: ... else: ...",
        )
    return Choice(fn.source.span(node), kind, condition, then, orelse)
