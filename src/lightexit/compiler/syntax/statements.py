# SPDX-License-Identifier: Apache-2.0
"""Typing of simple statements: assignments, expressions, returns."""

from __future__ import annotations

import ast

from lightexit.abi import IntType
from lightexit.compiler.inference.declared import declared
from lightexit.compiler.inference.expansion import Expansion, Variable
from lightexit.compiler.inference.fitting import fit
from lightexit.compiler.inference.negative import no_u64
from lightexit.compiler.source import text
from lightexit.compiler.syntax.operators import binary
from lightexit.compiler.syntax.places import Lvalue, place_of, read, write
from lightexit.compiler.typed import kinds
from lightexit.compiler.typed.interval import U64
from lightexit.compiler.typed.kinds import Int
from lightexit.compiler.typed.tree import (
    Assign,
    Call,
    Const,
    ContextLoad,
    Evaluate,
    Expr,
    FullBarrier,
    LocalValue,
    Member,
    StateBase,
    Stmt,
)
from lightexit.compiler.typed.values import interval_of, same_kind

_TARGETS = "a local, a field or an element on the left"


def infer_pass(_fn: Expansion, _node: ast.Pass) -> list[Stmt]:
    """Type `pass`."""
    return []


def infer_expression(fn: Expansion, node: ast.Expr) -> list[Stmt]:
    """Type a line that is a call."""
    value = fn.infer(node.value)
    if not isinstance(value, Call | FullBarrier):
        words = fn.text(node.value)
        found = f"{words} is computed and not used"
        raise fn.error(node, found, "a statement", *_meant(node.value))
    return [Evaluate(fn.source.span(node), value)]


def _meant(node: ast.expr) -> tuple[str, str]:
    """Hint and advice for a value that is not used."""
    match node:
        case ast.Compare(ast.Name() | ast.Attribute() | ast.Subscript(), [ast.Eq()], [value]):
            return f"{ast.unparse(node.left)} = {ast.unparse(value)}  # assigns", ""
    return "", "assign it to something, or leave it out"


def infer_return(fn: Expansion, node: ast.Return) -> list[Stmt]:
    """Type a return, of the filter or of an expanded function."""
    typed = fn.leave(node)
    fn.env = None
    return typed


def infer_assignment(fn: Expansion, node: ast.Assign) -> list[Stmt]:
    """Type `a = b = value`."""
    if len(node.targets) == 1:
        return _assign_one(fn, node.targets[0], node.value)
    typed, value = _kept(fn, fn.infer(node.value))
    for target in node.targets:
        typed += assign(fn, target, value, node.value)
    return typed


def _assign_one(fn: Expansion, target: ast.expr, value: ast.expr) -> list[Stmt]:
    if isinstance(target, ast.Tuple | ast.List):
        return _unpack(fn, target, value)
    return assign(fn, target, fn.infer(value), value)


def _unpack(fn: Expansion, target: ast.Tuple | ast.List, value: ast.expr) -> list[Stmt]:
    """`a, b = ...`: all values are there before the first is assigned."""
    typed, values = _several(fn, value)
    if len(values) != len(target.elts):
        raise fn.error(
            target, f"{len(values)} values for {len(target.elts)} names", "as many of both"
        )
    for part, (node, each) in zip(target.elts, values, strict=True):
        typed += assign(fn, part, each, node)
    return typed


def _several(fn: Expansion, value: ast.expr) -> tuple[list[Stmt], list[tuple[ast.expr, Expr]]]:
    typed: list[Stmt] = []
    if isinstance(value, ast.Tuple):
        values: list[tuple[ast.expr, Expr]] = []
        for each in value.elts:
            before, kept = _kept(fn, fn.infer(each))
            typed += before
            values.append((each, kept))
        return typed, values
    call = fn.infer(value)
    if not isinstance(call, Call) or not isinstance(call.kind, kinds.Several):
        raise fn.error(value, f"{call.kind} is unpacked", "a tuple", advice="a, b = x, y")
    parts = zip(call.kind.items, call.results, strict=True)
    reads: list[tuple[ast.expr, Expr]] = [
        (value, LocalValue(call.span, kind, local)) for kind, local in parts
    ]
    return [Evaluate(call.span, call)], reads


def _kept(fn: Expansion, value: Expr) -> tuple[list[Stmt], Expr]:
    """`value` held in a local of its own, so that later assignments do not change it."""
    if isinstance(value, Const) or isinstance(
        value.kind, kinds.ContextKind | kinds.Nothing | kinds.Several
    ):
        return [], value
    local = fn.unit.local("%value", value.kind)
    return [Assign(value.span, local, value)], LocalValue(value.span, value.kind, local)


def assign(fn: Expansion, target: ast.expr, value: Expr, value_node: ast.AST) -> list[Stmt]:
    """Assign to any target."""
    if isinstance(target, ast.Name):
        return assign_local(fn, target, value, value_node)
    if isinstance(target, ast.Attribute | ast.Subscript):
        return [write(fn, target, place_of(fn, target), value, value_node)]
    found = "unpacking within unpacking" if isinstance(target, ast.Tuple | ast.List) else "*"
    raise fn.error(target, found, _TARGETS, advice="a, b = x, y, one level of it")


def assign_local(fn: Expansion, target: ast.Name, value: Expr, value_node: ast.AST) -> list[Stmt]:
    """`name = value`: from here on the name is what `value` is."""
    variable = fn.variables[target.id]
    if isinstance(value.kind, kinds.Nothing | kinds.Several):
        several = isinstance(value.kind, kinds.Several)
        raise fn.error(
            value_node,
            f"{value.kind} is assigned to {target.id}",
            "a number, a bool, or a part of the state",
            advice="a, b = ..." if several else "call it in a line of its own",
        )
    value = _fit_variable(fn, variable, value, value_node)
    if variable.assignments == 1 and isinstance(value_node, ast.expr):
        variable.written, variable.value = value_node, value
    _check_kind(fn, target, variable, value, value_node)
    fn.env = {**fn.live, target.id: value.kind}
    if isinstance(value.kind, kinds.ContextKind):
        return []
    if variable.local is None:
        variable.local = fn.unit.local(target.id, value.kind)
    return [Assign(fn.source.span(target), variable.local, value)]


def _fit_variable(fn: Expansion, variable: Variable, value: Expr, node: ast.AST) -> Expr:
    if variable.kind is not None:
        value = same_kind(value, variable.kind)
    if variable.declared is not None:
        return fit(fn, node, value, variable.declared, variable.name)
    repeated_int = variable.assignments > 1 and isinstance(value.kind, Int)
    if repeated_int and not interval_of(value).within(U64):
        raise no_u64(fn, variable, value, node)
    return value


def _check_kind(
    fn: Expansion, target: ast.Name, variable: Variable, value: Expr, node: ast.AST
) -> None:
    if variable.kind is None:
        variable.kind = value.kind
    if isinstance(variable.kind, Int) and isinstance(value.kind, Int):
        return
    if kinds.join(variable.kind, value.kind) is None:
        raise fn.error(
            node,
            f"{value.kind} is assigned to {target.id}, which holds {variable.kind}",
            "one kind of value for one name",
            advice=f"another name, or {fn.text(node)} != 0"
            if isinstance(value.kind, Int)
            else "another name",
        )


def infer_annotated(fn: Expansion, node: ast.AnnAssign) -> list[Stmt]:
    """Type `a: kind = value`."""
    if not isinstance(node.target, ast.Name):
        hint = f"{fn.code(node.target)} = {fn.code(node.value)}" if node.value else "pass"
        raise fn.error(node, "a type for what is no local", "the type in the Struct", hint)
    if node.value is None:
        return []
    return assign_local(fn, node.target, fn.infer(node.value), node.value)


def declare_locals(fn: Expansion) -> None:
    """Note the annotations of locals: each holds for the whole function."""
    for node in text.statements(fn.source.node):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            _declare(fn, node, fn.variables[node.target.id])


def _declare(fn: Expansion, node: ast.AnnAssign, variable: Variable) -> None:
    wanted = declared(fn, node, node.annotation, variable.name).type
    if isinstance(wanted, IntType):
        if variable.declared not in (None, wanted):
            raise fn.error(node, f"{variable.name} has two types", "one type for one name")
        variable.declared = wanted
    elif wanted is bool:
        variable.kind = kinds.BOOL


def infer_augmented(fn: Expansion, node: ast.AugAssign) -> list[Stmt]:
    """`target op= value`: the target's address is computed once, and read first."""
    if isinstance(node.target, ast.Name):
        old = fn.infer(ast.copy_location(ast.Name(node.target.id, ast.Load()), node.target))
        return assign_local(fn, node.target, binary(fn, node, old, fn.infer(node.value)), node)
    place = place_of(fn, node.target)
    typed, place = _fixed(fn, place)
    before, old = _kept(fn, read(fn, node.target, place))
    value = binary(fn, node, old, fn.infer(node.value))
    return [*typed, *before, write(fn, node.target, place, value, node)]


def _fixed(fn: Expansion, place: Lvalue) -> tuple[list[Stmt], Lvalue]:
    """The same place, with whatever was computed for its address held in a local."""
    if isinstance(place.address, ContextLoad) or not _computed(place.address):
        return [], place
    local = fn.unit.local("%place", place.address.kind)
    address = LocalValue(place.address.span, place.address.kind, local)
    return [Assign(address.span, local, place.address)], Lvalue(place.type, address)


def _computed(address: Expr) -> bool:
    if isinstance(address, Member):
        return _computed(address.base)
    return not isinstance(address, StateBase | LocalValue)
