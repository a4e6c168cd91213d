# SPDX-License-Identifier: Apache-2.0
"""`for` over a range: how its counter is compared, and a limit to its rounds for verifiers."""

from __future__ import annotations

from typing import NamedTuple

from lightexit.compiler.lowering.emit import Emitter
from lightexit.compiler.typed.interval import U64, counted
from lightexit.compiler.typed.tree import Const, Expr, ForRange
from lightexit.compiler.typed.values import interval_of

#: More rounds than any verifier follows.
_MANY = 1 << 16


def sign_of(loop: ForRange) -> str:
    """How to compare the counter: signed where it, or what it passes the end by, may be below 0."""
    limits = counted(interval_of(loop.start), interval_of(loop.stop), loop.step)
    return "u" if limits.within(U64) else "s"


class Ends(NamedTuple):
    """Values of a range's ends. `limit`, unless empty, is a constant, unknown to LLVM, that the
    counter is compared with first: it is never short of it in a round."""

    start: str
    stop: str
    limit: str = ""


def limited(emit: Emitter, loop: ForRange, start: str, stop: str) -> Ends:
    """Start and stop, with a limit to the rounds that every verifier can see."""
    nodes, values = [loop.start, loop.stop], [start, stop]
    low, high = (0, 1) if loop.step > 0 else (1, 0)
    first, last = interval_of(nodes[low]).lo, interval_of(nodes[high]).hi
    if (last - first) // abs(loop.step) > _MANY:
        return Ends(start, stop)
    sign = sign_of(loop)
    if not any(isinstance(node, Const) for node in nodes):
        values[high] = emit.unrelated(nodes[high].span, values[high])
    if first or sign == "s":
        values[low] = _within(emit, nodes[low], values[low], f"{sign}ge", first)
    elif not isinstance(nodes[low], Const):
        # Or LLVM computes it again: a verifier applies a comparison's result to one copy and not
        # to the other.
        values[low] = emit.barrier(nodes[low].span, values[low])
    values[high] = _within(emit, nodes[high], values[high], f"{sign}le", last)
    return _with_limit(emit, loop, Ends(*values))


def _with_limit(emit: Emitter, loop: ForRange, ends: Ends) -> Ends:
    """The ends, so that Linux 6.1 sees the last round: comparing two numbers tells it something
    only if the second is a constant, and `!=`, which LLVM likes better, tells it nothing.

    A counter that starts from a constant and takes every value leaves the stop no other in time.
    """
    is_up, stop = loop.step > 0, interval_of(loop.stop)
    if isinstance(loop.start, Const) and (abs(loop.step) == 1 or isinstance(loop.stop, Const)):
        return ends
    if isinstance(loop.stop, Const):
        return ends if is_up else ends._replace(stop=emit.barrier(loop.stop.span, ends.stop))
    return ends._replace(limit=emit.barrier(loop.stop.span, str(stop.hi if is_up else stop.lo)))


def go_on(emit: Emitter, loop: ForRange, ends: Ends, ways: tuple[str, str]) -> None:
    """Branch to another round, or to the loop's end."""
    span, counter, (body, end) = loop.span, emit.place(loop.counter), ways
    predicate = f"{sign_of(loop)}{'lt' if loop.step > 0 else 'gt'}"
    value = emit.value(span, f"load i64, ptr {counter}")
    if ends.limit:
        near = emit.label("near")
        short = emit.value(span, f"icmp {predicate} i64 {value}, {ends.limit}")
        emit.branch(span, short, near, end)
        emit.start(near)
        # Or LLVM makes one comparison of both, with the least of limit and stop.
        value = emit.barrier(span, value)
        emit.effect(span, f"store i64 {value}, ptr {counter}")
    more = emit.value(span, f"icmp {predicate} i64 {value}, {ends.stop}")
    emit.branch(span, more, body, end)


def _within(emit: Emitter, expr: Expr, value: str, predicate: str, limit: int) -> str:
    """`value`, which is on the right side of its limit, so that verifiers know, too."""
    if isinstance(expr, Const):
        return value
    value, end = emit.barrier(expr.span, value), str(limit)
    if predicate.startswith("s"):  # lest it be computed from the sign, without a comparison
        end = emit.barrier(expr.span, end)
    right = emit.value(expr.span, f"icmp {predicate} i64 {value}, {end}")
    return emit.value(expr.span, f"select i1 {right}, i64 {value}, i64 {end}")
