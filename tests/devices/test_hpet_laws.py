# SPDX-License-Identifier: Apache-2.0
"""The law of the HPET: it is one that ticks."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

import scale
from devices.hpet_bench import Bench
from devices.ticking_hpet import LINES, ROUTES, TickingHpet
from lightexit.devices.hpet import HpetReg

LAW = settings(derandomize=True, deadline=None, max_examples=scale.full(250))
#: What to do, to which timer or with which value, and how.
Operation = tuple[str, int, int, str]

configs = st.builds(
    lambda flags, route: sum(flags) | route << 9,
    st.sets(st.sampled_from([2, 4, 4, 8, 64, 256])),
    st.sampled_from([*ROUTES, ROUTES[0], 5]),
)
timers = st.integers(0, 2)
parts = st.sampled_from(["whole", "whole", "low", "high"])
counters = st.sampled_from([0, 7, 2**32 - 3, 2**32 - 9, 2**64 - 5, 5 << 32])
operations: st.SearchStrategy[list[Operation]] = st.lists(
    st.one_of(
        st.tuples(st.just("config"), timers, configs, st.just("")),
        st.tuples(st.just("ahead"), timers, st.integers(0, 12), parts),
        st.tuples(st.just("compare"), timers, st.integers(0, 12), parts),
        st.tuples(st.just("general"), st.just(0), st.sampled_from([1, 1, 3, 0, 2]), st.just("")),
        st.tuples(st.just("counter"), st.just(0), counters, parts),
        st.tuples(st.just("clear"), st.just(0), st.integers(0, 7), st.just("")),
        st.tuples(st.just("input"), st.integers(0, 1), st.integers(0, 1), st.just("")),
        st.tuples(st.just("wait"), st.just(0), st.integers(1, 12), st.just("")),
        st.tuples(st.just("wait"), st.just(0), st.integers(1, 60), st.just("")),
    ),
    max_size=40,
)


def write_part(bench: Bench, register: int, value: int, part: str) -> None:
    if part == "whole":
        bench.write(register, value)
    else:
        bench.write(register + 4 * (part == "high"), value % 2**32, 4)


def apply(bench: Bench, law: TickingHpet, operation: Operation) -> None:
    """Carry out one operation, other than waiting, on both."""
    kind, index, value, part = operation
    if kind == "config":
        bench.write(HpetReg.T0_CONFIG + 0x20 * index, value)
        law.timers[index].write_config(value)
    elif kind in ("ahead", "compare"):
        value = (law.counter + value) % 2**64 if kind == "ahead" else value
        write_part(bench, HpetReg.T0_COMPARATOR + 0x20 * index, value, part)
        law.timers[index].write_comparator(value, part)
    elif kind == "general":
        bench.write(HpetReg.CONFIG, value)
        law.write_general(value)
    elif kind == "counter":
        write_part(bench, HpetReg.COUNTER, value, part)
        whole = law.counter
        low = value if part in ("whole", "low") else whole
        high = value << 32 if part == "high" else value if part == "whole" else whole
        law.counter = high % 2**64 >> 32 << 32 | low % 2**32
    elif kind == "clear":
        bench.write(HpetReg.STATUS, value)
        law.acknowledge(value)
    else:
        bench.rig.inputs["irq", 8 * index].set(bool(value))
        law.inputs[index] = bool(value)
    law.drive()


def assert_same(bench: Bench, law: TickingHpet) -> None:
    """Every register holds the same."""
    assert bench.read(HpetReg.COUNTER) == law.counter
    assert bench.read(HpetReg.CONFIG) == law.running | law.legacy << 1
    assert bench.read(HpetReg.STATUS) == law.status()
    capable = sum(1 << route for route in ROUTES) << 32
    for index, timer in enumerate(law.timers):
        assert bench.read(HpetReg.T0_CONFIG + 0x20 * index) == capable | timer.config()
        assert bench.read(HpetReg.T0_COMPARATOR + 0x20 * index) == timer.comparator


@LAW
@given(st.integers(0, 2**40), operations)
def test_waiting_is_ticking(start: int, trace: Sequence[Operation]) -> None:
    bench, law = Bench(start), TickingHpet(start)
    for operation in trace:
        if operation[0] == "wait":
            bench.wait(operation[2])
            for _ in range(operation[2]):
                law.clk()
        else:
            apply(bench, law, operation)
        assert_same(bench, law)
        for line in LINES:
            assert bench.edges(line) == law.edges[line], line


@LAW
@given(operations)
def test_jumping_is_ticking(trace: Sequence[Operation]) -> None:
    bench, law = Bench(), TickingHpet(0)
    for operation in trace:
        if operation[0] == "wait":
            bench.jump(operation[2])
            for _ in range(operation[2]):
                law.clk()
        else:
            apply(bench, law, operation)
    assert_same(bench, law)
    assert [line.level for line in bench.rig.outputs.values()] == list(law.levels.values())


@LAW
@given(operations)
def test_next_wakeup_is_the_next_change(trace: Sequence[Operation]) -> None:
    bench, law = Bench(), TickingHpet(0)
    for operation in trace:
        if operation[0] == "wait":
            bench.wait(operation[2])
            for _ in range(operation[2]):
                law.clk()
        else:
            apply(bench, law, operation)
    seen = sum(map(len, law.edges.values()))
    wakeup = bench.hpet.next_wakeup()
    last = min(law.tick + 70, wakeup // 10 if wakeup is not None else law.tick + 70)
    while law.tick < last - 1:
        law.clk()
        assert sum(map(len, law.edges.values())) == seen
    if wakeup == 10 * last:
        due = [timer.due for timer in bench.hpet.state.timers]
        assert last in due
