# SPDX-License-Identifier: Apache-2.0
"""What a report knows before each instruction holds in every run: registers, fields, origins."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

import pytest

import every_filter
from lightexit.abi import IoContext, StateMemory
from lightexit.engine.interpreter import InterpreterEngine, Trace
from lightexit.engine.memory import Memory
from lightexit.filter import Filter
from lightexit.isa import assemble, decode
from lightexit.isa.generate import edgy
from lightexit.verifier import Report, scalar, verify
from lightexit.verifier.value import Number
from scale import full

FILTERS = every_filter.every()
_FIELDS = {field.name: field for field in IoContext.layout.fields}
_MASK = (1 << 64) - 1


@pytest.mark.parametrize("name", FILTERS)
def test_in_every_run(name: str) -> None:
    filter_, chance = FILTERS[name], Random(name)
    report = filter_.verify()
    ranges = [*report.handled_reads, *report.handled_writes] or [(0, 7)]
    for _ in range(full(200)):
        context = some_context(chance, ranges)
        engine = InterpreterEngine(trace=_checked(report, context))
        engine.load(report.program).run(context, some_states(filter_, chance))


def _checked(report: Report, context: IoContext) -> Trace:
    """Holds each step of a run against what is known there."""
    first = {name: getattr(context, name) for name in _FIELDS}

    def check(slot: int, registers: Sequence[Any], memory: Memory) -> None:
        known = report.invariants[slot]
        for number, value in enumerate(registers):
            held = known.registers[number]
            if isinstance(held, Number):
                assert scalar.contains(held.scalar, value), (slot, number)
            if number in known.origins:
                field, delta = known.origins[number]
                assert value == first[field] + delta & _MASK, (slot, number)
        for name, told in known.fields.items():
            at = _FIELDS[name]
            value = memory.context.load(at.offset, at.size)
            assert isinstance(value, int)
            assert scalar.contains(told, value), (slot, name)

    return check


def some_context(chance: Random, ranges: list[tuple[int, int]]) -> IoContext:
    context = IoContext()
    low, high = chance.choice(ranges)
    context.offset = chance.choice((low, high, chance.randint(low, high), edgy(chance, 64) & _MASK))
    context.size = chance.choice((1, 2, 4, 8))
    context.is_write = chance.random() < 0.5
    context.space = chance.randrange(3)
    context.data = edgy(chance, 8 * context.size) & (1 << 8 * context.size) - 1
    context.now_ns = chance.getrandbits(chance.choice((10, 40, 63)))
    return context


def some_states(filter_: Filter[Any], chance: Random) -> list[StateMemory[Any]]:
    memories = []
    for kind in filter_.states:
        assert kind is not None
        memory = StateMemory(kind)
        if chance.random() < 0.6:
            memory.state.buffer[:] = chance.randbytes(len(memory.state.buffer))
        memories.append(memory)
    return memories


MEETING = """
    r2 = *(u64 *)(r1 + 0)
    r3 = *(u8 *)(r1 + 29)
    if r3 == 0 goto meet
    r2 = {load}
meet:
    r0 = 0
    if r2 > 5 goto end
    r0 = 0
end:
    exit
"""


@pytest.mark.parametrize(
    ("load", "origin"), [("*(u8 *)(r1 + 28)", None), ("*(u64 *)(r1 + 0)", ("offset", 0))]
)
def test_what_meets_has_the_origin_that_both_have(
    load: str, origin: tuple[str, int] | None
) -> None:
    report = verify(assemble(MEETING.format(load=load)))
    assert report.accepted
    slot = next(i.slot for i in decode(report.program) if str(i).startswith("if r2 > 5"))
    assert report.invariants[slot].origins.get(2) == origin
