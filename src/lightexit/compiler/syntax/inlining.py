# SPDX-License-Identifier: Apache-2.0
"""Expansion of an @inline function: its body, typed for the arguments of one call."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lightexit.abi import IntType, inline
from lightexit.compiler.inference.declared import Declared, comply, declared, type_of
from lightexit.compiler.inference.expansion import Expansion
from lightexit.compiler.inference.narrowing import steady
from lightexit.compiler.inference.scope import static_value
from lightexit.compiler.source.function import source_of
from lightexit.compiler.source.text import statements
from lightexit.compiler.syntax.statements import declare_locals
from lightexit.compiler.typed import kinds
from lightexit.compiler.typed.kinds import Kind, Several
from lightexit.compiler.typed.tree import (
    Assign,
    Call,
    Evaluate,
    Expr,
    Leave,
    Local,
    LocalValue,
    Stmt,
)
from lightexit.errors import InternalError

#: What a signed parameter is that is assigned again.
_SIGNED = IntType("i64", 64, signed=True)

Arguments = dict[str, tuple[ast.AST, Expr]]


def expand(fn: Expansion, node: ast.AST, function: Callable[..., Any], given: Arguments) -> Expr:
    """The call at `node` of `function`, in place; `given` has each parameter's argument."""
    place = fn.source.span(node)
    callee = Expansion(fn.unit, source_of(function).called_at(place), fn)
    callee.call_site, callee.env = node, steady(fn.live)
    _refuse_recursion(fn, node, callee)
    prepare(callee)
    returns = _Returns(callee)
    callee.leave = returns.leave
    body = (*_bind_parameters(fn, callee, given), *callee.block(body_of(callee)))
    if callee.env is not None and returns.wanted.type is not None:
        raise missing_return(callee, f"a return of {_annotation(callee)} on every path")
    return Call(place, returns.kind, callee.source.node.name, body, returns.locals)


def prepare(fn: Expansion) -> None:
    """Look at what surrounds a function's body: its decorators and the types of its locals."""
    for decorator in fn.source.node.decorator_list:
        found = static_value(fn, decorator)
        # A filter's own decorator stands on a higher floor: it is known by its name.
        name = f"{getattr(found, '__module__', '')}.{getattr(found, '__name__', '')}"
        if found is not inline and name != "lightexit.filter.io_filter":
            raise fn.error(
                decorator,
                f"@{fn.text(decorator)} on {fn.source.node.name}, which may change what it does",
                "@io_filter or @inline and no other decorator",
                advice="leave it out, or decorate another function that calls this one",
            )
    declare_locals(fn)


def body_of(fn: Expansion) -> list[ast.stmt]:
    """A function's statements without its docstring."""
    body = fn.source.node.body
    first = body[0]
    is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return body[1:] if is_text and ast.get_docstring(fn.source.node, clean=False) else body


def missing_return(fn: Expansion, expected: str) -> Exception:
    """The error of a function whose end can be reached."""
    last = fn.source.node.body[-1]
    found = f"{fn.source.node.name} can end without a return"
    return fn.error(last, found, expected, advice="a return as the last statement")


def _with_result(fn: Expansion) -> str:
    """A function's header with a type for its result."""
    returned = any(
        isinstance(each, ast.Return) and each.value is not None
        for each in statements(fn.source.node)
    )
    kind = "int:  # or bool, or the name of what it returns" if returned else "None:"
    return f"{fn.source.header().removesuffix(':')} -> {kind}"


def _annotation(fn: Expansion) -> str:
    returns = fn.source.node.returns
    return fn.text(returns) if returns is not None else "a value"


def _refuse_recursion(fn: Expansion, node: ast.AST, callee: Expansion) -> None:
    caller: Expansion | None = fn
    while caller is not None:
        if caller.source.function is callee.source.function:
            name = callee.source.node.name
            raise fn.error(
                node,
                f"{name} calls itself",
                "functions that can be expanded in place",
                advice="a loop: for i in range(N): ..., N being the most rounds",
            )
        caller = caller.caller


def _bind_parameters(fn: Expansion, callee: Expansion, given: Arguments) -> list[Stmt]:
    """Assign each argument to its parameter, in the order of evaluation."""
    parameters = {each.arg: each for each in _parameters(callee.source.node)}
    bound: list[Stmt] = []
    for name, (node, argument) in given.items():
        parameter = parameters[name]
        place = f"parameter {name} of {callee.source.node.name}"
        if parameter.annotation is not None or name != "self":
            of, example = f"parameter {name}", f"{name}: {type_of(argument.kind)}"
            wanted = declared(callee, parameter, parameter.annotation, of, example)
            argument = comply(fn, node, argument, wanted, place)
            if isinstance(wanted.type, IntType) and wanted.type.signed:
                callee.variables[name].declared = callee.variables[name].declared or _SIGNED
        bound += bind(callee, name, argument)
    return bound


def bind(fn: Expansion, name: str, value: Expr) -> list[Stmt]:
    """Give a parameter its value."""
    fn.env = {**fn.live, name: value.kind}
    variable = fn.variables[name]
    variable.kind = value.kind
    if isinstance(value.kind, kinds.ContextKind):
        return []
    if isinstance(value.kind, kinds.Nothing | Several):
        raise InternalError(f"{value.kind} as an argument")
    variable.local = fn.unit.local(name, value.kind)
    return [Assign(value.span, variable.local, value)]


def _parameters(node: ast.FunctionDef) -> list[ast.arg]:
    return [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]


@dataclass
class _Returns:
    """Where an expanded function's values go; all its returns share the locals."""

    fn: Expansion
    locals: tuple[Local, ...] = ()
    kinds: tuple[Kind, ...] = ()
    wanted: Declared = field(init=False)

    def __post_init__(self) -> None:
        node = self.fn.source.node
        of, example = f"the result of {node.name}", _with_result(self.fn)
        self.wanted = declared(self.fn, node, node.returns, of, example)

    @property
    def kind(self) -> Kind:
        """What the call's value is."""
        if self.wanted.type is None:
            return kinds.NOTHING
        return Several(self.kinds) if self.wanted.type is tuple else self.kinds[0]

    def leave(self, node: ast.Return) -> list[Stmt]:
        """Type a return statement."""
        span = self.fn.source.span(node)
        if self.wanted.type is None:
            self._refuse_value(node)
            return [Leave(span)]
        if node.value is None:
            name = self.fn.source.node.name
            raise self.fn.error(node, f"{name} returns nothing here", _annotation(self.fn))
        before, values = self._values(node.value)
        self._join(node, values)
        moves = [Assign(span, *each) for each in zip(self.locals, values, strict=True)]
        return [*before, *moves, Leave(span)]

    def _refuse_value(self, node: ast.Return) -> None:
        if ast.unparse(node) in ("return", "return None"):
            return
        name = self.fn.source.node.name
        raise self.fn.error(node, f"{name} returns a value and is declared -> None", "return")

    def _values(self, node: ast.expr) -> tuple[list[Stmt], list[Expr]]:
        """What must run first, and the values returned."""
        if self.wanted.type is not tuple:
            return [], [self._comply(node, self.fn.infer(node), self.wanted)]
        if isinstance(node, ast.Tuple):
            self._check_length(node, len(node.elts))
            values = (self.fn.infer(each) for each in node.elts)
            wanted = zip(node.elts, values, self.wanted.items, strict=True)
            return [], [self._comply(*each) for each in wanted]
        call = self.fn.infer(node)
        if not isinstance(call, Call) or not isinstance(call.kind, Several):
            raise self.fn.error(node, f"{call.kind} is returned", _annotation(self.fn))
        self._check_length(node, len(call.results))
        parts = zip(call.kind.items, call.results, self.wanted.items, strict=True)
        reads = [
            self._comply(node, LocalValue(call.span, kind, local), w) for kind, local, w in parts
        ]
        return [Evaluate(call.span, call)], reads

    def _comply(self, node: ast.AST, value: Expr, wanted: Declared) -> Expr:
        return comply(self.fn, node, value, wanted, f"the result of {self.fn.source.node.name}")

    def _check_length(self, node: ast.expr, count: int) -> None:
        if count != len(self.wanted.items):
            raise self.fn.error(node, f"{count} values are returned", _annotation(self.fn))

    def _join(self, node: ast.Return, values: list[Expr]) -> None:
        found = tuple(value.kind for value in values)
        if not self.locals:
            name = f"%{self.fn.source.node.name}"
            self.locals = tuple(self.fn.unit.local(name, kind) for kind in found)
            self.kinds = found
            return
        joined = [kinds.join(*each) for each in zip(self.kinds, found, strict=True)]
        self.kinds = tuple(kind for kind in joined if kind is not None)
        if len(self.kinds) != len(found):
            raise self.fn.error(node, "a value of another kind than before", _annotation(self.fn))
