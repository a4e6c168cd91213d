# SPDX-License-Identifier: Apache-2.0
"""What an expression of global names means, found by asking Python itself.

Constants are computed by Python on the author's own objects: `~(Flag.A | Flag.B)` is whatever
CPython makes of it.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable
from enum import Enum, EnumType, Flag, FlagBoundary
from types import ModuleType
from typing import Any

from lightexit.abi import Struct, Verdict
from lightexit.compiler.inference.expansion import Expansion
from lightexit.compiler.inference.refusals import constant_refusal
from lightexit.compiler.source.text import OWNERS
from lightexit.compiler.typed import kinds
from lightexit.compiler.typed.interval import point
from lightexit.compiler.typed.kinds import Int
from lightexit.compiler.typed.tree import Const, Expr


class _NotStatic:
    """The answer for what is known at run time only."""


NOT_STATIC = _NotStatic()

#: Longer constants are mistakes, and Python could take minutes to compute them.
_MAX_BITS = 512

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
    ast.Pow: operator.pow,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Invert: operator.invert,
}


def static_value(fn: Expansion, node: ast.expr) -> Any:
    """The Python object an expression is known to be, or NOT_STATIC."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return _name(fn, node)
    if isinstance(node, ast.Attribute):
        return _attribute(fn, node)
    if isinstance(node, ast.BinOp):
        return _binary(fn, node)
    if isinstance(node, ast.UnaryOp):
        return _unary(fn, node)
    return NOT_STATIC


def _name(fn: Expansion, node: ast.Name) -> Any:
    if fn.is_local(node.id):
        return NOT_STATIC
    try:
        return fn.source.lookup(node.id)
    except LookupError:
        return NOT_STATIC


def _attribute(fn: Expansion, node: ast.Attribute) -> Any:
    owner = static_value(fn, node.value)
    if not isinstance(owner, OWNERS):
        return NOT_STATIC
    try:
        return getattr(owner, node.attr)
    except AttributeError:
        name = fn.text(node.value)
        known = [each for each in dir(owner) if not each.startswith("_")]
        found, hint = f"{name} has no {node.attr}", nearest(node.attr, known, f"{name}.")
        raise fn.error(node, found, f"a name that {name} defines", hint) from None


def _binary(fn: Expansion, node: ast.BinOp) -> Any:
    compute = _BINARY.get(type(node.op))
    left = static_value(fn, node.left) if compute else NOT_STATIC
    right = static_value(fn, node.right) if isinstance(left, int) else NOT_STATIC
    if compute is None or not isinstance(left, int) or not isinstance(right, int):
        return NOT_STATIC
    if isinstance(node.op, ast.Pow | ast.LShift):
        grown = left.bit_length() * right if isinstance(node.op, ast.Pow) else right
        if grown > 4 * _MAX_BITS or right < 0:
            return NOT_STATIC
    try:
        return compute(left, right)
    except (ArithmeticError, ValueError):
        return NOT_STATIC


def _unary(fn: Expansion, node: ast.UnaryOp) -> Any:
    compute = _UNARY.get(type(node.op))
    operand = static_value(fn, node.operand) if compute else NOT_STATIC
    if compute is None or not isinstance(operand, int) or isinstance(operand, bool):
        return NOT_STATIC
    return compute(operand)


def constant(fn: Expansion, node: ast.expr, value: Any) -> Expr:
    """A constant as an expression. Raises AuthorError where it is not a number."""
    span = fn.source.span(node)
    if isinstance(value, bool):
        return Const(span, kinds.BOOL, int(value))
    if isinstance(value, Verdict):
        return Const(span, kinds.ANSWER, int(value))
    if isinstance(value, int) and (type(value) is int or isinstance(value, Enum)):
        number = _checked(fn, node, value)
        return Const(span, Int(point(number), isinstance(value, Flag)), number)
    raise _no_number(fn, node, value)


def _checked(fn: Expansion, node: ast.expr, value: int) -> int:
    if value.bit_length() > _MAX_BITS:
        raise fn.error(
            node,
            f"a constant of {value.bit_length()} bits",
            f"at most {_MAX_BITS} bits; registers have 64",
            advice="a smaller constant",
        )
    if isinstance(value, Flag) and type(value)._boundary_ is not FlagBoundary.KEEP:
        raise fn.error(
            node,
            f"{type(value).__name__} does not keep undeclared flags",
            "an IntFlag with the boundary KEEP, its default",
            f"int({fn.text(node)})",
        )
    return int(value)


def _no_number(fn: Expansion, node: ast.expr, value: Any) -> Exception:
    text = fn.text(node)
    found, expected, hint, advice = constant_refusal(value)
    if isinstance(node, ast.Constant):
        return fn.error(node, found, expected, hint, advice)
    if isinstance(value, EnumType):
        members = ", ".join(f"{text}.{each}" for each in list(value.__members__)[:3])
        return fn.error(node, f"{text} is an enum", "a member", advice=f"such as {members}")
    if isinstance(node, ast.Attribute) and _is_struct(static_value(fn, node.value)):
        found = f"{text} is a field of the class, which holds no values"
        advice = f"STATE.{node.attr}, STATE being the parameter's name"
        return fn.error(node, found, "a field of a state", advice=advice)
    if callable(value):
        kind = "class" if isinstance(value, type) else "function"
        return fn.error(node, f"{text} is a {kind}", "a value", advice=f"{text}(...) calls it")
    if isinstance(value, ModuleType):
        advice = f"{text}.NAME for one of its names"
        return fn.error(node, f"{text} is a module", "a value", advice=advice)
    return fn.error(node, f"{text} is {found}", expected, hint, advice)


def _is_struct(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, Struct)


def member_named(fn: Expansion, name: str) -> str:
    """The enum's member of that name, if one enum that the module knows has it."""
    found = []
    for each in sorted(fn.source.names()):
        value = fn.source.lookup(each) if each not in fn.source.function.__code__.co_freevars else 0
        if isinstance(value, EnumType) and name in value.__members__:
            found.append(f"{each}.{name}  # of the enum")
    return found[0] if len(found) == 1 else ""


def nearest(name: str, known: Iterable[str], before: str = "", after: str = "") -> str:
    """The known name closest to a mistyped one, in its surroundings; empty if none is close."""
    import difflib

    close = difflib.get_close_matches(name, list(known), n=1)
    return f"{before}{close[0]}{after}  # the nearest name" if close else ""
