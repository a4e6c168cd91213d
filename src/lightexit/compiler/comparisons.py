# SPDX-License-Identifier: Apache-2.0
"""Typing of comparisons: chained ones, membership, and what machine comparison tells the truth."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable

from lightexit.compiler import kinds
from lightexit.compiler.expansion import Expansion, expression
from lightexit.compiler.fitting import as_exact, as_int, interval_of, negated, truth
from lightexit.compiler.interval import Interval
from lightexit.compiler.kinds import BOOL
from lightexit.compiler.narrowing import repeatable
from lightexit.compiler.tree import Binary, Bind, Compare, Const, Expr, Logic, Read

COMPARISONS: dict[type[ast.cmpop], tuple[str, Callable[[int, int], bool]]] = {
    ast.Eq: ("==", operator.eq),
    ast.NotEq: ("!=", operator.ne),
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("<=", operator.le),
    ast.Gt: (">", operator.gt),
    ast.GtE: (">=", operator.ge),
}
_I128 = Interval(-(2**127), 2**127 - 1)


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
    return expr if comparable(expr) else as_exact(fn, node, expr, "a comparison")


def comparable(expr: Expr) -> bool:
    """Whether its true value is known: of 64 bits, or a sum of such, which 128 bits hold."""
    if kinds.exact(expr.kind):
        return True
    if not interval_of(expr).within(_I128):
        return False
    if isinstance(expr, Binary) and expr.op in ("+", "-"):
        return comparable(expr.left) and comparable(expr.right)
    return isinstance(expr, Const)


@expression(ast.Compare)
def _compare(fn: Expansion, node: ast.Compare) -> Expr:
    left, left_node = fn.infer(node.left), node.left
    links: list[Expr] = []
    for position, (op, right_node) in enumerate(zip(node.ops, node.comparators, strict=True)):
        if isinstance(op, ast.In | ast.NotIn):
            return _membership(fn, node, as_exact(fn, left_node, left, "`in`"))
        if type(op) not in COMPARISONS:
            raise _identity(fn, node)
        right = again = as_int(fn, right_node, fn.infer(right_node))
        if position + 1 < len(node.ops) and not repeatable(right):
            right, again = _held(fn, as_exact(fn, right_node, right, "a chained comparison"))
        links.append(compare(fn, left_node, op, left, right, right_node))
        left, left_node = again, right_node
    typed = links.pop()
    while links:
        typed = Logic(fn.source.span(node), BOOL, "and", links.pop(), typed)
    return typed


def _held(fn: Expansion, expr: Expr) -> tuple[Expr, Expr]:
    """`expr`, evaluated into a local, and that local."""
    local = fn.unit.local("%held", expr.kind)
    return Bind(expr.span, expr.kind, local, expr), Read(expr.span, expr.kind, local)


def _identity(fn: Expansion, node: ast.Compare) -> Exception:
    negative, other = isinstance(node.ops[0], ast.IsNot), node.comparators[0]
    left = fn.text(node.left)
    hint = f"{left} {'!=' if negative else '=='} {fn.text(other)}"
    if isinstance(other, ast.Constant) and isinstance(other.value, bool):
        hint = left if other.value != negative else f"not {left}"
    return fn.error(node, "`is`, which compares objects", "a comparison of values", hint)


def _membership(fn: Expansion, node: ast.Compare, left: Expr) -> Expr:
    """`x in (1, 2)`: the members are constants, so that nothing is evaluated in vain."""
    members = node.comparators[0]
    if len(node.ops) > 1 or not isinstance(members, ast.Tuple | ast.List | ast.Set):
        raise fn.error(
            node, "`in` something else than a tuple of constants", "x in (1, 2)", "x == 1 or x == 2"
        )
    first = left
    if not repeatable(left):
        first, left = _held(fn, left)
    typed: Expr = Const(fn.source.span(node), BOOL, 0)
    for number, member in reversed(list(enumerate(members.elts))):
        value = fn.infer(member)
        if not isinstance(value, Const):
            raise fn.error(member, "a member that is not constant", "constants", "x == a or x == b")
        equal = compare(fn, node, ast.Eq(), left if number else first, value)
        typed = Logic(equal.span, BOOL, "or", equal, typed)
    return negated(typed) if isinstance(node.ops[0], ast.NotIn) else typed
