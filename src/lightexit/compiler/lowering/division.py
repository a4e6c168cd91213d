# SPDX-License-Identifier: Apache-2.0
"""`//` and `%` in LLVM IR, rounded down as Python does.

BPF divides no signed numbers before cpu v4 (Linux 6.6), so all are divided as unsigned ones. With
b above 0 and a below 0, ~a = -a - 1 is at least 0:

    a // b == ~(~a // b)        a % b == b + ~(~a % b)

A divisor below 0 changes its sign first, and the dividend with it: a // b == -a // -b, and
a % b == -(-a % -b).
"""

from __future__ import annotations

from lightexit.compiler.lowering.emit import Emitter
from lightexit.compiler.typed.tree import Binary, Const, Expr, Span
from lightexit.compiler.typed.values import interval_of, value_of


def divide(emit: Emitter, expr: Binary, left: str, right: str) -> str:
    """Write `left // right` or `left % right`; a fault where the divisor is 0."""
    divisor = interval_of(expr.right)
    if divisor.lo <= 0 <= divisor.hi:
        divides = emit.value(expr.span, f"icmp ne i64 {right}, 0")
        emit.ensure(expr.span, divides, "the divisor is 0")
    if divisor.lo >= 0 and interval_of(expr.left).lo >= 0:
        return _unsigned(emit, expr, left, right)
    power = _power_of_two(expr.right)
    if power and expr.op == "//":
        return emit.value(expr.span, f"ashr i64 {left}, {power.bit_length() - 1}")
    if power:
        return emit.value(expr.span, f"and i64 {left}, {power - 1}")
    return _signed(emit, expr, left, right)


def _power_of_two(divisor: Expr) -> int:
    """The divisor, if it is a constant power of two; else 0."""
    value = value_of(divisor) or 0
    return value if value > 0 and value & value - 1 == 0 else 0


def _unsigned(emit: Emitter, expr: Binary, left: str, right: str) -> str:
    """Of two numbers of at least 0."""
    operation = "udiv" if expr.op == "//" else "urem"
    if isinstance(expr.right, Const):
        result = emit.value(expr.span, f"{operation} i64 {left}, {right}")
        # LLVM multiplies instead of dividing by other constants: verifiers lose the bounds.
        return result if _power_of_two(expr.right) else emit.barrier(expr.span, result)
    # LLVM would count the zeros of a divisor that it knows to be a power of two.
    right = emit.barrier(expr.span, right)
    return emit.barrier(expr.span, emit.value(expr.span, f"{operation} i64 {left}, {right}"))


def _signed(emit: Emitter, expr: Binary, left: str, right: str) -> str:
    """Of two numbers of any sign. A mask is -1 or 0: x ^ mask is ~x or x, (x ^ mask) - mask is -x
    or x."""
    span = expr.span
    turned = emit.value(span, f"sext i1 {_is_below_0(emit, span, expr.right, right)} to i64")
    below = emit.value(span, f"sext i1 {_is_quotient_below_0(emit, expr, left, right)} to i64")
    dividend = emit.value(span, f"xor i64 {_negated(emit, span, left, turned)}, {below}")
    divisor = _negated(emit, span, right, turned)
    result = _unsigned(emit, expr, dividend, divisor)
    result = emit.value(span, f"xor i64 {result}, {below}")
    if expr.op == "//":
        return result
    added = emit.value(span, f"and i64 {divisor}, {below}")
    return _negated(emit, span, emit.value(span, f"add i64 {result}, {added}"), turned)


def _is_below_0(emit: Emitter, span: Span, expr: Expr, value: str) -> str:
    if interval_of(expr).lo >= 0:
        return "false"
    return "true" if interval_of(expr).hi < 0 else emit.value(span, f"icmp slt i64 {value}, 0")


def _is_above_0(emit: Emitter, span: Span, expr: Expr, value: str) -> str:
    predicate = "ne" if interval_of(expr).lo >= 0 else "sgt"
    return emit.value(span, f"icmp {predicate} i64 {value}, 0")


def _is_quotient_below_0(emit: Emitter, expr: Binary, left: str, right: str) -> str:
    """Whether the dividend is below 0, once the divisor is above."""
    span, divisor = expr.span, interval_of(expr.right)
    if divisor.lo >= 0:
        return _is_below_0(emit, span, expr.left, left)
    above = _is_above_0(emit, span, expr.left, left)
    if divisor.hi < 0:
        return above
    turned, below = (
        _is_below_0(emit, span, side, value)
        for side, value in ((expr.right, right), (expr.left, left))
    )
    return emit.value(span, f"select i1 {turned}, i1 {above}, i1 {below}")


def _negated(emit: Emitter, span: Span, value: str, mask: str) -> str:
    """The opposite of a value where the mask is -1."""
    return emit.value(span, f"sub i64 {emit.value(span, f'xor i64 {value}, {mask}')}, {mask}")
