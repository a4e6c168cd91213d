# SPDX-License-Identifier: Apache-2.0
"""A filter with some of its answers changed: what a proof says of these tells which was wrong.

LLVM makes one exit of all returns and faults, so that a refusal of bytecode cannot name one.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator

from lightexit.abi import Verdict
from lightexit.compiler.typed import kinds
from lightexit.compiler.typed.tree import (
    DATA,
    Const,
    ContextStore,
    Evaluate,
    ForRange,
    If,
    Return,
    Stmt,
    TypedFilter,
    While,
)
from lightexit.compiler.typed.values import integer

Change = Callable[[Stmt], tuple[Stmt, ...]]


def returns_of(typed: TypedFilter) -> list[Stmt]:
    """The statements that end the filter, as they stand in the source."""
    return [each for each in _statements(typed.body) if isinstance(each, Return)]


def answers_of(typed: TypedFilter) -> list[Stmt]:
    """The filter's own statements that assign ctx.data."""
    return [each for each in _statements(typed.body) if _is_answer(each)]


def with_data(typed: TypedFilter, but: Container[int]) -> TypedFilter:
    """The filter with `ctx.data = 0` before its returns, but for those of these numbers."""

    def change(statement: Stmt) -> tuple[Stmt, ...]:
        zero = integer(statement.span, 0)
        return ContextStore(statement.span, DATA.offset, 8 * DATA.size, zero), statement

    return _changed(typed, Return, change, but)


def with_zeros(typed: TypedFilter, but: Container[int]) -> TypedFilter:
    """The filter with 0 as what it assigns to ctx.data, but where it does so by these numbers."""

    def change(statement: Stmt) -> tuple[Stmt, ...]:
        assert isinstance(statement, ContextStore)
        span, zero = statement.span, integer(statement.span, 0)
        store = ContextStore(span, statement.offset, statement.bits, zero)
        return Evaluate(span, statement.value), store

    return _changed(typed, ContextStore, change, but)


def with_verdict(typed: TypedFilter, verdict: Verdict, but: Container[int]) -> TypedFilter:
    """The filter with one verdict at all its returns, but for those of these numbers."""

    def change(statement: Stmt) -> tuple[Stmt, ...]:
        assert isinstance(statement, Return)
        answer = Const(statement.span, kinds.ANSWER, int(verdict))
        return Evaluate(statement.span, statement.value), Return(statement.span, answer)

    return _changed(typed, Return, change, but)


def _is_answer(statement: Stmt) -> bool:
    return isinstance(statement, ContextStore) and statement.offset == DATA.offset


def _changed(
    typed: TypedFilter, kind: type[Stmt], change: Change, but: Container[int]
) -> TypedFilter:
    """The filter with all its own statements of a kind changed, but for those of these numbers."""
    matching = (
        each
        for each in _statements(typed.body)
        if isinstance(each, kind) and (kind is Return or _is_answer(each))
    )
    chosen = {id(each) for number, each in enumerate(matching) if number not in but}

    def block(body: tuple[Stmt, ...]) -> tuple[Stmt, ...]:
        return tuple(new for each in body for new in one(each))

    def one(each: Stmt) -> tuple[Stmt, ...]:
        if id(each) in chosen:
            return change(each)
        match each:
            case If():
                both = block(each.then), block(each.orelse)
                return (If(each.span, each.condition, *both),)
            case While():
                return (While(each.span, each.condition, block(each.body)),)
            case ForRange():
                ends = each.counter, each.start, each.stop, each.step
                return (ForRange(each.span, *ends, block(each.body)),)
        return (each,)

    return TypedFilter(typed.name, typed.states, block(typed.body))


def _statements(body: tuple[Stmt, ...]) -> Iterator[Stmt]:
    for each in body:
        yield each
        match each:
            case If():
                yield from _statements(each.then)
                yield from _statements(each.orelse)
            case While() | ForRange():
                yield from _statements(each.body)
