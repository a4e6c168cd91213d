# SPDX-License-Identifier: Apache-2.0
"""The examples compile, are proved safe, and do on every engine what they do in CPython."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from claim.device import ClaimState, claim
from counter.device import CounterState, read_counter
from doorbell.filter import DoorbellState, notify
from examples.nvme import device as nvme
from lightexit.abi import IoContext, StateMemory, Struct, Verdict
from lightexit.engine.api import Engine
from lightexit.engine.interpreter import InterpreterEngine
from lightexit.engine.native import NativeEngine
from lightexit.filter import Filter
from timer.device import TimerState, read_left
from timer.gate import GateState, read_control


@dataclass(frozen=True)
class Example:
    """A filter, the states it takes, and what its register is."""

    filter: Filter[Any]
    states: tuple[type[Struct], ...]
    offset: int
    size: int
    is_write: bool


EXAMPLES = (
    Example(read_counter, (CounterState,), 8, 4, False),
    Example(claim, (ClaimState,), 4, 4, False),
    Example(notify, (DoorbellState,), 0x50, 4, True),
    Example(read_left, (TimerState,), 0, 4, False),
    Example(read_control, (GateState, TimerState), 0, 1, False),
    Example(nvme.ring, (nvme.NvmeState,), nvme.DOORBELLS, 4, True),
)


def kernel_engine() -> Engine:
    from lightexit.engine.kernel import KernelEngine, available

    reason = available()
    if reason is not None:
        pytest.skip(f"the kernel cannot be asked: {reason}")
    return KernelEngine()


ENGINES: dict[str, Callable[[], Engine]] = {
    "interpreter": InterpreterEngine,
    "native": NativeEngine,
    "kernel": kernel_engine,
}


def accesses(example: Example, count: int) -> Iterator[tuple[IoContext, list[StateMemory[Any]]]]:
    """Random accesses, mostly of the example's register, on random states."""
    source = random.Random(7)
    for _ in range(count):
        context = IoContext()
        near = source.random() < 0.8
        context.offset = example.offset if near else source.randrange(128)
        context.size = example.size if near else source.choice([1, 2, 4])
        context.is_write = example.is_write if near else source.random() < 0.5
        context.data = source.choice([0, 1, 5, 7, 8, 2**32 - 1]) if context.is_write else 0
        context.now_ns = source.randrange(2**63)
        context.vcpu = source.choice([0, 1, 3, 4])
        yield context, [random_state(kind, source) for kind in example.states]


def random_state(kind: type[Struct], source: random.Random) -> StateMemory[Any]:
    memory = StateMemory(kind)
    state = memory.state
    state.buffer[:] = source.randbytes(kind.layout.size)
    if isinstance(state, DoorbellState):
        for queue in state.queues:
            queue.asleep = source.random() < 0.5
    return memory


def plain(example: Example, context: IoContext, states: list[StateMemory[Any]]) -> int:
    """The filter as plain Python."""
    return example.filter(context, *(memory.state for memory in states))


@pytest.mark.parametrize("engine_name", ENGINES)
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.filter.name)
def test_an_example_does_what_python_says(example: Example, engine_name: str) -> None:
    loaded = example.filter.load(ENGINES[engine_name]()).code
    verdicts = set()
    for (ours, our_states), (theirs, their_states) in zip(
        accesses(example, 300), accesses(example, 300), strict=True
    ):
        expected = plain(example, ours, our_states)
        verdicts.add(expected)
        assert loaded.run(theirs, their_states) == expected
        if expected == Verdict.HANDLED:
            assert theirs == ours
            assert [bytes(m.state) for m in their_states] == [bytes(m.state) for m in our_states]
    assert verdicts == {Verdict.PASS, Verdict.HANDLED}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.filter.name)
def test_what_the_verifier_learned(example: Example) -> None:
    report = example.filter.report
    assert report.accepted
    assert report.reads_clock != report.writes_state
    assert report.writes_state == (example.filter in (claim, notify, nvme.ring))
    assert 0 < report.cost < 100
