# SPDX-License-Identifier: Apache-2.0
"""Typing of calls: conversions, a few of Python's own functions, and @inline expansion."""

from __future__ import annotations

import ast
import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any

from lightexit.abi import IntType, full_barrier, is_inline, muldiv64
from lightexit.compiler.inference import arithmetic
from lightexit.compiler.inference.expansion import Expansion
from lightexit.compiler.inference.fitting import as_exact, as_int, as_unsigned, excess
from lightexit.compiler.inference.foreign import refusal
from lightexit.compiler.inference.hints import call, instead, operation
from lightexit.compiler.inference.scope import NOT_STATIC, constant, nearest, static_value
from lightexit.compiler.syntax.conditions import infer_condition
from lightexit.compiler.syntax.inlining import expand
from lightexit.compiler.syntax.tables import constants_at
from lightexit.compiler.typed import interval as bounds
from lightexit.compiler.typed import kinds
from lightexit.compiler.typed.interval import I64, U64
from lightexit.compiler.typed.kinds import BOOL, NOTHING, Int
from lightexit.compiler.typed.tree import (
    Binary,
    Bind,
    Choice,
    Compare,
    Const,
    Expr,
    FullBarrier,
    LocalValue,
    Wrap,
)
from lightexit.compiler.typed.values import comparable, integer, interval_of


def infer_call(fn: Expansion, node: ast.Call) -> Expr:
    """Type a call."""
    callee = static_value(fn, node.func)
    if callee is NOT_STATIC:
        return _method(fn, node)
    if isinstance(callee, IntType):
        return _wrap(fn, node, callee)
    builtin = _BUILTINS.get(callee) if callee.__hash__ else None
    if builtin is not None:
        return builtin(fn, node)
    return _inline(fn, node, callee, [])


def _inline(fn: Expansion, node: ast.Call, callee: Any, bound: list[Expr]) -> Expr:
    if is_inline(callee):
        return expand(fn, node, callee, _arguments(fn, node, callee, bound))
    raise fn.error(node, *refusal(fn, node, callee))


def _method(fn: Expansion, node: ast.Call) -> Expr:
    if isinstance(node.func, ast.Name):
        fn.infer(node.func)
    if not isinstance(node.func, ast.Attribute):
        raise fn.error(node, "a call of a computed function", "a function by its name")
    owner = fn.infer(node.func.value)
    if isinstance(owner.kind, Int) and node.func.attr in OF_INTS:
        return _method_of_int(fn, node, node.func, owner)
    if not isinstance(owner.kind, kinds.StructRef | kinds.ContextKind):
        raise fn.error(
            node,
            f"{fn.text(node.func.value)} is {owner.kind}, which has no methods",
            "an @inline function, or a Struct's @inline method",
            advice=_METHODS.get(type(owner.kind), ""),
        )
    method = getattr(owner.kind.struct, node.func.attr, None)
    if not inspect.isfunction(method):
        known = [name for name, value in vars(owner.kind.struct).items() if is_inline(value)]
        raise fn.error(
            node,
            f"{owner.kind.struct.__name__} has no method {node.func.attr}",
            f"one of its @inline methods: {', '.join(known) or 'it has none'}",
            nearest(node.func.attr, known, f"{fn.code(node.func.value)}.", _given(node)),
        )
    return _inline(fn, node, method, [owner])


def _given(node: ast.Call) -> str:
    """The brackets of a call, and what stands in them."""
    return ast.unparse(ast.Call(ast.Name(""), node.args, node.keywords))


def _method_of_int(fn: Expansion, node: ast.Call, func: ast.Attribute, owner: Expr) -> Expr:
    _plain(fn, node, 0, 0)
    size = ast.unparse(call("abs", func.value))  # of which Python counts the bits
    value = as_unsigned(fn, func.value, owner, f"{func.attr}()", size)
    if isinstance(value, Const):
        return integer(value.span, getattr(value.value, func.attr)())
    return expand(fn, node, OF_INTS[func.attr], {"value": (func.value, value)})


def _arguments(
    fn: Expansion, node: ast.Call, callee: Callable[..., Any], bound: list[Expr]
) -> dict[str, tuple[ast.AST, Expr]]:
    """Each parameter's argument, in the order in which Python evaluates them."""
    parameters = _signature(callee).parameters
    _check_arguments(fn, node, callee, bound)
    given: dict[str, tuple[ast.AST, Expr]] = {
        name: (node, value) for name, value in zip(parameters, bound, strict=False)
    }
    for name, argument in zip(list(parameters)[len(bound) :], node.args, strict=False):
        given[name] = (argument, fn.infer(argument))
    for keyword in node.keywords:
        given[str(keyword.arg)] = (keyword.value, fn.infer(keyword.value))
    for name, parameter in parameters.items():
        if name not in given:
            given[name] = (node, constant(fn, node, parameter.default))
    return given


@functools.cache
def _signature(callee: Callable[..., Any]) -> inspect.Signature:
    return inspect.signature(callee)


def _check_arguments(
    fn: Expansion, node: ast.Call, callee: Callable[..., Any], bound: list[Expr]
) -> None:
    """What Python would raise TypeError for, and arguments that only a run can count."""
    signature = _signature(callee)
    names = list(signature.parameters)[len(bound) :]
    expected = f"{callee.__name__}({', '.join(names)})"
    variety = {each.kind for each in signature.parameters.values()}
    starred = [each for each in node.args if isinstance(each, ast.Starred)]
    if starred or None in [keyword.arg for keyword in node.keywords]:
        raise fn.error(node, "`*` or `**` in a call", expected, advice="write out each argument")
    if variety & {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}:
        raise fn.error(node, f"{callee.__name__} takes any number of arguments", "a fixed number")
    try:
        signature.bind(*bound, *node.args, **{str(each.arg): each for each in node.keywords})
    except TypeError as error:
        advice = f"def {callee.__name__}{signature} has these parameters"
        raise fn.error(node, f"{callee.__name__}: {error}", expected, advice=advice) from None


def _plain(fn: Expansion, node: ast.Call, least: int, most: int) -> Sequence[ast.expr]:
    """The arguments of a function that takes them by position."""
    name = fn.text(node.func)
    starred = next((each for each in node.args if isinstance(each, ast.Starred)), None)
    if starred is not None:
        fn.infer(starred)
    if node.keywords or not least <= len(node.args) <= most:
        count = str(least) if least == most else f"{least} or more"
        raise fn.error(
            node,
            f"{name} with {len(node.args) + len(node.keywords)} arguments",
            f"{count}, by position",
            advice="the number itself, 0x10 for int('10', 16)" if name == "int" else "",
        )
    return node.args


def _wrap(fn: Expansion, node: ast.Call, kind: IntType) -> Expr:
    (argument,) = _plain(fn, node, 1, 1)
    value = as_int(fn, argument, fn.infer(argument))
    assert isinstance(value.kind, Int)
    limits, span = bounds.limits_of(kind), fn.source.span(node)
    flag = value.kind.flag and not kind.signed  # which gives an int
    if value.kind.interval.within(limits):
        return value if flag == value.kind.flag else _no_flag(value)
    if isinstance(value, Const):
        wrapped = kind(value.value)
        return Const(span, Int(bounds.point(wrapped), flag), wrapped)
    return Wrap(span, Int(limits, flag), kind.bits, value)


def _int(fn: Expansion, node: ast.Call) -> Expr:
    (argument,) = _plain(fn, node, 1, 1)
    return _no_flag(as_int(fn, argument, fn.infer(argument)))


def _no_flag(value: Expr) -> Expr:
    """The int that an IntFlag is."""
    if isinstance(value, Const):
        return integer(value.span, value.value)
    if isinstance(value.kind, Int) and value.kind.flag:
        span, plain = value.span, Int(value.kind.interval)
        return Binary(span, plain, "+", value, integer(span, 0))
    return value


def _bool(fn: Expansion, node: ast.Call) -> Expr:
    (argument,) = _plain(fn, node, 1, 1)
    return infer_condition(fn, argument)


def _len(fn: Expansion, node: ast.Call) -> Expr:
    (argument,) = _plain(fn, node, 1, 1)
    values = constants_at(fn, argument)
    if values is not None:
        return integer(fn.source.span(node), len(values))
    value = fn.infer(argument)
    if not isinstance(value.kind, kinds.ArrayRef):
        found, advice = f"len of {value.kind}", "the size of an access in bytes is ctx.size"
        raise fn.error(argument, found, "an array or a table", advice=advice)
    return integer(fn.source.span(node), value.kind.array.length)


def _abs(fn: Expansion, node: ast.Call) -> Expr:
    (argument,) = _plain(fn, node, 1, 1)
    value = as_int(fn, argument, fn.infer(argument))
    if not kinds.exact(value.kind) and isinstance(argument, ast.BinOp):
        _refuse_distance(fn, node, argument, value)
    value = as_exact(fn, argument, value, "abs", of_any_sign=True)
    limits, span = interval_of(value), fn.source.span(node)
    if isinstance(value, Const):
        return integer(span, abs(value.value))
    if limits.lo >= 0:
        return value
    held = fn.unit.local("%abs", value.kind)
    below = LocalValue(span, Int(bounds.Interval(limits.lo, min(limits.hi, -1))), held)
    above = LocalValue(span, Int(bounds.Interval(0, max(limits.hi, 0))), held)
    zero = integer(span, 0)
    opposite = Binary(span, Int(bounds.negate(interval_of(below))), "-", zero, below)
    kind = Int(interval_of(opposite).union(interval_of(above)))
    test = Compare(span, BOOL, "<", Bind(span, value.kind, held, value), zero)
    return Choice(span, kind, test, opposite, above)


def _refuse_distance(fn: Expansion, node: ast.Call, inner: ast.BinOp, value: Expr) -> None:
    """abs(a - b) of 64 bits each has a way of its own."""
    sides = (value.left, value.right) if isinstance(value, Binary) else ()
    plain = all(interval_of(side).within(U64) for side in sides)
    if isinstance(inner.op, ast.Sub) and comparable(value) and plain:
        pair = (inner.left, inner.right)
        farther, nearer = call("max", *pair), call("min", *pair)
        hint = instead(node, call("u64", operation(farther, ast.Sub(), nearer)))
        found = f"{excess(fn, inner, value, U64)}, and abs needs the exact value"
        raise fn.error(node, found, "a value of 64 bits", hint)


def _extreme(sign: str) -> Callable[[Expansion, ast.Call], Expr]:
    limits = {"min": bounds.minimum, "max": bounds.maximum}[sign]

    def typed(fn: Expansion, node: ast.Call) -> Expr:
        arguments = _plain(fn, node, 2, 255)
        values = [as_exact(fn, each, fn.infer(each), f"`{sign}`") for each in arguments]
        result = values[0]
        for value in values[1:]:
            both = interval_of(result).union(interval_of(value))
            if not (both.within(U64) or both.within(I64)):
                raise fn.error(
                    node,
                    f"`{sign}` of a number that may be negative and one that may exceed 2**63 - 1",
                    "two numbers of 0 to 2**64 - 1, or two of -2**63 to 2**63 - 1",
                    advice="test that the first is not negative, then put u64(...) around it",
                )
            kind = Int(limits(interval_of(result), interval_of(value)), _flag(result, value))
            result = Binary(fn.source.span(node), kind, sign, result, value)
        return result

    return typed


def _flag(*values: Expr) -> bool:
    return any(isinstance(value.kind, Int) and value.kind.flag for value in values)


def _muldiv(fn: Expansion, node: ast.Call) -> Expr:
    arguments = _plain(fn, node, 3, 3)
    values = [as_unsigned(fn, each, fn.infer(each), "muldiv64") for each in arguments]
    a, b, divisor = values
    if isinstance(divisor, Const) and divisor.value == 0:
        raise fn.error(arguments[2], "muldiv64 by zero", "a divisor of at least 1")
    if isinstance(a, Const) and isinstance(b, Const) and isinstance(divisor, Const):
        return integer(fn.source.span(node), muldiv64(a.value, b.value, divisor.value))
    function = arithmetic.choose(*(interval_of(value) for value in values))
    factors = ("a", "b") if interval_of(b).hi <= interval_of(a).hi else ("b", "a")
    names = (*factors, "divisor")
    pairs = zip(arguments, values, strict=True)
    return expand(fn, node, function, dict(zip(names, pairs, strict=True)))


def _full_barrier(fn: Expansion, node: ast.Call) -> Expr:
    _plain(fn, node, 0, 0)
    return FullBarrier(fn.source.span(node), NOTHING)


def _range(fn: Expansion, node: ast.Call) -> Expr:
    raise fn.error(node, "range outside of a for", "for i in range(...):", advice="a loop")


_METHODS: dict[type, str] = {
    kinds.Int: "shifts and masks: x >> 8 & 0xff; bit_length() and bit_count() there are",
    kinds.ArrayRef: "elements: a[i] = x; the length of an array does not change",
}

OF_INTS: dict[str, Callable[[int], int]] = {
    "bit_length": arithmetic.bit_length,
    "bit_count": arithmetic.bit_count,
}

_BUILTINS: dict[Any, Callable[[Expansion, ast.Call], Expr]] = {
    int: _int,
    bool: _bool,
    len: _len,
    abs: _abs,
    min: _extreme("min"),
    max: _extreme("max"),
    muldiv64: _muldiv,
    full_barrier: _full_barrier,
    range: _range,
}
