# SPDX-License-Identifier: Apache-2.0
"""Typing of comparisons: chained ones, membership, and the machine comparison that is exact."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable

from lightexit.compiler.inference.expansion import Expansion
from lightexit.compiler.inference.fitting import UNCHANGED, as_exact, as_int, excess, sum_behind
from lightexit.compiler.inference.hints import comparison, instead, number, within
from lightexit.compiler.inference.narrowing import repeatable
from lightexit.compiler.inference.scope import static_value
from lightexit.compiler.typed import kinds
from lightexit.compiler.typed.interval import U64
from lightexit.compiler.typed.kinds import BOOL
from lightexit.compiler.typed.tree import Bind, Compare, Const, Expr, LocalValue, Logic
from lightexit.compiler.typed.values import comparable, negated, truth, value_of

COMPARISONS: dict[type[ast.cmpop], tuple[str, Callable[[int, int], bool]]] = {
    ast.Eq: ("==", operator.eq),
    ast.NotEq: ("!=", operator.ne),
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("<=", operator.le),
    ast.Gt: (">", operator.gt),
    ast.GtE: (">=", operator.ge),
}

_TRUE_VALUE = "a value of 64 bits, or a sum or difference of such"


def compare(
    fn: Expansion, node: ast.AST, op: ast.cmpop, left: Expr, right: Expr, at: ast.AST | None = None
) -> Expr:
    """`left op right`; the sides' own nodes are `node` and `at`."""
    sign, compute = COMPARISONS[type(op)]
    left, right = _side(fn, node, left), _side(fn, at or node, right)
    if isinstance(left, Const) and isinstance(right, Const):
        return truth(left.span, compute(left.value, right.value))
    return Compare(fn.source.span(node), BOOL, sign, left, right)


def _side(fn: Expansion, node: ast.AST, expr: Expr) -> Expr:
    expr = as_int(fn, node, expr)
    if comparable(expr):
        return expr
    written = sum_behind(fn, node)
    if written is None:
        return as_exact(fn, node, expr, "a comparison")
    found = f"{excess(fn, node, expr, U64)}, and a comparison needs the exact value"
    raise fn.error(node, found, _TRUE_VALUE, f"{within(node, written)}{UNCHANGED}")


def infer_comparison(fn: Expansion, node: ast.Compare) -> Expr:
    """Type a comparison, chained or not."""
    left, left_node = fn.infer(node.left), node.left
    links: list[Expr] = []
    for position, (op, right_node) in enumerate(zip(node.ops, node.comparators, strict=True)):
        if isinstance(op, ast.In | ast.NotIn):
            return _membership(fn, node, as_exact(fn, left_node, left, "`in`"))
        if type(op) not in COMPARISONS:
            raise _identity(fn, node, left)
        right = again = as_int(fn, right_node, fn.infer(right_node))
        if position + 1 < len(node.ops) and not repeatable(right):
            _refuse_wide_middle(fn, node, right)
            right, again = _held(fn, as_exact(fn, right_node, right, "a chained comparison"))
        _refuse_sign_of_difference(fn, node, left, right)
        links.append(compare(fn, left_node, op, left, right, right_node))
        left, left_node = again, right_node
    typed = links.pop()
    while links:
        typed = Logic(fn.source.span(node), BOOL, "and", links.pop(), typed)
    return typed


def _held(fn: Expansion, expr: Expr) -> tuple[Expr, Expr]:
    """`expr`, evaluated into a local, and that local."""
    local = fn.unit.local("%held", expr.kind)
    return Bind(expr.span, expr.kind, local, expr), LocalValue(expr.span, expr.kind, local)


def _refuse_wide_middle(fn: Expansion, node: ast.Compare, middle: Expr) -> None:
    """`a < x - y < b`: two comparisons know the difference, which no local can hold."""
    called = any(isinstance(each, ast.Call) for each in ast.walk(node))
    if kinds.exact(middle.kind) or not comparable(middle) or len(node.ops) != 2 or called:
        return
    center, last = node.comparators
    first = comparison(node.left, node.ops[0], center)
    both = ast.BoolOp(ast.And(), [first, comparison(center, node.ops[1], last)])
    found = f"{excess(fn, center, middle, U64)}, and a chained comparison needs the exact value"
    raise fn.error(node, found, _TRUE_VALUE, within(node, both))


def _refuse_sign_of_difference(fn: Expansion, node: ast.Compare, left: Expr, right: Expr) -> None:
    """`d < 0` for a d of more than 64 bits that was `a - b`: `a < b` is what is meant."""
    sides = (node.left, node.comparators[0])
    for side, expr, other in ((sides[0], left, right), (sides[1], right, left)):
        written = sum_behind(fn, side)
        if written is None or kinds.exact(expr.kind) or value_of(other) != 0:
            continue
        if len(node.ops) > 1 or not isinstance(written, ast.BinOp):
            continue
        if isinstance(written.op, ast.Sub):
            pair = (written.left, written.right)[:: 1 if side is node.left else -1]
            hint = instead(node, comparison(pair[0], node.ops[0], pair[1]))
            found = f"{excess(fn, side, expr, U64)}, and a comparison needs the exact value"
            raise fn.error(node, found, _TRUE_VALUE, f"{hint}{UNCHANGED}")


def _identity(fn: Expansion, node: ast.Compare, left: Expr) -> Exception:
    negative, other = isinstance(node.ops[0], ast.IsNot), node.comparators[0]
    found, expected = "`is`, which compares objects", "a comparison of values"
    if isinstance(other, ast.Constant) and other.value is None:
        advice = "a bool field that says whether there is one: nothing in a filter is None"
        return fn.error(node, found, expected, advice=advice)
    if len(node.ops) > 1:
        return fn.error(node, found, expected, advice="== and !=")
    equal = comparison(node.left, ast.NotEq() if negative else ast.Eq(), other)
    hint = f"{instead(node, equal)}  # compares values"
    if isinstance(left.kind, kinds.Bool):
        match other:
            case ast.Constant(bool(wanted)) if wanted != negative:
                hint = fn.code(node.left)
            case ast.Constant(bool()):
                hint = within(node, ast.UnaryOp(ast.Not(), node.left))
    return fn.error(node, found, expected, hint)


def _membership(fn: Expansion, node: ast.Compare, left: Expr) -> Expr:
    """`x in (1, 2)`: the members are constants, so that nothing is evaluated in vain."""
    members = node.comparators[0]
    if len(node.ops) > 1 or not isinstance(members, ast.Tuple | ast.List | ast.Set):
        raise _not_constants(fn, node, members)
    first = left
    if not repeatable(left):
        first, left = _held(fn, left)
    typed: Expr = Const(fn.source.span(node), BOOL, 0)
    for position, member in reversed(list(enumerate(members.elts))):
        value = fn.infer(member)
        if not isinstance(value, Const):
            advice = " or ".join(f"{fn.text(node.left)} == {fn.text(e)}" for e in members.elts)
            raise fn.error(member, "a member that is not constant", "constants", advice=advice)
        equal = compare(fn, node, ast.Eq(), left if position else first, value)
        typed = Logic(equal.span, BOOL, "or", equal, typed)
    return negated(typed) if isinstance(node.ops[0], ast.NotIn) else typed


def _not_constants(fn: Expansion, node: ast.Compare, members: ast.expr) -> Exception:
    """`in` a range has a comparison that says the same; `in` an array is a loop."""
    found, expected = "`in` something else than a tuple of constants", "x in (1, 2)"
    bounds = _bounds(fn, members) if len(node.ops) == 1 else None
    if bounds is None:
        advice = "a loop over it that compares each, or x == 1 or x == 2"
        return fn.error(node, found, expected, advice=advice)
    inside: ast.expr = ast.Compare(bounds[0], [ast.LtE(), ast.Lt()], [node.left, bounds[1]])
    if isinstance(node.ops[0], ast.NotIn):
        inside = ast.UnaryOp(ast.Not(), inside)
    return fn.error(node, found, expected, within(node, inside))


def _bounds(fn: Expansion, members: ast.expr) -> tuple[ast.expr, ast.expr] | None:
    """Start and stop of a `range` without a step."""
    if not isinstance(members, ast.Call) or static_value(fn, members.func) is not range:
        return None
    if members.keywords or len(members.args) not in (1, 2):
        return None
    return number(0) if len(members.args) == 1 else members.args[0], members.args[-1]
