# SPDX-License-Identifier: Apache-2.0
"""Fourth pass: from the typed tree to LLVM IR that LLVM's BPF back end survives.

LLVM drops a check that it can prove and the Linux verifier cannot, so indices go through a
barrier: the same value, of which LLVM knows nothing any more.

Linux masks a number that is added to an address, against Spectre v1, only if its bounds are the
same on every path (sanitize_ptr_alu in kernel/bpf/verifier.c). So the bounds that paths have
taught are taken from an index before the mask, and LLVM may not choose between two fields by
their offset.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lightexit.abi import STATE_OFFSET
from lightexit.compiler.lowering import ranges
from lightexit.compiler.lowering.compute import PREDICATES, RING, compute, predicate_of
from lightexit.compiler.lowering.emit import Check, Emitter, Marked
from lightexit.compiler.lowering.widths import Widths
from lightexit.compiler.typed import tree
from lightexit.compiler.typed.interval import I64, U64, Interval
from lightexit.compiler.typed.kinds import Bool, Int, exact
from lightexit.compiler.typed.tables import places_of, room_of
from lightexit.compiler.typed.tree import DATA, Expr, Guard, Span, Stmt, TypedFilter
from lightexit.compiler.typed.values import interval_of

#: What barriers work on. No tree has a local of that number.
_OWN_WORD = tree.Local("barrier", -1, tree.Storage.INT)


@dataclass(frozen=True)
class Lowered:
    """LLVM IR; its debug lines are numbers of `spans`, counted from 1."""

    text: str
    spans: tuple[Span, ...]
    checks: tuple[Check, ...]


def lower(filter_tree: TypedFilter, marked: Marked | None = None) -> Lowered:
    """LLVM IR of a checked tree."""
    emitter = Emitter(marked)
    tables = places_of(filter_tree)
    _Lowering(emitter, Widths(filter_tree), tables).block(filter_tree.body)
    sizes = [state.size - STATE_OFFSET for state in filter_tree.states]
    rooms = {start: room_of(table) for table, start in tables.items()}
    return Lowered(emitter.module(sizes, rooms), emitter.spans, tuple(emitter.checks))


class _Lowering:
    """Walks a tree in the order of evaluation, writing as it goes."""

    def __init__(
        self, emitter: Emitter, widths: Widths, tables: dict[tree.ConstantTable, int]
    ) -> None:
        self.emit = emitter
        self.widths = widths
        self.tables = tables
        self.loops: list[tuple[str, str]] = []  # labels of continue and break
        self.leaves: list[str] = []  # labels behind the functions being expanded

    def block(self, statements: tuple[Stmt, ...]) -> None:
        """Write statements, up to the first that ends the block."""
        for statement in statements:
            _STATEMENTS[type(statement)](self, statement)
            if isinstance(statement, tree.Return | tree.Leave | tree.Break | tree.Continue):
                return

    def expression(self, expr: Expr) -> str:
        """Write an expression; the name of its value."""
        return _EXPRESSIONS[type(expr)](self, expr)

    # Expressions

    def constant(self, expr: tree.Const) -> str:
        if isinstance(expr.kind, Bool):
            return "true" if expr.value else "false"
        value = expr.value & U64.hi
        return str(value - 2**64 if value >> 63 else value)

    def read(self, expr: tree.LocalValue) -> str:
        storage, place = expr.local.storage.value, self.emit.place(expr.local)
        return self.emit.value(expr.span, f"load {storage}, ptr {place}")

    def bind(self, expr: tree.Bind) -> str:
        value = self.expression(expr.value)
        self._assign(expr.span, expr.local, value)
        return value

    def context_load(self, expr: tree.ContextLoad) -> str:
        """A field of the context, apart from all else: LLVM would choose between two addresses
        and load once, and verifiers want the context's own pointer in each load.
        """
        address = self._context(expr.span, expr.offset)
        value = self.emit.value(
            expr.span, f"load i{expr.bits}, ptr {address}, align {expr.bits // 8}"
        )
        if expr.bits < 64:
            value = self.emit.value(expr.span, f"zext i{expr.bits} {value} to i64")
        value = self.emit.barrier(expr.span, value)
        if isinstance(expr.kind, Bool):
            return self.emit.value(expr.span, f"icmp ne i64 {value}, 0")
        return value

    def load(self, expr: tree.Load) -> str:
        return self._load(expr, self._accessed(expr.address), expr.bits)

    def _accessed(self, address: Expr) -> str:
        """An address in a state; its constant offset stays with the access.

        Unlike an offset in the context it is not `inbounds`, lest LLVM make one access of both.
        """
        offset, base = 0, address
        while isinstance(base, tree.Member):
            offset, base = offset + base.offset, base.base
        kept = f"call ptr @llvm.preserve.static.offset(ptr {self.expression(base)})"
        start = self.emit.value(address.span, kept)
        return self.emit.value(address.span, f"getelementptr i8, ptr {start}, i64 {offset}")

    def _load(self, expr: Expr, address: str, bits: int) -> str:
        value = self.emit.value(expr.span, f"load i{bits}, ptr {address}, align {bits // 8}")
        if isinstance(expr.kind, Bool):
            return self.emit.value(expr.span, f"icmp ne i{bits} {value}, 0")
        return value if bits == 64 else self._extended(expr, value, bits)

    def _extended(self, expr: Expr, value: str, bits: int) -> str:
        """Fewer bits as 64, with the sign where the value may be below 0."""
        extend = "sext" if interval_of(expr).lo < 0 else "zext"
        return self.emit.value(expr.span, f"{extend} i{bits} {value} to i64")

    def _context(self, span: Span, offset: int) -> str:
        return self._offset(span, "%ctx", offset)

    def _offset(self, span: Span, base: str, offset: int | str) -> str:
        return self.emit.value(span, f"getelementptr inbounds i8, ptr {base}, i64 {offset}")

    def state(self, expr: tree.StateBase) -> str:
        return f"@state{expr.index}"

    def member(self, expr: tree.Member) -> str:
        return self._offset(expr.span, self.expression(expr.base), expr.offset)

    def element(self, expr: tree.Element) -> str:
        base = self.expression(expr.base)
        return self._indexed(base, expr, expr.length, expr.stride)

    def table_load(self, expr: tree.TableLoad) -> str:
        """An element of a table; what LLVM does not know of it cannot turn into code."""
        table = expr.table
        start = f"@table{self.tables[table]}"
        address = self._indexed(start, expr, len(table.values), table.bits // 8)
        return self._load(expr, address, table.bits)

    def _indexed(
        self, base: str, expr: tree.Element | tree.TableLoad, length: int, stride: int
    ) -> str:
        """The address of an element."""
        index = self._guarded(expr, self.expression(expr.index), length)
        if stride != 1:
            index = self.emit.value(expr.span, f"mul i64 {index}, {stride}")
        return self._offset(expr.span, base, index)

    def _guarded(self, expr: tree.Element | tree.TableLoad, index: str, length: int) -> str:
        """The index, within the array for every verifier to see."""
        if expr.guard is Guard.NONE:
            return index
        if not interval_of(expr.index).within(Interval(0, length - 1)):
            inside = self.emit.value(expr.span, f"icmp ult i64 {index}, {length}")
            self.emit.ensure(expr.span, inside, f"the index is not 0 to {length - 1}")
        mask = (1 << (length - 1).bit_length()) - 1
        index = self.emit.value(expr.span, f"and i64 {self._unknown(expr.span, index)}, {mask}")
        return self.emit.barrier(expr.span, index)  # or LLVM turns bit * stride into a branch

    def _unknown(self, span: Span, value: str) -> str:
        """The same value, of which the Linux verifier knows nothing either.

        The field read for that is a read of its own, of which no comparison has taught anything.
        """
        context = self.emit.value(span, 'call ptr asm "", "=r,0"(ptr %context) #0')
        other = self.emit.value(span, f"load i64, ptr {context}, align 8")
        mixed = self.emit.barrier(span, self.emit.value(span, f"xor i64 {value}, {other}"))
        return self.emit.value(span, f"xor i64 {mixed}, {other}")

    def binary(self, expr: tree.Binary) -> str:
        left = self.expression(expr.left)
        return compute(self.emit, expr, left, self.expression(expr.right))

    def compare(self, expr: tree.Compare) -> str:
        both = interval_of(expr.left).union(interval_of(expr.right))
        if both.within(U64) or both.within(I64):
            left, right = self._compared(expr, expr.left), self._compared(expr, expr.right)
            predicate = predicate_of(expr.op, expr.left, expr.right)
            return self.emit.value(expr.span, f"icmp {predicate} i64 {left}, {right}")
        left, right = self.wide(expr.left), self.wide(expr.right)
        sign = PREDICATES[expr.op]
        predicate = sign if sign in ("eq", "ne") else f"s{sign}"
        return self.emit.value(expr.span, f"icmp {predicate} i128 {left}, {right}")

    def _compared(self, expr: tree.Compare, side: Expr) -> str:
        """A side of a comparison. With what a counter, or a counter plus a variable, equals LLVM
        would go on instead of the counter, and no verifier sees an end.
        """
        value = self.expression(side)
        is_hidden = _is_sum_of_variables(side) or _is_of_variables(expr)
        return self.emit.barrier(side.span, value) if is_hidden and _is_equality(expr) else value

    def wide(self, expr: Expr) -> str:
        """The exact value in 128 bits: of sums only, for the back end cannot do more."""
        if isinstance(expr, tree.Const):
            return str(expr.value)
        if isinstance(expr, tree.Binary) and not exact(expr.kind):
            left, right = self.wide(expr.left), self.wide(expr.right)
            return self.emit.value(expr.span, f"{RING[expr.op]} i128 {left}, {right}")
        value = self.expression(expr)
        if isinstance(expr, tree.LocalValue):  # else LLVM uses an equal one: see `_compared`
            value = self.emit.barrier(expr.span, value)
        extend = "zext" if interval_of(expr).within(U64) else "sext"
        return self.emit.value(expr.span, f"{extend} i64 {value} to i128")

    def negation(self, expr: tree.Not) -> str:
        return self.emit.value(expr.span, f"xor i1 {self.expression(expr.value)}, true")

    def logic(self, expr: tree.Logic) -> str:
        """The right side in a block of its own, reached only where it matters."""
        left, origin = self.expression(expr.left), self.emit.block
        more, end = self.emit.label("more"), self.emit.label("end")
        ways = (more, end) if expr.op == "and" else (end, more)
        self.emit.branch(expr.span, left, *ways)
        self.emit.start(more)
        right = self.expression(expr.right)
        known = "false" if expr.op == "and" else "true"
        return self._meet(expr.span, end, "i1", (right, self.emit.block), (known, origin))

    def choice(self, expr: tree.Choice) -> str:
        condition = self.expression(expr.condition)
        labels = then, orelse, end = [self.emit.label(name) for name in ("then", "else", "end")]
        self.emit.branch(expr.span, condition, then, orelse)
        self.emit.start(then)
        first = (self.expression(expr.then), self.emit.block)
        self.emit.jump(expr.span, end)
        self.emit.start(orelse)
        second = (self.expression(expr.orelse), self.emit.block)
        kind = tree.storage_of(expr.kind).value
        return self._meet(expr.span, labels[2], kind, second, first)

    def _meet(
        self, span: Span, end: str, kind: str, here: tuple[str, str], there: tuple[str, str]
    ) -> str:
        """End the block `here` and go on where it meets the other, with either's value."""
        self.emit.jump(span, end)
        self.emit.start(end)
        ways = ", ".join(f"[ {value}, %{block} ]" for value, block in (here, there))
        return self.emit.value(span, f"phi {kind} {ways}")

    def wrap(self, expr: tree.Wrap) -> str:
        value = self.expression(expr.value)
        if expr.bits == 64:
            return value
        if interval_of(expr).lo < 0:
            low = self.emit.value(expr.span, f"trunc i64 {value} to i{expr.bits}")
            return self._extended(expr, low, expr.bits)
        return self.emit.value(expr.span, f"and i64 {value}, {(1 << expr.bits) - 1}")

    def as_int(self, expr: tree.AsInt) -> str:
        value = self.expression(expr.value)
        if not isinstance(expr.value.kind, Bool):
            return value
        return self.emit.value(expr.span, f"zext i1 {value} to i64")

    def full_barrier(self, expr: tree.FullBarrier) -> str:
        """An atomic operation that fetches, which BPF orders fully, on memory of the program's own:
        BPF's instruction set has no fence."""
        place = self.emit.place(_OWN_WORD)
        self.emit.effect(expr.span, f"store volatile i64 0, ptr {place}, align 8")
        self.emit.value(expr.span, f"atomicrmw volatile xchg ptr {place}, i64 0 seq_cst, align 8")
        return ""

    def call(self, expr: tree.Call) -> str:
        """An expanded body; where it returns one value, that."""
        end = self.emit.label("returned")
        loops, self.loops = self.loops, []
        self.leaves.append(end)
        self.block(expr.body)
        self.leaves.pop()
        self.loops = loops
        if not expr.body or not isinstance(expr.body[-1], tree.Leave):
            self.emit.jump(expr.span, end)
        self.emit.start(end)
        if len(expr.results) != 1:
            return ""
        return self.read(tree.LocalValue(expr.span, expr.kind, expr.results[0]))

    # Statements

    def assign(self, statement: tree.Assign) -> None:
        self._assign(statement.span, statement.local, self.expression(statement.value))

    def _assign(self, span: Span, local: tree.Local, value: str) -> None:
        self.emit.effect(span, f"store {local.storage.value} {value}, ptr {self.emit.place(local)}")

    def store(self, statement: tree.Store) -> None:
        value = self._narrow(statement.value, statement.bits)
        self._write(statement.span, self._accessed(statement.address), statement.bits, value)

    def context_store(self, statement: tree.ContextStore) -> None:
        is_answer = statement.offset == DATA.offset
        expr, bits = statement.value, statement.bits
        value = self._answer(expr) if is_answer else self._narrow(expr, bits)
        address = self._context(statement.span, statement.offset)
        self._write(statement.span, address, statement.bits, value)

    def _answer(self, expr: Expr) -> str:
        """A value for `ctx.data`, within its limits for every verifier to see."""
        value = self._narrow(expr, 64)
        most = interval_of(expr).hi if isinstance(expr.kind, Int) else 0
        bits = next((bits for bits in (8, 16, 32) if most >> bits == 0), 64)
        if isinstance(expr.kind, Bool) or self.widths.of(expr) <= bits:
            return value
        value = self.emit.barrier(expr.span, value)
        return self.emit.value(expr.span, f"and i64 {value}, {(1 << bits) - 1}")

    def _narrow(self, expr: Expr, bits: int) -> str:
        value = self.expression(expr)
        if isinstance(expr.kind, Bool):
            return self.emit.value(expr.span, f"zext i1 {value} to i{bits}")
        return value if bits == 64 else self.emit.value(expr.span, f"trunc i64 {value} to i{bits}")

    def _write(self, span: Span, address: str, bits: int, value: str) -> None:
        self.emit.effect(span, f"store i{bits} {value}, ptr {address}, align {bits // 8}")

    def evaluate(self, statement: tree.Evaluate) -> None:
        self.expression(statement.value)

    def branch(self, statement: tree.If) -> None:
        condition = self.expression(statement.condition)
        then, orelse, end = (self.emit.label(name) for name in ("then", "else", "end"))
        self.emit.branch(statement.span, condition, then, orelse)
        for label, body in ((then, statement.then), (orelse, statement.orelse)):
            self.emit.start(label)
            self._body(statement.span, body, end)
        self.emit.start(end)

    def _body(self, span: Span, body: tuple[Stmt, ...], following: str) -> None:
        """Write a block that continues at `following`, unless it returns or jumps."""
        self.block(body)
        ended = tree.Return | tree.Leave | tree.Break | tree.Continue
        if not (body and isinstance(body[-1], ended)):
            self.emit.jump(span, following)

    def loop(self, statement: tree.While) -> None:
        head, body, end = (self.emit.label(name) for name in ("while", "do", "done"))
        self.emit.jump(statement.span, head)
        self.emit.start(head)
        condition = self.expression(statement.condition)
        self.emit.branch(statement.span, condition, body, end)
        self._loop_body(statement.span, body, statement.body, (head, end))

    def _loop_body(
        self, span: Span, label: str, body: tuple[Stmt, ...], ways: tuple[str, str]
    ) -> None:
        self.emit.start(label)
        self.loops.append(ways)
        self._body(span, body, ways[0])
        self.loops.pop()
        self.emit.start(ways[1])

    def count(self, statement: tree.ForRange) -> None:
        """`for` over a range: start and stop are evaluated once, before."""
        span, counter = statement.span, self.emit.place(statement.counter)
        labels = head, body, step, end = [
            self.emit.label(name) for name in ("for", "do", "step", "done")
        ]
        start, stop = self.expression(statement.start), self.expression(statement.stop)
        ends = ranges.limited(self.emit, statement, start, stop)
        self._assign(span, statement.counter, ends.start)
        self.emit.jump(span, head)
        self.emit.start(step)
        self._advance(statement, counter)
        self.emit.jump(span, head)
        self.emit.start(head)
        ranges.go_on(self.emit, statement, ends, (body, end))
        self._loop_body(span, body, statement.body, (labels[2], end))

    def _advance(self, statement: tree.ForRange, counter: str) -> None:
        value = self.emit.value(statement.span, f"load i64, ptr {counter}")
        more = self.emit.value(statement.span, f"add i64 {value}, {statement.step}")
        self._assign(statement.span, statement.counter, more)

    def stop(self, statement: tree.Break) -> None:
        self.emit.jump(statement.span, self.loops[-1][1])

    def again(self, statement: tree.Continue) -> None:
        self.emit.jump(statement.span, self.loops[-1][0])

    def answer(self, statement: tree.Return) -> None:
        verdict = self.expression(statement.value)
        if isinstance(statement.value, tree.Const):
            # Or LLVM returns a variable that is 0 or 1 on this path, for all that verifiers know.
            verdict = self.emit.barrier(statement.span, verdict)
        self.emit.effect(statement.span, f"ret i64 {verdict}")

    def leave(self, statement: tree.Leave) -> None:
        self.emit.jump(statement.span, self.leaves[-1])


def _is_equality(expr: tree.Compare) -> bool:
    return expr.op in ("==", "!=")


def _is_of_variables(expr: tree.Compare) -> bool:
    """Whether a local is compared with something that is no constant."""
    sides = (expr.left, expr.right)
    is_local = any(isinstance(side, tree.LocalValue) for side in sides)
    return is_local and not any(isinstance(side, tree.Const) for side in sides)


def _is_sum_of_variables(expr: Expr) -> bool:
    """Whether it may say that one variable is the negative of another."""
    if not isinstance(expr, tree.Binary) or expr.op not in ("+", "-"):
        return False
    return not isinstance(expr.left, tree.Const) and not isinstance(expr.right, tree.Const)


_EXPRESSIONS: dict[type[Expr], Callable[[_Lowering, Any], str]] = {
    tree.Const: _Lowering.constant,
    tree.LocalValue: _Lowering.read,
    tree.Bind: _Lowering.bind,
    tree.ContextLoad: _Lowering.context_load,
    tree.StateBase: _Lowering.state,
    tree.Member: _Lowering.member,
    tree.Element: _Lowering.element,
    tree.Load: _Lowering.load,
    tree.TableLoad: _Lowering.table_load,
    tree.Binary: _Lowering.binary,
    tree.Compare: _Lowering.compare,
    tree.Not: _Lowering.negation,
    tree.Logic: _Lowering.logic,
    tree.Choice: _Lowering.choice,
    tree.Wrap: _Lowering.wrap,
    tree.AsInt: _Lowering.as_int,
    tree.FullBarrier: _Lowering.full_barrier,
    tree.Call: _Lowering.call,
}

_STATEMENTS: dict[type[Stmt], Callable[[_Lowering, Any], None]] = {
    tree.Assign: _Lowering.assign,
    tree.Store: _Lowering.store,
    tree.ContextStore: _Lowering.context_store,
    tree.Evaluate: _Lowering.evaluate,
    tree.If: _Lowering.branch,
    tree.While: _Lowering.loop,
    tree.ForRange: _Lowering.count,
    tree.Break: _Lowering.stop,
    tree.Continue: _Lowering.again,
    tree.Return: _Lowering.answer,
    tree.Leave: _Lowering.leave,
}
