# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scale
from devices.ticking import TickingCounter
from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.devices.pit import FREQUENCY, NS, Pit, ticks
from lightexit.rigs.rig import Rig
from lightexit.rigs.runners import plain

LAW = settings(derandomize=True, deadline=None, max_examples=scale.full(300))
#: A port write, a gate level, or a number of ticks that pass.
Operation = tuple[str, int]


def ns_of(tick: int) -> int:
    """The first nanosecond of a tick."""
    return -(-tick * NS // FREQUENCY)


class Bench:
    """A PIT whose time moves by ticks."""

    def __init__(self, tick: int = 0) -> None:
        self.tick = tick
        self.clock = ManualClock(ns_of(tick))
        self.pit = Pit(self.clock, Line())
        self.rig = Rig(self.clock, [self.pit], outputs={0: self.pit.irq0})

    def wait(self, count: int) -> None:
        self.tick += count
        self.rig.wait(ns_of(self.tick) - self.clock.now_ns())

    def jump(self, count: int) -> None:
        """Time passes without `advance`."""
        self.tick += count
        self.clock.advance(ns_of(self.tick) - self.clock.now_ns())

    def out(self, port: int, *values: int) -> None:
        for value in values:
            self.rig.outb(port, value)

    def count(self, channel: int) -> int:
        """Latch and read a count of two bytes."""
        self.out(0x43, channel << 6)
        return self.rig.inb(0x40 + channel) | self.rig.inb(0x40 + channel) << 8

    def status(self, channel: int) -> int:
        self.out(0x43, 0xE0 | 2 << channel)
        return self.rig.inb(0x40 + channel)

    def level(self, channel: int) -> bool:
        return self.pit.counter_at(channel, self.tick).output(self.tick)


controls = st.builds(
    lambda access, mode, bcd: ("control", access << 4 | mode << 1 | bcd),
    st.sampled_from([1, 1, 2, 3]),
    st.integers(0, 7),
    st.booleans(),
)
operations: st.SearchStrategy[list[Operation]] = st.lists(
    st.one_of(
        controls,
        st.tuples(st.just("byte"), st.integers(0, 9) | st.integers(0, 255)),
        st.tuples(st.just("byte"), st.integers(0, 9)),
        st.tuples(st.just("gate"), st.integers(0, 1)),
        st.tuples(st.just("wait"), st.integers(1, 5) | st.integers(1, 50)),
    ),
    max_size=40,
)


def apply(bench: Bench, law: TickingCounter, channel: int, operation: Operation) -> None:
    kind, value = operation
    if kind == "control":
        bench.out(0x43, channel << 6 | value)
        law.control(value)
    elif kind == "byte":
        bench.out(0x40 + channel, value)
        law.write(value)
    elif kind == "gate":
        bench.pit.set_gate(bool(value))
        law.set_gate(bool(value))
    else:
        for _ in range(value):
            bench.jump(1)
            law.clk()
            assert_same(bench, law, channel)


def assert_same(bench: Bench, law: TickingCounter, channel: int) -> None:
    before = bytes(bench.pit.state)
    counter = bench.pit.counter_at(channel, bench.tick)
    assert counter.output(bench.tick) == law.out
    if law.element is not None:
        assert counter.shown(bench.tick) == law.shown()
        assert counter.null_count == law.null
    bench.pit.state.buffer[:] = before  # looking may not be what makes it right


@LAW
@given(st.integers(0, 2**40), operations)
def test_jumping_is_ticking(start: int, trace: Sequence[Operation]) -> None:
    bench, law = Bench(start), TickingCounter(gate=False)
    for operation in trace:
        apply(bench, law, 2, operation)
        assert_same(bench, law, 2)


@LAW
@given(operations)
def test_irq0_changes_exactly_when_out_does(trace: Sequence[Operation]) -> None:
    bench, law = Bench(7), TickingCounter(gate=True)
    expected: list[tuple[int, bool]] = []
    for kind, value in trace:
        if kind == "wait":
            for tick in range(bench.tick + 1, bench.tick + value + 1):
                law.clk()
                note(expected, tick, law.out)
            bench.wait(value)
        elif kind != "gate":
            apply(bench, law, 0, (kind, value))
            note(expected, bench.tick, law.out)
    assert [(ticks(ns), level) for ns, _, level in bench.rig.edges] == expected


def note(edges: list[tuple[int, bool]], tick: int, level: bool) -> None:
    if level != (edges[-1][1] if edges else False):
        edges.append((tick, level))


@LAW
@given(operations, st.integers(1, 100))
def test_next_wakeup_is_the_next_change(trace: Sequence[Operation], ahead: int) -> None:
    bench, law = Bench(), TickingCounter(gate=True)
    for kind, value in trace:
        if kind == "wait":
            bench.wait(value)
        elif kind != "gate":
            apply(bench, law, 0, (kind, value))
    wakeup = bench.pit.next_wakeup()
    counter = bench.pit.state.counters[0]
    last = bench.tick + ahead if wakeup is None else min(bench.tick + ahead, ticks(wakeup) - 1)
    levels = {counter.output(tick) for tick in range(bench.tick, last + 1)}
    assert levels == {bench.pit.irq0.level}
    if wakeup is not None and counter.due > ticks(wakeup):
        assert counter.output(ticks(wakeup)) != bench.pit.irq0.level
        assert ns_of(ticks(wakeup)) == wakeup


@pytest.mark.parametrize("mode", [2, 6, 3, 7])
@pytest.mark.parametrize("reload", [2, 3, 7, 1193, 65_535, 65_536])
def test_periodic_counts_stay_within_one_period(mode: int, reload: int) -> None:
    bench = Bench()
    bench.out(0x43, 0x30 | mode << 1)
    bench.out(0x40, reload & 0xFF, reload >> 8 & 0xFF)
    seen = set()
    for step in [1] + [reload // 5 + 1] * 30:
        bench.jump(step)
        seen.add(bench.count(0))
    if reload == 65_536:
        seen = {count or reload for count in seen}
    assert min(seen) >= (0 if mode & 3 == 3 and reload % 2 else 1)
    assert max(seen) <= reload
    assert len(seen) > 1 or reload == 2


def test_a_rate_generator_never_drifts() -> None:
    bench = Bench()
    bench.out(0x43, 0x34)
    bench.out(0x40, 0xA9, 0x04)
    bench.rig.edges.clear()
    bench.rig.wait(10 * NS, most=30_000)
    rising = [ns for ns, _, level in bench.rig.edges if level]
    assert len(rising) == 10 * FREQUENCY // 1193
    assert [ticks(ns) for ns in rising] == [1 + 1193 * n for n in range(1, len(rising) + 1)]


def test_mode_0_interrupts_one_tick_after_its_count() -> None:
    bench = Bench()
    bench.out(0x43, 0x30)
    bench.out(0x40, 4, 0)
    levels = []
    for _ in range(7):
        levels.append(bench.level(0))
        bench.jump(1)
    assert levels == [False] * 5 + [True] * 2


def test_the_first_byte_stops_mode_0() -> None:
    bench = Bench()
    bench.out(0x43, 0x30)
    bench.out(0x40, 0x88, 0x13)
    bench.jump(1001)
    bench.out(0x40, 0x34)
    held = bench.count(0)
    bench.jump(500)
    assert (held, bench.count(0)) == (4000, 4000)
    bench.out(0x40, 0x12)
    bench.jump(11)
    assert bench.count(0) == 0x1234 - 10


def test_a_new_count_in_mode_2_waits_for_the_period_to_end() -> None:
    bench = Bench()
    bench.out(0x43, 0x34)
    bench.out(0x40, 100, 0)
    bench.jump(41)
    bench.out(0x40, 50, 0)
    assert bench.count(0) == 60
    assert bench.status(0) & 0x40
    bench.jump(59)
    assert bench.count(0) == 1
    bench.jump(1)
    assert bench.count(0) == 50
    assert not bench.status(0) & 0x40


def test_gate_low_pauses_and_raises_out() -> None:
    bench = Bench()
    bench.pit.set_gate(True)
    bench.out(0x43, 0xB4)
    bench.out(0x42, 3, 0)
    bench.jump(3)
    assert (bench.count(2), bench.level(2)) == (1, False)
    bench.pit.set_gate(False)
    bench.jump(10)
    assert (bench.count(2), bench.level(2)) == (1, True)
    bench.pit.set_gate(True)
    bench.jump(1)
    assert bench.count(2) == 3


def test_binary_coded_decimal() -> None:
    bench = Bench()
    bench.out(0x43, 0x31)
    bench.out(0x40, 0x00, 0x10)
    bench.jump(2)
    assert bench.count(0) == 0x0999
    bench.jump(1000)
    assert bench.count(0) == 0x9999


def test_a_latched_count_holds_until_it_is_read() -> None:
    bench = Bench()
    bench.out(0x43, 0x34)
    bench.out(0x40, 0, 0)
    bench.jump(1000)
    bench.out(0x43, 0)
    bench.jump(1000)
    bench.out(0x43, 0)
    latched = 65_536 - 999
    assert bench.rig.inb(0x40) == latched & 0xFF
    bench.jump(1000)
    assert bench.rig.inb(0x40) == latched >> 8
    assert bench.count(0) == 65_536 - 2999


def test_read_back_latches_counts_and_statuses_of_several_counters() -> None:
    bench = Bench()
    bench.out(0x43, 0x34, 0x76)
    bench.out(0x40, 0x10, 0x27)
    bench.out(0x41, 0x12, 0)
    bench.jump(3)
    bench.out(0x43, 0xC0 | 2 | 4)
    bench.jump(100)
    reads = [bench.rig.inb(port) for port in (0x40, 0x40, 0x40, 0x41, 0x41, 0x41)]
    assert reads == [0x80 | 0x34, 0x0E, 0x27, 0x80 | 0x36, 0x0E, 0]


def test_a_control_word_drops_what_was_latched() -> None:
    bench = Bench()
    bench.out(0x43, 0x34)
    bench.out(0x40, 0x10, 0x27)
    bench.jump(5)
    bench.out(0x43, 0xC2, 0x14)
    bench.out(0x40, 9)
    bench.jump(1)
    assert bench.rig.inb(0x40) == 9


def test_status_has_null_count_and_the_control_word_as_written() -> None:
    bench = Bench()
    bench.out(0x43, 0x3E)
    assert bench.status(0) == 0x80 | 0x40 | 0x3E
    bench.out(0x40, 4)
    assert bench.status(0) & 0x40
    bench.out(0x40, 0)
    bench.jump(1)
    assert bench.status(0) == 0x80 | 0x3E
    bench.jump(2)
    assert bench.status(0) == 0x3E


@pytest.mark.parametrize("gap", [2, 3, 4, 5, 10**6, 10**6 + 1, 10**15])
@pytest.mark.parametrize("mode", [2, 3])
def test_missed_edges_make_one_pulse(mode: int, gap: int) -> None:
    bench = Bench()
    bench.out(0x43, 0x30 | mode << 1)
    bench.out(0x40, 2, 0)
    bench.wait(1)
    bench.rig.edges.clear()
    bench.jump(gap)
    bench.pit.advance(bench.clock.now_ns())
    assert 1 <= len([level for _, _, level in bench.rig.edges if level]) <= 2
    assert bench.pit.irq0.level == bench.level(0)
    wakeup = bench.pit.next_wakeup()
    assert wakeup is not None
    assert wakeup > bench.clock.now_ns()


def test_nothing_can_be_read_from_the_control_port() -> None:
    assert Bench().rig.inb(0x43) == 0xFF


def test_the_filter_answers_polling() -> None:
    bench = Bench()
    bench.rig.run_by(plain)
    bench.out(0x43, 0xB0)
    bench.out(0x42, 0xFF, 0xFF)
    bench.jump(1)
    before = bench.rig.handled
    for _ in range(1000):
        bench.jump(3)
        bench.rig.inb(0x42)
    assert bench.rig.handled - before == 1000 - 1
