# SPDX-License-Identifier: Apache-2.0
"""Second pass: from a function's syntax to the typed tree, refusing all else than the language."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from lightexit.abi import STATE_OFFSET, IoContext, Struct, Verdict, value_size
from lightexit.compiler.inference.declared import Declared, comply, declared
from lightexit.compiler.inference.expansion import Expansion, Unit
from lightexit.compiler.source.function import source_of
from lightexit.compiler.syntax.inlining import bind, body_of, missing_return, prepare
from lightexit.compiler.syntax.rules import RULES
from lightexit.compiler.typed.kinds import ContextKind, StructRef
from lightexit.compiler.typed.tree import (
    ContextBase,
    Return,
    StateBase,
    StateParameter,
    Stmt,
    TypedFilter,
)

_SIGNATURE = "def name(ctx: IoContext, state: SomeStruct, ...) -> Verdict"


def infer_filter(function: Callable[..., Any]) -> TypedFilter:
    """Type a filter. Raises AuthorError where it is outside the language."""
    fn = Expansion(Unit(RULES), source_of(function))
    try:
        return _filter(fn)
    except RecursionError:
        raise fn.error(
            fn.source.node,
            f"{fn.source.node.name} is nested too deeply",
            "a few dozen levels of nesting at most",
            advice="split it into statements and @inline functions",
        ) from None


def _filter(fn: Expansion) -> TypedFilter:
    node = fn.source.node
    fn.leave = lambda statement: _return(fn, statement)
    prepare(fn)
    parameters = _parameters(fn)
    _check_verdict(fn)
    states = tuple(_state(each, struct) for each, struct in parameters)
    prologue: list[Stmt] = []
    for index, (parameter, struct) in enumerate(parameters):
        kind = StructRef(struct, value_size(struct) - STATE_OFFSET)
        prologue += bind(fn, parameter.arg, StateBase(fn.source.span(parameter), kind, index))
    body = fn.block(body_of(fn))
    if fn.env is not None:
        raise missing_return(fn, "a return of a Verdict on every path")
    return TypedFilter(node.name, states, (*prologue, *body))


def _state(parameter: ast.arg, struct: type[Struct]) -> StateParameter:
    return StateParameter(parameter.arg, value_size(struct))


def _parameters(fn: Expansion) -> list[tuple[ast.arg, type[Struct]]]:
    """The state parameters; the context is bound."""
    arguments = fn.source.node.args
    plain = [*arguments.posonlyargs, *arguments.args]
    _refuse_variety(fn, arguments)
    if not plain:
        raise fn.error(fn.source.node, "a filter without parameters", _SIGNATURE)
    context, *states = plain
    if _type_of(fn, context) is not IoContext:
        raise fn.error(
            context,
            f"the first parameter is {fn.text(context)}",
            "ctx: IoContext, the access",
            f"{context.arg}: IoContext" if context.annotation is None else "",
            advice=_SIGNATURE if context.annotation else "",
        )
    bind(fn, context.arg, ContextBase(fn.source.span(context), ContextKind(IoContext)))
    return [(state, _struct(fn, state)) for state in states]


def _refuse_variety(fn: Expansion, arguments: ast.arguments) -> None:
    """A host gives the access and all states, no more and no less."""
    odd = {
        "`*`": arguments.vararg,
        "`**`": arguments.kwarg,
        "a parameter by name only": next(iter(arguments.kwonlyargs), None),
        "a default": next(iter(arguments.defaults), None),
    }
    for what, node in odd.items():
        if node is not None:
            advice = "leave it out: the host passes the access and the states only"
            found = f"{what} among a filter's parameters"
            raise fn.error(node, found, _SIGNATURE, advice=advice)


def _struct(fn: Expansion, parameter: ast.arg) -> type[Struct]:
    kind = _type_of(fn, parameter)
    if isinstance(kind, type) and issubclass(kind, Struct) and kind is not IoContext:
        if kind.layout.size:
            return kind
        raise fn.error(parameter, f"{kind.__name__} has no fields", "a Struct of at least a byte")
    found = f"{fn.text(parameter)} is no state"
    raise fn.error(parameter, found, "a Struct", advice=f"{parameter.arg}: NAME, that of a Struct")


def _type_of(fn: Expansion, parameter: ast.arg) -> Any:
    if parameter.annotation is None:
        return None
    return declared(fn, parameter, parameter.annotation, f"parameter {parameter.arg}").type


def _check_verdict(fn: Expansion) -> None:
    node = fn.source.node
    place = f"the answer of {node.name}"
    if not node.returns or declared(fn, node, node.returns, place).type is not Verdict:
        hint = "" if node.returns else f"{fn.source.header().removesuffix(':')} -> Verdict:"
        advice = "-> Verdict:, and Verdict.HANDLED or Verdict.PASS as what it returns"
        found = "a filter that returns no Verdict"
        raise fn.error(node.returns or node, found, _SIGNATURE, hint, "" if hint else advice)


def _return(fn: Expansion, node: ast.Return) -> list[Stmt]:
    if node.value is None:
        raise fn.error(node, "return without a value", "a Verdict", "return Verdict.PASS")
    place = f"the answer of {fn.source.node.name}"
    if isinstance(node.value, ast.Constant) and node.value.value is None:
        raise fn.error(node.value, f"None as {place}", "a Verdict", "Verdict.PASS")
    value = comply(fn, node.value, fn.infer(node.value), Declared(Verdict), place)
    return [Return(fn.source.span(node), value)]
