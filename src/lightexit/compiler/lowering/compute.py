# SPDX-License-Identifier: Apache-2.0
"""Integer arithmetic in LLVM IR.

LLVM's BPF back end dies of 128-bit arithmetic, and LLVM itself makes that of some products and
quotients of two variables: these go through a barrier, so that it cannot see what they are.
"""

from __future__ import annotations

from collections.abc import Callable

from lightexit.compiler.lowering.division import divide
from lightexit.compiler.lowering.emit import Emitter
from lightexit.compiler.typed.interval import U64
from lightexit.compiler.typed.tree import Binary, Const, Expr
from lightexit.compiler.typed.values import interval_of

RING = {"+": "add", "-": "sub", "&": "and", "|": "or", "^": "xor"}
_FAR = 1 << 29
PREDICATES = {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}


def compute(emit: Emitter, expr: Binary, left: str, right: str) -> str:
    """Write `left op right` for operands that are there; the name of its value."""
    if expr.op in RING:
        if expr.op in ("+", "-") and _is_far(expr.right):
            left = emit.barrier(expr.span, left)
        return emit.value(expr.span, f"{RING[expr.op]} i64 {left}, {right}")
    return _OPERATIONS[expr.op](emit, expr, left, right)


def _is_far(number: Expr) -> bool:
    """Whether no verifier lets it be added to an address. LLVM would have a counter begin there,
    where it is only added behind the loop, and index from an address as far below."""
    return isinstance(number, Const) and abs(number.value) >= _FAR


def predicate_of(op: str, left: Expr, right: Expr) -> str:
    """LLVM's comparison: unsigned where both sides are unsigned numbers of 64 bits."""
    name = PREDICATES[op]
    if name in ("eq", "ne"):
        return name
    return f"{'u' if interval_of(left).union(interval_of(right)).within(U64) else 's'}{name}"


def _multiply(emit: Emitter, expr: Binary, left: str, right: str) -> str:
    product = emit.value(expr.span, f"mul i64 {left}, {right}")
    scaled = isinstance(expr.left, Const) or isinstance(expr.right, Const)
    return product if scaled else emit.barrier(expr.span, product)


def _shift_left(emit: Emitter, expr: Binary, left: str, right: str) -> str:
    return _shift(emit, expr, left, right, "shl")


def _shift_right(emit: Emitter, expr: Binary, left: str, right: str) -> str:
    if interval_of(expr.left).lo >= 0:
        return _shift(emit, expr, left, right, "lshr")
    if interval_of(expr.right).hi > 63:
        small = emit.value(expr.span, f"icmp ult i64 {right}, 63")
        right = emit.value(expr.span, f"select i1 {small}, i64 {right}, i64 63")
    return emit.value(expr.span, f"ashr i64 {left}, {right}")


def _shift(emit: Emitter, expr: Binary, left: str, right: str, operation: str) -> str:
    """A shift by any count: 0 for what LLVM leaves undefined."""
    if interval_of(expr.right).hi <= 63:
        return emit.value(expr.span, f"{operation} i64 {left}, {right}")
    count = emit.value(expr.span, f"and i64 {right}, 63")
    shifted = emit.value(expr.span, f"{operation} i64 {left}, {count}")
    small = emit.value(expr.span, f"icmp ult i64 {right}, 64")
    return emit.value(expr.span, f"select i1 {small}, i64 {shifted}, i64 0")


def _extreme(emit: Emitter, expr: Binary, left: str, right: str) -> str:
    predicate = predicate_of("<" if expr.op == "min" else ">", expr.left, expr.right)
    first = emit.value(expr.span, f"icmp {predicate} i64 {left}, {right}")
    return emit.value(expr.span, f"select i1 {first}, i64 {left}, i64 {right}")


_OPERATIONS: dict[str, Callable[[Emitter, Binary, str, str], str]] = {
    "*": _multiply,
    "//": divide,
    "%": divide,
    "<<": _shift_left,
    ">>": _shift_right,
    "min": _extreme,
    "max": _extreme,
}
