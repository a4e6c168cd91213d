# SPDX-License-Identifier: Apache-2.0
"""Transparency: with filters and without, a guest and the lines see the same.

Filters do not do what is due, models do it at any access: while time has passed that a device was
not told of, its state and lines may differ. They are the same as soon as it is (`advance`).

def rig(clock: ManualClock) -> Rig: ...

@given(traces(rig))
def test_filters_are_transparent(trace): assert_transparent(rig, trace)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import strategies as st

from lightexit.abi import IoContext, Space, StateMemory, Struct, Verdict
from lightexit.bus.clock import ManualClock
from lightexit.engine.interpreter import InterpreterEngine
from lightexit.engine.native import NativeEngine
from lightexit.filter import Filter
from lightexit.rigs.rig import Rig, Runner
from lightexit.rigs.runners import as_python, in_engine, native_bus, plain


@dataclass(frozen=True)
class Read:
    """A guest reads `size` bytes."""

    space: Space
    address: int
    size: int


@dataclass(frozen=True)
class Write:
    """A guest writes `size` bytes."""

    space: Space
    address: int
    size: int
    value: int


@dataclass(frozen=True)
class Wait:
    """Time passes."""

    ns: int


@dataclass(frozen=True)
class Jump:
    """Time passes without `advance`: the host is late."""

    ns: int


@dataclass(frozen=True)
class Drive:
    """Drives an input of the rig."""

    line: tuple[str, int]
    level: bool


@dataclass(frozen=True)
class Call:
    """Calls one of the rig's `calls`."""

    name: str


Step = Read | Write | Wait | Jump | Drive | Call
#: On the definition of a bus, as the Python function and as bytecode; on the bus that runs guests.
RUNNERS = [
    pytest.param(plain, id="python"),
    pytest.param(in_engine(InterpreterEngine()), id="interpreter"),
    pytest.param(native_bus, id="bus"),
]
_ENGINES = (InterpreterEngine(), NativeEngine())

MakeRig = Callable[[ManualClock], Rig]

#: From one nanosecond to days, with the short ones the likeliest.
WAITS = (
    st.sampled_from([1, 838, 839, 15_085, 1_000_000])
    | st.integers(0, 5_000)
    | st.integers(0, 10**9)
    | st.integers(0, 10**15)
)


def traces(
    make: MakeRig,
    *,
    values: st.SearchStrategy[int] | None = None,
    waits: st.SearchStrategy[int] = WAITS,
    max_size: int = 60,
) -> st.SearchStrategy[list[Step]]:
    """Random traffic on all that a rig has: registers, time, inputs, calls.

    `values` are values worth writing besides the random ones.
    """
    rig = make(ManualClock())
    kinds: list[st.SearchStrategy[Step]] = [st.builds(Wait, waits), st.builds(Jump, waits)]
    for _, region in rig.windows:
        addresses = st.integers(region.base, region.base + region.size - 1)
        sizes = st.sampled_from([region.register_width or 1] * 8 + [1, 2, 4])
        kinds.append(st.builds(Read, st.just(region.space), addresses, sizes))
        kinds.append(_writes(region.space, addresses, sizes, values))
    if rig.inputs:
        kinds.append(st.builds(Drive, st.sampled_from(sorted(rig.inputs)), st.booleans()))
    if rig.calls:
        kinds.append(st.builds(Call, st.sampled_from(sorted(rig.calls))))
    return st.lists(st.one_of(kinds), max_size=max_size)


def _writes(
    space: Space,
    addresses: st.SearchStrategy[int],
    sizes: st.SearchStrategy[int],
    values: st.SearchStrategy[int] | None,
) -> st.SearchStrategy[Step]:
    whole = st.integers(0, 2**32 - 1)
    chosen = whole if values is None else values | whole
    return st.builds(
        lambda address, size, value: Write(space, address, size, value % (1 << 8 * size)),
        addresses,
        sizes,
        chosen,
    )


def apply(rig: Rig, step: Step) -> int | None:
    """Carry out one step; what a read or a call answers."""
    match step:
        case Read(space, address, size):
            return rig.read(space, address, size)
        case Write(space, address, size, value):
            rig.write(space, address, value, size)
        case Wait(ns):
            rig.wait(ns, most=50)
        case Jump(ns):
            rig.clock.advance(ns)
        case Drive(line, level):
            rig.inputs[line].set(level)
        case Call(name):
            return rig.calls[name]()
    return None


def assert_transparent(
    make: MakeRig, trace: Sequence[Step], runner: Runner = plain, start_ns: int = 0
) -> Rig:
    """Play the trace with and without filters; return the rig that had them."""
    models, filters = make(ManualClock(start_ns)), make(ManualClock(start_ns))
    filters.run_by(runner)
    is_late = jumped = False
    for number, step in enumerate(trace):
        expected, found = apply(models, step), apply(filters, step)
        assert found == expected, f"step {number}: {step}"
        jumped |= isinstance(step, Jump)
        is_late = isinstance(step, Jump) or (is_late and not isinstance(step, Wait))
        if not is_late:
            assert_same(models, filters, f"step {number}: {step}", jumped)
    for rig in (models, filters):
        rig.wait(0)
    assert_same(models, filters, "at the end", jumped)
    return filters


def assert_same(models: Rig, filters: Rig, place: str, jumped: bool) -> None:
    """States and lines are the same, and so are all edges if the devices were told in time."""
    assert filters.states() == models.states(), place
    if jumped:
        levels = [[line.level for line in rig.outputs.values()] for rig in (models, filters)]
        assert levels[0] == levels[1], place
    else:
        assert filters.edges == models.edges, place


def assert_engines_agree(
    filter: Filter[Any], kinds: Sequence[type[Struct]], states: Sequence[bytes], context: bytes
) -> None:
    """On any bytes at all, Python and the engines give the same verdict, context and states."""
    results = []
    for loaded in (as_python(filter), *(filter.load(engine) for engine in _ENGINES)):
        memories = [StateMemory(kind) for kind in kinds]
        for memory, content in zip(memories, states, strict=True):
            memory.state.buffer[:] = content[: len(memory.state.buffer)]
        given = IoContext.view(bytearray(context))
        verdict = loaded.code.run(given, memories)
        after = [bytes(memory.state) for memory in memories]
        results.append((verdict == Verdict.HANDLED, verdict == Verdict.HANDLED and given, after))
    assert results[1:] == results[:-1]


def contents(kind: type[Struct]) -> st.SearchStrategy[bytes]:
    """Any bytes of a struct's size."""
    return st.binary(min_size=kind.layout.size, max_size=kind.layout.size)


def contexts(offsets: int, size: int = 1) -> st.SearchStrategy[bytes]:
    """Accesses of `size` bytes to the first registers of a device, at any time."""

    def build(offset: int, data: int, now_ns: int, is_write: bool) -> bytes:
        context = IoContext()
        context.offset, context.now_ns, context.is_write, context.size = (
            offset,
            now_ns,
            is_write,
            size,
        )
        context.data = data if is_write else 0
        return bytes(context)

    times = st.integers(0, 2**64 - 1) | st.integers(0, 2**32)
    data = st.integers(0, (1 << 8 * size) - 1)
    return st.builds(build, st.integers(0, offsets - 1), data, times, st.booleans())
