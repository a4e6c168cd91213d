# SPDX-License-Identifier: Apache-2.0
"""Typing of operators: bounds of the result, and refusal of what could not be computed exactly."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable

from lightexit.compiler.inference.expansion import Expansion
from lightexit.compiler.inference.fitting import as_exact, as_int, as_unsigned, excess
from lightexit.compiler.inference.hints import call, instead, number, operation, within
from lightexit.compiler.inference.scope import NOT_STATIC, constant, static_value
from lightexit.compiler.syntax.conditions import infer_condition
from lightexit.compiler.typed import interval as bounds
from lightexit.compiler.typed.interval import Interval
from lightexit.compiler.typed.kinds import BOOL, Bool, Int, exact
from lightexit.compiler.typed.tree import Binary, Compare, Const, Expr
from lightexit.compiler.typed.values import integer, interval_of, truth, value_of

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


def infer_binary(fn: Expansion, node: ast.BinOp) -> Expr:
    """Type an operator between two values."""
    static = static_value(fn, node)
    if static is not NOT_STATIC:
        return constant(fn, node, static)
    left = fn.infer(node.left)
    return binary(fn, node, left, fn.infer(node.right))


def binary(fn: Expansion, node: ast.BinOp | ast.AugAssign, left: Expr, right: Expr) -> Expr:
    """`left op right` for the operator of `node`."""
    if type(node.op) not in OPERATORS:
        raise _unknown_operator(fn, node, left, right)
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
        _prefer_muldiv(fn, node, sign, left)
        _refuse_wide_rest(fn, node, left, right)
        left = as_exact(fn, left_node, left, f"`{sign}`", of_any_sign=True)
        right = as_exact(fn, right_node, right, f"`{sign}`", of_any_sign=True)
        if value_of(right) == 0:
            found, advice = f"`{sign}` by zero", "return Verdict.PASS where the divisor may be 0"
            raise fn.error(right_node, found, "a divisor other than 0", advice=advice)
    elif sign == ">>":
        left = as_exact(fn, left_node, left, "`>>`", of_any_sign=True)
        right = _shift_count(fn, right_node, right)
    elif sign == "<<":
        left = as_int(fn, left_node, left)
        right = _shift_count(fn, right_node, right)
    return as_int(fn, left_node, left), as_int(fn, right_node, right)


def _shift_count(fn: Expansion, node: ast.expr, count: Expr) -> Expr:
    """Of a negative one CPython raises: 0 is as good as any."""
    hint = f"{instead(node, call('max', node, number(0)))}  # 0 for a negative one"
    return as_unsigned(fn, node, count, "a shift count", hint)


def _refuse_wide_rest(
    fn: Expansion, node: ast.BinOp | ast.AugAssign, left: Expr, right: Expr
) -> None:
    """`%` of a power of two: the low bits of a dividend of more than 64 are enough."""
    divisor = value_of(right) or 0
    if exact(left.kind) or not isinstance(node.op, ast.Mod) or divisor <= 0 or 2**64 % divisor:
        return
    left_node, right_node = _sides(node)
    hint = operation(call("u64", left_node), node.op, right_node)
    found = f"{excess(fn, left_node, left, bounds.U64)}, and `%` needs the exact value"
    raise fn.error(node, found, "a value of 64 bits", within(node, hint))


def _prefer_muldiv(fn: Expansion, node: ast.BinOp | ast.AugAssign, sign: str, left: Expr) -> None:
    """A product that may need 128 bits has a way of its own to be divided."""
    dividend, divisor = _sides(node)
    product = isinstance(dividend, ast.BinOp) and isinstance(dividend.op, ast.Mult)
    if not product or sign != "//" or not isinstance(left.kind, Int) or exact(left.kind):
        return
    assert isinstance(dividend, ast.BinOp)
    raise fn.error(
        node,
        f"{excess(fn, dividend, left, bounds.U64)}, and `//` needs the exact value",
        "a product of 64 bits",
        _muldiv(node, dividend, divisor),
    )


def _muldiv(node: ast.AST, product: ast.BinOp, divisor: ast.expr) -> str:
    return instead(node, call("muldiv64", product.left, product.right, divisor))


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
            "an IntFlag with a negative number: Python's result is a flag, which is never negative",
            "numbers of at least 0",
            advice="int(...) around the flag",
        )
    return True


def _unknown_operator(
    fn: Expansion, node: ast.BinOp | ast.AugAssign, left: Expr, right: Expr
) -> Exception:
    left_node, right_node = _sides(node)
    if isinstance(node.op, ast.Div):
        hint = instead(node, operation(left_node, ast.FloorDiv(), right_node))
        wide = isinstance(left.kind, Int) and not exact(left.kind)
        if wide and isinstance(left_node, ast.BinOp) and isinstance(left_node.op, ast.Mult):
            hint = _muldiv(node, left_node, right_node)
        found, hint = "`/`, which makes a float", f"{hint}  # rounds down"
        return fn.error(node, found, "whole numbers", hint)
    if isinstance(node.op, ast.Pow):
        found = "`**` of values that are not constant"
        hint = _power(node, left, right)
        advice = "" if hint else "1 << n for 2**n; a product, or a loop, for others"
        return fn.error(node, found, "a constant power, or a shift", hint, advice)
    hint = instead(node, operation(left_node, ast.Mult(), right_node))
    return fn.error(node, "`@`, which is for matrices", "an operator of integers", hint)


def _power(node: ast.BinOp | ast.AugAssign, left: Expr, right: Expr) -> str:
    """A shift for a power of 2, a product for a square."""
    left_node, right_node = _sides(node)
    if value_of(right) == 2:
        return within(node, operation(left_node, ast.Mult(), left_node))
    if value_of(left) == 2 and isinstance(right.kind, Int) and interval_of(right).lo >= 0:
        return within(node, operation(number(1), ast.LShift(), right_node))
    return ""


def infer_unary(fn: Expansion, node: ast.UnaryOp) -> Expr:
    """Type an operator before a value."""
    static = static_value(fn, node)
    if static is not NOT_STATIC:
        return constant(fn, node, static)
    if isinstance(node.op, ast.Not):
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
    if isinstance(operand.kind, Bool):
        opposite = within(node, ast.UnaryOp(ast.Not(), node.operand))
        hint = f"{opposite}  # False or True, where `~` gives -2 or -1"
        raise fn.error(node, "`~` of a bool", "an int", hint)
    number = as_int(fn, node.operand, operand)
    if isinstance(number.kind, Int) and number.kind.flag:
        inverted = instead(node, ast.UnaryOp(node.op, call("int", node.operand)))
        raise fn.error(
            node,
            "`~` of an IntFlag, which in Python keeps the declared flags only",
            "an int, of which `~` inverts every bit",
            f"{inverted}  # inverts every bit",
        )
    limits = bounds.invert(interval_of(number))
    return Binary(number.span, Int(limits), "^", number, integer(number.span, -1))
