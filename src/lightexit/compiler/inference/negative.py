# SPDX-License-Identifier: Apache-2.0
"""What to say of a negative number for a local that is assigned again, and so is a u64."""

from __future__ import annotations

import ast
from typing import TypeGuard

from lightexit.compiler.inference.expansion import Expansion, Variable
from lightexit.compiler.inference.fitting import excess, wrapping
from lightexit.compiler.inference.scope import static_value
from lightexit.compiler.source import text
from lightexit.compiler.typed.interval import I64, U64
from lightexit.compiler.typed.tree import Expr
from lightexit.compiler.typed.values import interval_of

_First = ast.Assign | ast.AnnAssign | ast.AugAssign | ast.For


def no_u64(fn: Expansion, variable: Variable, value: Expr, node: ast.AST) -> Exception:
    """The error of a number that the local cannot hold."""
    found = f"{excess(fn, node, value, U64)}, and {variable.name}, assigned again, is a u64"
    expected, advice = "a value of 0 to 2**64 - 1", ""
    hint = wrapping(node, value, "u64") if not _is_counted(fn, node) else ""
    if interval_of(value).lo < 0:
        first = _first_assignment(fn, variable.name)
        if _is_plain(first) and first.value is node:
            return fn.error(first, found, expected, _as_i64(variable, value, first))
        hint = "" if _is_compared_with_0(fn, variable.name) else hint
        advice = _annotated(variable, first)
    return fn.error(node, found, expected, hint, advice)


def _is_counted(fn: Expansion, node: ast.AST) -> bool:
    """Whether the number is what a loop counts: there is nothing to put into `u64(...)`."""
    return isinstance(node, ast.Call) and static_value(fn, node.func) is range


def _as_i64(variable: Variable, value: Expr, first: ast.Assign | ast.AnnAssign) -> str:
    """The assignment, of a number of any sign."""
    assert first.value is not None
    kept = interval_of(value).within(I64)
    code = ast.unparse(first.value) if kept else wrapping(first.value, value, "i64")
    return f"{variable.name}: i64 = {code}"


def _annotated(variable: Variable, first: _First | None) -> str:
    """What to write so that a local can be negative."""
    name, so = variable.name, "an i64 can be negative"
    if first is None:
        return f"`signed: i64 = {name}`, and go on with that: {so}"
    if _is_plain(first):
        assert first.value is not None
        return f"`{name}: i64 = {ast.unparse(first.value)}` in line {first.lineno}: {so}"
    return f"`{name}: i64` before line {first.lineno}: {so}"


def _is_plain(first: _First | None) -> TypeGuard[ast.Assign | ast.AnnAssign]:
    """Whether it assigns one name and nothing else."""
    if isinstance(first, ast.Assign):
        return len(first.targets) == 1 and isinstance(first.targets[0], ast.Name)
    return isinstance(first, ast.AnnAssign)


def _first_assignment(fn: Expansion, name: str) -> _First | None:
    """The statement that assigns a local first; None for a parameter."""
    for node in text.statements(fn.source.node):
        if isinstance(node, _First) and not (isinstance(node, ast.AnnAssign) and not node.value):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = (each for target in targets for each in ast.walk(target))
            if any(isinstance(each, ast.Name) and each.id == name for each in names):
                return None if _is_parameter(fn, name) else node
    return None


def _is_parameter(fn: Expansion, name: str) -> bool:
    code = fn.source.function.__code__
    return name in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]


def _is_compared_with_0(fn: Expansion, name: str) -> bool:
    """Whether a comparison tests a local's sign: an unsigned local has none."""
    for node in ast.walk(fn.source.node):
        if isinstance(node, ast.Compare):
            sides = [ast.unparse(each) for each in (node.left, *node.comparators)]
            orders = any(isinstance(op, ast.Lt | ast.LtE | ast.Gt | ast.GtE) for op in node.ops)
            if orders and name in sides and "0" in sides:
                return True
    return False
