# SPDX-License-Identifier: Apache-2.0
"""What type inference knows while it walks one function.

Every call of an @inline function is an `Expansion` of its own: its parameters are typed by that
call's arguments. `env` follows the flow of control: a local stands in it where it is assigned
on every path that leads there, with what it can hold there; None where no path leads.
"""

from __future__ import annotations

import ast
import functools
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lightexit.abi import IntType
from lightexit.compiler.inference.refusals import refusal
from lightexit.compiler.source.function import FunctionSource
from lightexit.compiler.typed import kinds
from lightexit.compiler.typed.interval import U64, Interval, limits_of
from lightexit.compiler.typed.kinds import Kind
from lightexit.compiler.typed.tree import ConstantTable, Expr, Local, Stmt, storage_of
from lightexit.errors import AuthorError, InternalError

#: More than a filter on the hot path should have; keeps every jump within 16 bits.
MAX_OPERATIONS = 4096

Env = dict[str, Kind]

_ENDS = ast.Return | ast.Break | ast.Continue


@dataclass(frozen=True)
class Rules:
    """How each kind of syntax is typed."""

    expressions: Mapping[type[ast.expr], Callable[[Expansion, Any], Expr]]
    statements: Mapping[type[ast.stmt], Callable[[Expansion, Any], list[Stmt]]]


@dataclass
class Unit:
    """What all expansions of one filter share."""

    rules: Rules
    numbers: itertools.count[int] = field(default_factory=itertools.count)
    operations: int = 0
    #: Locals that count a constant range and nothing else.
    counters: set[Local] = field(default_factory=set)
    #: By `id`, what was found to be a table, and that table.
    tables: dict[int, tuple[object, ConstantTable]] = field(default_factory=dict)

    def local(self, name: str, kind: Kind) -> Local:
        """A new local that can hold `kind`."""
        return Local(name, next(self.numbers), storage_of(kind))


@dataclass
class Variable:
    """A local name of a function. `declared` is what its annotation says, if that has a width."""

    name: str
    assignments: int
    declared: IntType | None = None
    local: Local | None = None
    #: The kind of its first assignment, which all others must share.
    kind: Kind | None = None
    #: Where it is assigned once: what, as it was written and typed.
    written: ast.expr | None = None
    value: Expr | None = None

    @property
    def integers(self) -> Interval:
        """The integers it may hold whatever is assigned when."""
        return limits_of(self.declared) if self.declared else U64


@dataclass
class LoopFlow:
    """The flow out of a loop's body: after `break` and after `continue`."""

    breaks: list[Env] = field(default_factory=list)
    continues: list[Env] = field(default_factory=list)


class Expansion:
    """One function being typed; see the module's text."""

    def __init__(self, unit: Unit, source: FunctionSource, caller: Expansion | None = None) -> None:
        self.unit = unit
        self.source = source
        self.caller = caller
        self.call_site: ast.AST | None = None
        self.env: Env | None = {}
        self.variables = {
            name: Variable(name, count) for name, count in _assignments(source.node).items()
        }
        self.loops: list[LoopFlow] = []
        self.leave: Callable[[ast.Return], list[Stmt]] = _no_return

    @property
    def live(self) -> Env:
        """The flow of control here, which the walker has made sure exists."""
        if self.env is None:
            raise InternalError("typing code that no path leads to")
        return self.env

    def infer(self, node: ast.expr) -> Expr:
        """Type an expression."""
        self._spend(node)
        typed = self.unit.rules.expressions.get(type(node))
        if typed is None:
            raise self._refusal(node)
        return typed(self, node)

    def block(self, nodes: list[ast.stmt]) -> tuple[Stmt, ...]:
        """Type statements that follow one another.

        What constants rule out is not looked at: an @inline function may decide by an argument.
        """
        result: list[Stmt] = []
        for before, node in zip([None, *nodes], nodes, strict=False):
            self._spend(node)
            if isinstance(before, _ENDS):
                raise self._dead(node)
            if self.env is None:
                break
            typed = self.unit.rules.statements.get(type(node))
            if typed is None:
                raise self._refusal(node)
            result += typed(self, node)
        return tuple(result)

    def error(
        self, node: ast.AST, found: str, expected: str = "", hint: str = "", advice: str = ""
    ) -> AuthorError:
        """An author's error at `node`; says who called where this function is not the filter.

        `hint` is code in place of `node`, a comment behind it says what else that changes;
        `advice` is in words. What is not shown whole cannot be replaced: then the code is advice.
        """
        if self.caller is not None and self.call_site is not None:
            site = self.caller.source.where(self.call_site)
            found = f"{found} (in {self.source.node.name}, called from {site.place})"
        if hint and not self.source.shows(node):
            hint, advice = "", hint
        where = self.source.where(node)
        return AuthorError(found, where=where, expected=expected, hint=hint, advice=advice)

    def text(self, node: ast.AST, longest: int = 40) -> str:
        """The author's own words for use in a sentence; `...` where they are many."""
        text = self.code(node)
        return text if len(text) <= longest else "..."

    def code(self, node: ast.AST) -> str:
        """The author's own words for use in a hint; of `x += y` what it assigns."""
        if isinstance(node, ast.AugAssign):
            node = ast.BinOp(node.target, node.op, node.value)
        return ast.unparse(node)

    def is_local(self, name: str) -> bool:
        """Whether Python takes the name for a local of this function."""
        return name in self.variables

    def _refusal(self, node: ast.AST) -> AuthorError:
        return self.error(node, *refusal(self, node))

    def _dead(self, node: ast.stmt) -> AuthorError:
        return self.error(
            node,
            "this can never run",
            "no statement after return, break or continue",
            advice="remove it, or indent it as it was meant",
        )

    def _spend(self, node: ast.AST) -> None:
        self.unit.operations += 1
        if self.unit.operations > MAX_OPERATIONS:
            raise self._too_large(node)

    def _too_large(self, node: ast.AST) -> AuthorError:
        if self.caller is not None and self.call_site is not None:
            return self.caller._too_large(self.call_site)
        return self.error(
            node,
            f"the filter has more than {MAX_OPERATIONS} operations, expanded calls included",
            "a fast path of a few dozen lines",
            advice="leave the rare cases to the device model: return Verdict.PASS",
        )


def _no_return(_node: ast.Return) -> list[Stmt]:
    raise InternalError("an expansion without a way to return")


@functools.cache
def _assignments(function: ast.FunctionDef) -> Counter[str]:
    """How often each local of a function is assigned; binding a parameter counts."""
    parameters = function.args
    every = (*parameters.posonlyargs, *parameters.args, *parameters.kwonlyargs)
    count = Counter(parameter.arg for parameter in every)
    for statement_node in function.body:
        count += assigned(statement_node)
    return count


@functools.cache
def assigned(node: ast.AST) -> Counter[str]:
    """How often each name is assigned in `node`; a bare annotation assigns nothing."""
    found = [
        name.id
        for name in ast.walk(node)
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
    ]
    return Counter(found)


def join_env(a: Env | None, b: Env | None) -> Env | None:
    """What is known where two paths meet."""
    if a is None or b is None:
        return b if a is None else a
    joined = {name: kinds.join(a[name], b[name]) for name in a if name in b}
    return {name: kind for name, kind in joined.items() if kind is not None}


def join_all(envs: Iterable[Env | None]) -> Env | None:
    """What is known where several paths meet; None where none does."""
    result: Env | None = None
    for env in envs:
        result = join_env(result, env)
    return result
