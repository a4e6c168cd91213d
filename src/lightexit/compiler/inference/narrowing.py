# SPDX-License-Identifier: Apache-2.0
"""What a condition tells about locals, and about the access, on either side of a branch.

Fields of a state are not narrowed: a statement between test and use may change them.
"""

from __future__ import annotations

from lightexit.abi import WRITABLE_FIELDS, IoContext
from lightexit.compiler.inference.expansion import Env, join_env
from lightexit.compiler.typed import interval as bounds
from lightexit.compiler.typed.interval import UNBOUNDED, Interval
from lightexit.compiler.typed.kinds import Int
from lightexit.compiler.typed.tree import (
    Binary,
    Compare,
    Const,
    ContextLoad,
    Expr,
    LocalValue,
    Logic,
    Not,
)
from lightexit.compiler.typed.values import interval_of

_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_MIRRORED = {"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}

#: Fields of the context that stay as they are while a filter runs, by offset.
_STEADY = {
    field.offset: field.name
    for field in IoContext.layout.fields
    if field.name not in WRITABLE_FIELDS
}


def key_of(expr: Expr) -> str | None:
    """The name under which `env` knows an expression, if conditions can narrow it."""
    if isinstance(expr, LocalValue):
        return None if expr.local.name.startswith("%") else expr.local.name
    if isinstance(expr, ContextLoad) and expr.offset in _STEADY:
        return f".{_STEADY[expr.offset]}"
    return None


def repeatable(expr: Expr) -> bool:
    """Whether evaluating it again costs nothing and gives the same."""
    return isinstance(expr, Const | LocalValue) or key_of(expr) is not None


def steady(env: Env) -> Env:
    """What is known of the access: that holds in a called function, too."""
    return {key: kind for key, kind in env.items() if key.startswith(".")}


def narrow(env: Env, condition: Expr, holds: bool) -> Env:
    """What is known once a condition has turned out true, or false."""
    if isinstance(condition, Not):
        return narrow(env, condition.value, not holds)
    if isinstance(condition, Compare):
        sign = condition.op if holds else _OPPOSITE[condition.op]
        env = _side(env, condition.left, sign, condition.right)
        return _side(env, condition.right, _MIRRORED[sign], condition.left)
    if isinstance(condition, Logic):
        return _narrow_logic(env, condition, holds)
    return env


def _narrow_logic(env: Env, condition: Logic, holds: bool) -> Env:
    left = narrow(env, condition.left, holds)
    if (condition.op == "and") == holds:
        return narrow(left, condition.right, holds)
    passed = narrow(env, condition.left, not holds)
    return join_env(left, narrow(passed, condition.right, holds)) or env


def _side(env: Env, side: Expr, sign: str, other: Expr) -> Env:
    """What `side sign other` implies for the operands of `side`."""
    own, limits = interval_of(side), interval_of(other)
    lo = limits.lo + (sign == ">") if sign in ("==", ">", ">=") else -UNBOUNDED
    hi = limits.hi - (sign == "<") if sign in ("==", "<", "<=") else UNBOUNDED
    if sign == "!=" and limits.is_point:
        lo = own.lo + 1 if own.lo == limits.lo else lo
        hi = own.hi - 1 if own.hi == limits.hi else hi
    return _limit(env, side, Interval(lo, max(lo, hi)))


def _limit(env: Env, expr: Expr, limits: Interval) -> Env:
    """What is known once `expr` lies in `limits`."""
    if isinstance(expr, Binary) and expr.op in ("+", "-"):
        left, right = interval_of(expr.left), interval_of(expr.right)
        back, forth = bounds.subtract(limits, right), bounds.subtract(limits, left)
        if expr.op == "-":
            back, forth = bounds.add(limits, right), bounds.subtract(left, limits)
        return _limit(_limit(env, expr.left, back), expr.right, forth)
    key = key_of(expr)
    kind = env.get(key, expr.kind) if key else None
    if key is None or not isinstance(kind, Int):
        return env
    met = kind.interval.meet(limits.lo, limits.hi)
    return env if met is None else {**env, key: Int(met, kind.flag)}
