# SPDX-License-Identifier: Apache-2.0
"""Third pass: the typed tree is well formed. What fails here is our bug, found before LLVM is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lightexit.abi import STATE_OFFSET, IoContext
from lightexit.compiler.typed import kinds, tree
from lightexit.compiler.typed.interval import (
    I64,
    U64,
    Interval,
    counted,
    is_exact,
    signed,
    unsigned,
)
from lightexit.compiler.typed.kinds import ArrayRef, Bool, Cell, Int, Kind, Reference, VerdictKind
from lightexit.compiler.typed.tree import Expr, Guard, Local, Stmt, TypedFilter, storage_of
from lightexit.compiler.typed.values import comparable, interval_of
from lightexit.errors import InternalError


def check(filter_tree: TypedFilter) -> TypedFilter:
    """The tree itself. Raises InternalError where a pass before this one went wrong."""
    checker = _Checker(filter_tree)
    checker.block(filter_tree.body)
    return filter_tree


def _fits(limits: Interval, bits: int) -> bool:
    """Whether so many bits tell the value, be it that of an unsigned or of a signed type."""
    return limits.within(unsigned(bits)) or limits.within(signed(bits))


@dataclass
class _Checker:
    """Visits everything in the order of evaluation."""

    filter: TypedFilter
    assigned: set[Local] = field(default_factory=set)
    loops: int = 0
    calls: int = 0

    def block(self, statements: tuple[Stmt, ...]) -> None:
        for statement in statements:
            _STATEMENTS[type(statement)](self, statement)

    def visit(self, expr: Expr) -> Expr:
        _EXPRESSIONS[type(expr)](self, expr)
        return expr

    def int_of(self, expr: Expr) -> Interval:
        """The interval of an expression that must be an int."""
        self.require(isinstance(self.visit(expr).kind, Int), expr, "an int")
        return interval_of(expr)

    def exact_of(self, expr: Expr) -> Interval:
        """The interval of an int whose exact value fits 64 bits."""
        interval = self.int_of(expr)
        self.require(kinds.exact(expr.kind), expr, "a number of 64 bits")
        return interval

    def bool_of(self, expr: Expr) -> None:
        self.require(isinstance(self.visit(expr).kind, Bool), expr, "a bool")

    def room_of(self, expr: Expr) -> int:
        """The bytes behind an address."""
        kind = self.visit(expr).kind
        self.require(isinstance(kind, Reference), expr, "an address")
        return kind.room if isinstance(kind, Reference) else 0

    def require(self, holds: bool, node: Expr | Stmt, what: str) -> None:
        if not holds:
            span = node.span
            place = f"typed tree of {self.filter.name}, {span.file}:{span.line}"
            raise InternalError(f"{place}: expected {what}: {node}")

    def same_room(self, expr: Expr, room: int) -> None:
        kind = expr.kind
        self.require(isinstance(kind, Reference) and 0 < kind.room <= room, expr, f"room {room}")

    # Expressions

    def constant(self, expr: tree.Const) -> None:
        limits = interval_of(expr) if isinstance(expr.kind, Int) else kinds.TRUTH
        self.require(limits.lo <= expr.value <= limits.hi, expr, f"a value in {limits}")

    def read(self, expr: tree.LocalValue) -> None:
        self.require(expr.local in self.assigned, expr, "an assignment before")
        self.require(storage_of(expr.kind) is expr.local.storage, expr, "the local's storage")

    def bind(self, expr: tree.Bind) -> None:
        self.require(self.visit(expr.value).kind == expr.kind, expr, "the value's kind")
        self.assign_to(expr.local, expr)

    def assign_to(self, local: Local, node: Expr) -> None:
        self.require(storage_of(node.kind) is local.storage, node, "the local's storage")
        self.assigned.add(local)

    def context_load(self, expr: tree.ContextLoad) -> None:
        self.in_context(expr, expr.offset, expr.bits)

    def in_context(self, node: Expr | Stmt, offset: int, bits: int) -> None:
        size = IoContext.layout.size
        self.require(offset >= 0 and offset + bits // 8 <= size, node, f"0 to {size} bytes")

    def state(self, expr: tree.StateBase) -> None:
        self.require(0 <= expr.index < len(self.filter.states), expr, "a state parameter")
        self.same_room(expr, self.filter.states[expr.index].size - STATE_OFFSET)

    def member(self, expr: tree.Member) -> None:
        self.require(expr.offset >= 0, expr, "an offset of at least 0")
        self.same_room(expr, self.room_of(expr.base) - expr.offset)

    def element(self, expr: tree.Element) -> None:
        room = self.room_of(expr.base)
        self.require(isinstance(expr.base.kind, ArrayRef), expr.base, "an array")
        index, last = self.exact_of(expr.index), expr.length - 1
        if expr.guard is Guard.NONE:
            self.require(index.within(Interval(0, last)), expr.index, f"0 to {last}")
        if expr.guard is Guard.MASK:
            last = (1 << last.bit_length()) - 1
        self.require((last + 1) * expr.stride <= room, expr, f"{last + 1} elements of room")
        self.same_room(expr, room - last * expr.stride)

    def table_load(self, expr: tree.TableLoad) -> None:
        index, last = self.exact_of(expr.index), Interval(0, len(expr.table.values) - 1)
        self.require(index.lo >= 0, expr.index, "at least 0")
        if expr.guard is Guard.NONE:
            self.require(index.within(last), expr.index, f"{last}")
        limits = interval_of(expr) if isinstance(expr.kind, Int) else kinds.TRUTH
        least, most = min(expr.table.values), max(expr.table.values)
        self.require(Interval(least, most).within(limits), expr, f"{least} to {most}")

    def load(self, expr: tree.Load) -> None:
        self.require(self.room_of(expr.address) >= expr.bits // 8, expr, f"{expr.bits} bits")
        self.require(isinstance(expr.address.kind, Cell), expr.address, "a scalar's address")

    def binary(self, expr: tree.Binary) -> None:
        exact = self.exact_of if expr.op in ("//", "%", ">>", "min", "max") else self.int_of
        counted = self.exact_of if expr.op in ("//", "%", ">>", "<<", "min", "max") else self.int_of
        left, right = exact(expr.left), counted(expr.right)
        if expr.op in ("<<", ">>"):
            self.require(right.lo >= 0, expr.right, "at least 0")
        both = left.union(right)
        if expr.op in ("min", "max"):
            self.require(both.within(U64) or both.within(I64), expr, "one machine comparison")

    def compare(self, expr: tree.Compare) -> None:
        for side in (expr.left, expr.right):
            self.int_of(side)
            self.require(comparable(side), side, "a number of 64 bits, or a sum of such")

    def negation(self, expr: tree.Not) -> None:
        self.bool_of(expr.value)

    def logic(self, expr: tree.Logic) -> None:
        self.bool_of(expr.left)
        known = set(self.assigned)
        self.bool_of(expr.right)
        # A link of a chained comparison is read only where the links before it were true.
        self.assigned = known if expr.op == "or" else self.assigned

    def choice(self, expr: tree.Choice) -> None:
        self.bool_of(expr.condition)
        joined = kinds.join(self.visit(expr.then).kind, self.visit(expr.orelse).kind)
        self.require(joined == expr.kind, expr, f"{joined}")

    def wrap(self, expr: tree.Wrap) -> None:
        self.int_of(expr.value)
        self.require(_fits(interval_of(expr), expr.bits), expr, f"{expr.bits} bits")

    def as_int(self, expr: tree.AsInt) -> None:
        self.require(isinstance(self.visit(expr.value).kind, Bool | VerdictKind), expr, "0 or 1")

    def call(self, expr: tree.Call) -> None:
        loops, self.loops = self.loops, 0
        self.calls += 1
        self.block(expr.body)
        self.calls -= 1
        self.loops = loops
        wanted: tuple[Kind, ...] = ()
        if isinstance(expr.kind, kinds.Several):
            wanted = expr.kind.items
        elif not isinstance(expr.kind, kinds.Nothing):
            wanted = (expr.kind,)
        held = tuple(local.storage for local in expr.results)
        self.require(held == tuple(map(storage_of, wanted)), expr, f"{len(wanted)} results")

    # Statements

    def assign(self, node: tree.Assign) -> None:
        self.assign_to(node.local, self.visit(node.value))

    def store(self, node: tree.Store) -> None:
        self.scalar(node, node.value, node.bits)
        self.require(self.room_of(node.address) >= node.bits // 8, node, f"{node.bits} bits")
        self.require(isinstance(node.address.kind, Cell), node, "a scalar's address")

    def context_store(self, node: tree.ContextStore) -> None:
        self.scalar(node, node.value, node.bits)
        self.in_context(node, node.offset, node.bits)

    def scalar(self, node: Stmt, value: Expr, bits: int) -> None:
        if isinstance(self.visit(value).kind, Bool):
            self.require(bits == 8, node, "8 bits of a bool")
        else:
            self.require(_fits(self.int_of(value), bits), node, f"{bits} bits")

    def evaluate(self, node: tree.Evaluate) -> None:
        self.visit(node.value)

    def branch(self, node: tree.If) -> None:
        self.bool_of(node.condition)
        self.block(node.then)
        self.block(node.orelse)

    def loop(self, node: tree.While) -> None:
        self.bool_of(node.condition)
        self.inside(node.body)

    def inside(self, body: tuple[Stmt, ...]) -> None:
        self.loops += 1
        self.block(body)
        self.loops -= 1

    def count(self, node: tree.ForRange) -> None:
        start, stop = self.exact_of(node.start), self.exact_of(node.stop)
        self.require(is_exact(counted(start, stop, node.step)), node, "a step of room")
        self.require(node.step != 0, node, "a step")
        self.assigned.add(node.counter)
        self.inside(node.body)

    def jump(self, node: tree.Break | tree.Continue) -> None:
        self.require(self.loops > 0, node, "a loop around")

    def answer(self, node: tree.Return) -> None:
        self.require(isinstance(self.visit(node.value).kind, VerdictKind), node, "a verdict")
        self.require(self.calls == 0, node, "no expanded function around")

    def leave(self, node: tree.Leave) -> None:
        self.require(self.calls > 0, node, "an expanded function around")

    def nothing(self, _node: Expr) -> None:
        """The context (only its fields have values) and barriers need no check."""


_EXPRESSIONS: dict[type[Expr], Callable[[_Checker, Any], None]] = {
    tree.Const: _Checker.constant,
    tree.LocalValue: _Checker.read,
    tree.Bind: _Checker.bind,
    tree.ContextBase: _Checker.nothing,
    tree.ContextLoad: _Checker.context_load,
    tree.StateBase: _Checker.state,
    tree.Member: _Checker.member,
    tree.Element: _Checker.element,
    tree.Load: _Checker.load,
    tree.TableLoad: _Checker.table_load,
    tree.Binary: _Checker.binary,
    tree.Compare: _Checker.compare,
    tree.Not: _Checker.negation,
    tree.Logic: _Checker.logic,
    tree.Choice: _Checker.choice,
    tree.Wrap: _Checker.wrap,
    tree.AsInt: _Checker.as_int,
    tree.FullBarrier: _Checker.nothing,
    tree.Call: _Checker.call,
}

_STATEMENTS: dict[type[Stmt], Callable[[_Checker, Any], None]] = {
    tree.Assign: _Checker.assign,
    tree.Store: _Checker.store,
    tree.ContextStore: _Checker.context_store,
    tree.Evaluate: _Checker.evaluate,
    tree.If: _Checker.branch,
    tree.While: _Checker.loop,
    tree.ForRange: _Checker.count,
    tree.Break: _Checker.jump,
    tree.Continue: _Checker.jump,
    tree.Return: _Checker.answer,
    tree.Leave: _Checker.leave,
}
