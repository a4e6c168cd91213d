# SPDX-License-Identifier: Apache-2.0
"""The doorbell in C does what the doorbell in Python does."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest

from doorbell.filter import QUEUES, DoorbellState, Reg, notify
from isa.clang import COMPILERS, compile_c
from lightexit import Bus, Device, Filter, ManualClock, NativeEngine, Space, load_object, mmio
from lightexit.bus.definition import DefinitionBus
from lightexit.engine.interpreter import InterpreterEngine
from test_examples import ENGINES, EXAMPLES, accesses, plain

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "examples/doorbell/doorbell.c"
(DOORBELL,) = (each for each in EXAMPLES if each.filter is notify)


def in_c(compiler: str, folder: Path, text: str = "") -> Filter[...]:
    path = folder / "doorbell.o"
    path.write_bytes(compile_c(text or SOURCE.read_text("utf-8"), compiler))
    return load_object(path)


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("engine_name", ENGINES)
def test_the_doorbell_in_c_is_the_one_in_python(
    engine_name: str, compiler: str, tmp_path: Path
) -> None:
    loaded = in_c(compiler, tmp_path).load(ENGINES[engine_name]()).code
    handled = 0
    for (ours, our_states), (theirs, their_states) in zip(
        accesses(DOORBELL, 300), accesses(DOORBELL, 300), strict=True
    ):
        expected = plain(DOORBELL, ours, our_states)
        assert loaded.run(theirs, their_states) == expected
        assert theirs == ours
        assert bytes(their_states[0].state) == bytes(our_states[0].state)
        handled += expected
    assert 0 < handled < 300


@pytest.mark.parametrize("compiler", COMPILERS)
def test_the_proof_says_the_same(compiler: str, tmp_path: Path) -> None:
    ours, theirs = notify.report, in_c(compiler, tmp_path).report
    for report in (ours, theirs):
        assert report.accepted
        assert (report.writes_state, report.reads_clock) == (True, False)
    assert theirs.handled_reads == ours.handled_reads
    assert theirs.handled_writes == ours.handled_writes
    assert theirs.actions == ours.actions


class Rung(Device[DoorbellState]):
    """Its model answers what the filter passes, and keeps that."""

    name = "rung"

    def __init__(self, filter_: Filter[Any]) -> None:
        super().__init__(ManualClock())
        self.regions = (mmio(0x100, register_width=4, filter=filter_),)
        self.seen: list[tuple[object, ...]] = []
        self.doorbells = tuple(
            partial(self.seen.append, ("rings", number)) for number in range(QUEUES)
        )

    def read(self, offset: int, size: int) -> int:
        self.seen.append(("read", offset, size))
        return offset & (1 << 8 * size) - 1

    def write(self, offset: int, value: int, size: int) -> None:
        self.seen.append(("write", offset, value, size))
        self.state.ready = value & 1
        for queue in self.state.queues:
            queue.asleep = bool(value & 2)


BASE = 0x1000_0000


def history(device: Rung, bus: Bus | DefinitionBus) -> list[object]:
    """What accesses give, and leave behind."""
    random, found = Random(3), list[object]()
    bus.attach(device, at=BASE)
    for _ in range(400):
        offset = random.choice((*[Reg.QUEUE_NOTIFY] * 3, 0, 0x52, 0xFE))
        size = random.choice((1, 2, 4, 4, 4, 8))
        value = random.choice((*range(10), 1 << (8 * size - 1)))
        if random.random() < 0.8:
            bus.write(Space.MMIO, BASE + offset, value, size)
            found.append((offset, size, value))
        else:
            found.append((offset, size, bus.read(Space.MMIO, BASE + offset, size)))
        found.append(bytes(device.state))
    found += device.seen
    counts = bus.counts() if isinstance(bus, Bus) else []
    return [*found, *((each.register, each.handled, each.passed) for each in counts)]


@pytest.mark.parametrize("compiler", COMPILERS)
def test_on_the_bus_they_are_equal_access_by_access(compiler: str, tmp_path: Path) -> None:
    filter_, interpreter = in_c(compiler, tmp_path), InterpreterEngine()

    def made(kind: str, clock: Any) -> Bus | DefinitionBus:
        if kind == "definition":
            return DefinitionBus(clock, lambda found: found.load(interpreter))
        return Bus(clock, NativeEngine() if kind == "native" else interpreter)

    for kind in ("native", "interpreter", "definition"):
        ours, theirs = Rung(notify), Rung(filter_)
        expected = history(ours, made(kind, ours.clock))
        assert history(theirs, made(kind, theirs.clock)) == expected
        assert {each for each in expected if each == ("rings", 3)}
        assert {each[0] for each in ours.seen} == {"rings", "read", "write"}


def test_without_filters_models_do_it_all(tmp_path: Path) -> None:
    """The histories above could differ: without a filter nothing rings."""
    device = Rung(notify)
    assert ("rings", 3) not in history(device, Bus(device.clock))  # type: ignore[arg-type]
