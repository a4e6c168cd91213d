# SPDX-License-Identifier: Apache-2.0
"""Typing of operators: bounds of the result, and refusal of what could not be computed exactly."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable

from lightexit.compiler import interval as bounds
from lightexit.compiler.expansion import Expansion, expression
from lightexit.compiler.fitting import (
    as_exact,
    as_int,
    as_unsigned,
    excess,
    integer,
    interval_of,
    truth,
    value_of,
)
from lightexit.compiler.interval import Interval
from lightexit.compiler.kinds import BOOL, Bool, Int, exact
from lightexit.compiler.scope import NOT_STATIC, constant, static_value
from lightexit.compiler.tree import Binary, Compare, Const, Expr

_Bounds = Callable[[Interval, Interval], Interval]
_Compute = Callable[[int, int], int]

#: By syntax: the sign, the bounds of the result, and the meaning.
OPERATORS: dict[type[ast.operator], tuple[str, _Bounds, _Compute]] = {
    ast.Add: ("+", bounds.add, operator.add),
    ast.Sub: ("-", bounds.subtract, operator.sub),
    ast.Mult: ("*", bounds.multiply, operator.mul),
    ast.FloorDiv: ("//", bounds.floor_divide, operator.floordiv),
    ast.Mod: ("%", bounds.modulo, operator.mod),
    ast.LShift: ("<<", bounds.shift_left, operator.lshift),
    ast.RShift: (">>", bounds.shift_right, operator.rshift),
    ast.BitAnd: ("&", bounds.bit_and, operator.and_),
    ast.BitOr: ("|", bounds.bit_or, operator.or_),
    ast.BitXor: ("^", bounds.bit_xor, operator.xor),
}

_BITWISE = ("&", "|", "^")

#: Results that are computed at once; larger ones could take Python minutes.
_FOLDED = Interval(-(1 << 512), 1 << 512)


@expression(ast.BinOp)
def _binary_operator(fn: Expansion, node: ast.BinOp) -> Expr:
    static = static_value(fn, node)
    if static is not NOT_STATIC:
        return constant(fn, node, static)
    left = fn.infer(node.left)
    return binary(fn, node, left, fn.infer(node.right))


def binary(fn: Expansion, node: ast.BinOp | ast.AugAssign, left: Expr, right: Expr) -> Expr:
    """`left op right` for the operator of `node`."""
    if type(node.op) not in OPERATORS:
        raise _unknown_operator(fn, node)
    sign, limits, compute = OPERATORS[type(node.op)]
    if sign in _BITWISE and isinstance(left.kind, Bool) and isinstance(right.kind, Bool):
        return _bitwise_bools(fn, node, left, right)
    left, right = _operands(fn, node, sign, left, right)
    a, b = interval_of(left), interval_of(right)
    result, flag = limits(a, b), _holds_flag(fn, node, left, right)
    if isinstance(left, Const) and isinstance(right, Const) and result.within(_FOLDED):
        value = compute(left.value, right.value)
        return Const(fn.source.span(node), Int(bounds.point(value), flag), value)
    return Binary(fn.source.span(node), Int(result, flag), sign, left, right)


def _operands(
    fn: Expansion, node: ast.BinOp | ast.AugAssign, sign: str, left: Expr, right: Expr
) -> tuple[Expr, Expr]:
    """Both sides as the ints that an operator can work on."""
    left_node, right_node = _sides(node)
    if sign in ("//", "%"):
        _prefer_muldiv(fn, sign, left_node, left, right_node)
        left = as_unsigned(fn, left_node, left, f"`{sign}`")
        right = as_unsigned(fn, right_node, right, f"`{sign}`")
        if value_of(right) == 0:
            raise fn.error(
                right_node, f"`{sign}` by zero", "a divisor of at least 1", "return Verdict.PASS"
            )
    elif sign == ">>":
        left = as_exact(fn, left_node, left, "`>>`")
        right = as_unsigned(fn, right_node, right, "a shift count")
    elif sign == "<<":
        left = as_int(fn, left_node, left)
        right = as_unsigned(fn, right_node, right, "a shift count")
    return as_int(fn, left_node, left), as_int(fn, right_node, right)


def _prefer_muldiv(
    fn: Expansion, sign: str, dividend: ast.expr, left: Expr, divisor: ast.expr
) -> None:
    """A product that may need 128 bits has a way of its own to be divided."""
    product = isinstance(dividend, ast.BinOp) and isinstance(dividend.op, ast.Mult)
    if not product or sign != "//" or not isinstance(left.kind, Int) or exact(left.kind):
        return
    assert isinstance(dividend, ast.BinOp)
    factors = f"{fn.text(dividend.left)}, {fn.text(dividend.right)}"
    raise fn.error(
        dividend,
        f"{excess(fn, dividend, left, bounds.U64)}, and `//` needs its true value",
        "a product of 64 bits",
        f"muldiv64({factors}, {fn.text(divisor)}) is exact",
    )


def _sides(node: ast.BinOp | ast.AugAssign) -> tuple[ast.expr, ast.expr]:
    return (node.left, node.right) if isinstance(node, ast.BinOp) else (node.target, node.value)


def _bitwise_bools(fn: Expansion, node: ast.BinOp | ast.AugAssign, left: Expr, right: Expr) -> Expr:
    """`&`, `|`, `^` of two bools: a bool in Python, too, and both are evaluated."""
    left_node, right_node = _sides(node)
    number = binary(fn, node, as_int(fn, left_node, left), as_int(fn, right_node, right))
    if isinstance(number, Const):
        return truth(number.span, bool(number.value))
    return Compare(number.span, BOOL, "!=", number, integer(number.span, 0))


def _holds_flag(fn: Expansion, node: ast.BinOp | ast.AugAssign, left: Expr, right: Expr) -> bool:
    """Whether CPython makes an IntFlag of `left op right`: its `~` and negatives are special."""
    if type(node.op) not in (ast.BitAnd, ast.BitOr, ast.BitXor):
        return False
    if not any(isinstance(side.kind, Int) and side.kind.flag for side in (left, right)):
        return False
    if not isinstance(node.op, ast.BitAnd) and min(interval_of(left).lo, interval_of(right).lo) < 0:
        raise fn.error(
            node,
            "an IntFlag with a negative number, which Python makes a flag again",
            "numbers of at least 0",
            "int(...) around the flag",
        )
    return True


def _unknown_operator(fn: Expansion, node: ast.BinOp | ast.AugAssign) -> Exception:
    left, right = (fn.text(side) for side in _sides(node))
    if isinstance(node.op, ast.Div):
        return fn.error(
            node, "`/`, which makes a float", "whole numbers", f"{left} // {right} rounds down"
        )
    if isinstance(node.op, ast.Pow):
        return fn.error(
            node,
            "`**` of values that are not constant",
            "a constant power, or a shift",
            "1 << n for 2**n",
        )
    return fn.error(node, "`@`, which is for matrices", "an operator of integers", "*")


@expression(ast.UnaryOp)
def _unary_operator(fn: Expansion, node: ast.UnaryOp) -> Expr:
    static = static_value(fn, node)
    if static is not NOT_STATIC:
        return constant(fn, node, static)
    if isinstance(node.op, ast.Not):
        from lightexit.compiler.conditions import infer_condition

        return infer_condition(fn, node)
    operand = fn.infer(node.operand)
    span = fn.source.span(node)
    if isinstance(node.op, ast.Invert):
        return _invert(fn, node, operand)
    number = as_int(fn, node.operand, operand)
    if isinstance(node.op, ast.UAdd):
        return number
    limits = bounds.negate(interval_of(number))
    return Binary(span, Int(limits), "-", integer(span, 0), number)


def _invert(fn: Expansion, node: ast.UnaryOp, operand: Expr) -> Expr:
    text = fn.text(node.operand)
    if isinstance(operand.kind, Bool):
        raise fn.error(node, "`~` of a bool", "an int", f"not {text}")
    number = as_int(fn, node.operand, operand)
    if isinstance(number.kind, Int) and number.kind.flag:
        raise fn.error(
            node,
            "`~` of an IntFlag, which in Python keeps the declared flags only",
            "an int, of which `~` inverts every bit",
            f"~int({text})",
        )
    limits = bounds.invert(interval_of(number))
    return Binary(number.span, Int(limits), "^", number, integer(number.span, -1))
