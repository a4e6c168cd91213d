# SPDX-License-Identifier: Apache-2.0
"""Typing of branches and loops: what is known of each local on every path."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TypeVar

from lightexit.compiler.inference.expansion import (
    Env,
    Expansion,
    LoopFlow,
    assigned,
    join_all,
    join_env,
)
from lightexit.compiler.inference.fitting import as_exact
from lightexit.compiler.inference.foreign import advice_for
from lightexit.compiler.inference.narrowing import narrow, repeatable
from lightexit.compiler.inference.scope import member_named, static_value
from lightexit.compiler.syntax.comparisons import compare
from lightexit.compiler.syntax.conditions import infer_condition
from lightexit.compiler.syntax.places import element_at, read
from lightexit.compiler.syntax.statements import assign
from lightexit.compiler.syntax.tables import Constants, element_of, table_at
from lightexit.compiler.typed import interval as bounds
from lightexit.compiler.typed import kinds
from lightexit.compiler.typed.interval import Interval
from lightexit.compiler.typed.kinds import BOOL, ArrayRef, Int
from lightexit.compiler.typed.tree import (
    Assign,
    Break,
    Const,
    ConstantTable,
    Continue,
    Expr,
    ForRange,
    If,
    Local,
    LocalValue,
    Logic,
    Stmt,
    While,
)
from lightexit.compiler.typed.values import integer, interval_of, value_of

T = TypeVar("T")


def infer_if(fn: Expansion, node: ast.If) -> list[Stmt]:
    """Type `if`."""
    condition = infer_condition(fn, node.test)
    then = lambda: fn.block(node.body)  # noqa: E731
    return list(_branch(fn, node, condition, then, lambda: fn.block(node.orelse)))


def _branch(
    fn: Expansion,
    node: ast.AST,
    condition: Expr,
    then: Callable[[], tuple[Stmt, ...]],
    orelse: Callable[[], tuple[Stmt, ...]],
) -> tuple[Stmt, ...]:
    """Both sides, each typed knowing how the condition turned out."""
    before, known = fn.live, value_of(condition)
    if known is not None:
        return then() if known else orelse()
    fn.env = narrow(before, condition, True)
    then_typed, then_env = then(), fn.env
    fn.env = narrow(before, condition, False)
    else_typed = orelse()
    fn.env = join_env(then_env, fn.env)
    return (If(fn.source.span(node), condition, then_typed, else_typed),)


def infer_match(fn: Expansion, node: ast.Match) -> list[Stmt]:
    """Type `match`: its cases one after the other."""
    subject = as_exact(fn, node.subject, fn.infer(node.subject), "match")
    if repeatable(subject):
        return list(_cases(fn, subject, node.cases))
    local = fn.unit.local("%subject", subject.kind)
    held = LocalValue(subject.span, subject.kind, local)
    return [Assign(subject.span, local, subject), *_cases(fn, held, node.cases)]


def _cases(fn: Expansion, subject: Expr, cases: list[ast.match_case]) -> tuple[Stmt, ...]:
    if not cases:
        return ()
    case, rest = cases[0], cases[1:]
    condition = _pattern(fn, subject, case.pattern)
    if case.guard is not None:
        before = fn.live
        fn.env = narrow(before, condition, True)
        guard = infer_condition(fn, case.guard)
        fn.env = before
        always = value_of(condition) == 1
        condition = guard if always else Logic(guard.span, BOOL, "and", condition, guard)
    if value_of(condition) == 1:
        return fn.block(case.body)
    then = lambda: fn.block(case.body)  # noqa: E731
    return _branch(fn, case.pattern, condition, then, lambda: _cases(fn, subject, rest))


def _pattern(fn: Expansion, subject: Expr, pattern: ast.pattern) -> Expr:
    """Whether the subject matches."""
    span = fn.source.span(pattern)
    if isinstance(pattern, ast.MatchAs) and pattern.pattern is None and pattern.name is None:
        return Const(span, BOOL, 1)
    if isinstance(pattern, ast.MatchValue):
        value = as_exact(fn, pattern.value, fn.infer(pattern.value), "match")
        return compare(fn, pattern, ast.Eq(), subject, value)
    if isinstance(pattern, ast.MatchOr):
        typed = _pattern(fn, subject, pattern.patterns[-1])
        for each in reversed(pattern.patterns[:-1]):
            typed = Logic(span, BOOL, "or", _pattern(fn, subject, each), typed)
        return typed
    raise _unknown_pattern(fn, pattern)


def _unknown_pattern(fn: Expansion, pattern: ast.pattern) -> Exception:
    expected = "ints, enum members such as Reg.DATA, `|` between them, or `_`"
    if isinstance(pattern, ast.MatchAs) and pattern.name is not None:
        name = pattern.name
        return fn.error(
            pattern,
            f"`{name}` in a case matches every value and assigns it to that name",
            expected,
            member_named(fn, name),
            f"case _: for the rest; a constant needs a dot, as in Reg.{name}",
        )
    if isinstance(pattern, ast.MatchSingleton):
        advice = "if ... else ... for a bool"
        return fn.error(pattern, f"case {pattern.value}", expected, advice=advice)
    found = "a case for a sequence, mapping or class"
    return fn.error(pattern, found, expected, _alternatives(pattern), "case 1 | 2: for 1 and for 2")


def _alternatives(pattern: ast.pattern) -> str:
    """`1 | 2` for `[1, 2]`."""
    parts = pattern.patterns if isinstance(pattern, ast.MatchSequence) else []
    if not parts or not all(isinstance(each, ast.MatchValue) for each in parts):
        return ""
    return f"{' | '.join(map(ast.unparse, parts))}  # any of them"


def infer_break(fn: Expansion, node: ast.Break) -> list[Stmt]:
    """Type `break`."""
    fn.loops[-1].breaks.append(fn.live)
    fn.env = None
    return [Break(fn.source.span(node))]


def infer_continue(fn: Expansion, node: ast.Continue) -> list[Stmt]:
    """Type `continue`."""
    fn.loops[-1].continues.append(fn.live)
    fn.env = None
    return [Continue(fn.source.span(node))]


def infer_while(fn: Expansion, node: ast.While) -> list[Stmt]:
    """Type `while`."""
    _refuse_else(fn, node)

    def typed() -> tuple[Expr, tuple[Stmt, ...], Env]:
        condition = infer_condition(fn, node.test)
        head = fn.live
        fn.env = narrow(head, condition, True)
        return condition, fn.block(node.body), head

    (condition, body, head), _, breaks = _settled(fn, node, typed)
    ended = None if value_of(condition) == 1 else narrow(head, condition, False)
    fn.env = join_all([ended, *breaks])
    return [While(fn.source.span(node), condition, body)]


def _settled(
    fn: Expansion, node: ast.While | ast.For, typed: Callable[[], T]
) -> tuple[T, Env, list[Env]]:
    """A loop's body, typed with what holds at its head in every round; that, and its breaks."""
    head = _any_round(fn, node)
    while True:
        fn.env = head
        fn.loops.append(LoopFlow())
        result = typed()
        loop = fn.loops.pop()
        again = join_all([head, fn.env, *loop.continues])
        if again == head or again is None:
            return result, head, loop.breaks
        head = again


def _any_round(fn: Expansion, node: ast.While | ast.For) -> Env:
    """What is known before a loop, less what its body changes."""
    changed = assigned(node)
    return {
        name: kinds.widest(kind, fn.variables[name].integers) if name in changed else kind
        for name, kind in fn.live.items()
    }


def _refuse_else(fn: Expansion, node: ast.While | ast.For) -> None:
    if node.orelse:
        raise fn.error(
            node.orelse[0],
            "else after a loop",
            "a loop without else",
            advice="a bool local that tells whether the loop found something",
        )


def infer_for(fn: Expansion, node: ast.For) -> list[Stmt]:
    """Type `for`, over a range, an array or a table."""
    _refuse_else(fn, node)
    if _is_range(fn, node.iter):
        assert isinstance(node.iter, ast.Call)
        return _for_range(fn, node, node.iter)
    table = table_at(fn, node.iter)
    if table is not None:
        return _for_table(fn, node, *table)
    array = fn.infer(node.iter) if isinstance(node.iter, ast.Attribute | ast.Name) else None
    if array is None or not isinstance(array.kind, ArrayRef):
        raise fn.error(
            node.iter,
            f"a loop over {fn.text(node.iter)}",
            "range(...), an array of the state, or a table",
            advice=advice_for(fn, node.iter),
        )
    return _for_array(fn, node, array, array.kind.array.length)


def _is_range(fn: Expansion, node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and static_value(fn, node.func) is range


def _for_range(fn: Expansion, node: ast.For, call: ast.Call) -> list[Stmt]:
    span = fn.source.span(call)
    start, stop, step = _range_arguments(fn, call)
    kind = Int(_counted(fn, call, interval_of(start), interval_of(stop), step))
    counter = fn.unit.local("%count", kind)
    constant = isinstance(start, Const) and isinstance(stop, Const)

    def typed() -> tuple[Stmt, ...]:
        first = assign(fn, node.target, LocalValue(span, kind, counter), call)
        if constant and isinstance(node.target, ast.Name):
            _mark_counter(fn, node.target.id)
        return (*first, *fn.block(node.body))

    return [ForRange(fn.source.span(node), counter, start, stop, step, _for_body(fn, node, typed))]


def _for_body(
    fn: Expansion, node: ast.For, typed: Callable[[], tuple[Stmt, ...]]
) -> tuple[Stmt, ...]:
    body, head, breaks = _settled(fn, node, typed)
    fn.env = join_all([head, *breaks])
    return body


def _mark_counter(fn: Expansion, name: str) -> None:
    variable = fn.variables[name]
    if variable.assignments == 1 and variable.local is not None:
        fn.unit.counters.add(variable.local)


def _range_arguments(fn: Expansion, call: ast.Call) -> tuple[Expr, Expr, int]:
    if call.keywords or not 1 <= len(call.args) <= 3:
        found = f"range with {len(call.args) + len(call.keywords)} arguments"
        raise fn.error(call, found, "range(stop), range(start, stop) or range(start, stop, step)")
    values = [as_exact(fn, each, fn.infer(each), "range") for each in call.args]
    step = value_of(values[2]) if len(values) == 3 else 1
    if not step:
        found = "a step that is 0 or not constant"
        raise fn.error(call.args[2], found, "a constant step", advice="one loop for each step")
    first = integer(fn.source.span(call), 0) if len(values) == 1 else values[0]
    return first, values[min(len(values), 2) - 1], step


def _counted(fn: Expansion, call: ast.Call, start: Interval, stop: Interval, step: int) -> Interval:
    """What a counter of a range takes on in the loop's body."""
    if not bounds.is_exact(bounds.counted(start, stop, step)):
        raise fn.error(
            call,
            f"a range that may end at {bounds.describe(stop.hi)}",
            "an end after which one more step still fits in 64 bits",
            _bounded(fn, call),
            "a loop of at most a few dozen rounds",
        )
    lo, hi = (start.lo, stop.hi - 1) if step > 0 else (stop.lo + 1, start.hi)
    return Interval(lo, max(lo, hi))


def _bounded(fn: Expansion, call: ast.Call) -> str:
    """`range(n)` of at most 16 rounds."""
    if len(call.args) != 1:
        return ""
    return f"range(min({fn.code(call.args[0])}, 16))  # at most 16 rounds"


def _for_array(fn: Expansion, node: ast.For, array: Expr, length: int) -> list[Stmt]:
    """`for timer in hpet.timers`: each element, or a reference to it, in turn."""
    span = fn.source.span(node.iter)
    kind = Int(Interval(0, length - 1))
    counter, base = fn.unit.local("%index", kind), fn.unit.local("%array", array.kind)
    fn.unit.counters.add(counter)

    def typed() -> tuple[Stmt, ...]:
        held, index = LocalValue(span, array.kind, base), LocalValue(span, kind, counter)
        value = read(fn, node.iter, element_at(fn, node.iter, held, index))
        return (*assign(fn, node.target, value, node.iter), *fn.block(node.body))

    return [Assign(span, base, array), _each(fn, node, counter, length, typed)]


def _for_table(fn: Expansion, node: ast.For, values: Constants, table: ConstantTable) -> list[Stmt]:
    """`for step in STEPS`: each element of a table in turn."""
    span, length = fn.source.span(node.iter), len(values)
    kind = Int(Interval(0, length - 1))
    counter = fn.unit.local("%index", kind)
    fn.unit.counters.add(counter)

    def typed() -> tuple[Stmt, ...]:
        value = element_of(fn, node.iter, values, table, LocalValue(span, kind, counter))
        return (*assign(fn, node.target, value, node.iter), *fn.block(node.body))

    return [_each(fn, node, counter, length, typed)]


def _each(
    fn: Expansion, node: ast.For, counter: Local, length: int, typed: Callable[[], tuple[Stmt, ...]]
) -> Stmt:
    """A loop over so many elements."""
    span, body = fn.source.span(node.iter), _for_body(fn, node, typed)
    return ForRange(fn.source.span(node), counter, integer(span, 0), integer(span, length), 1, body)
