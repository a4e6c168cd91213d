# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.kernel import ALL_RUNNERS
from devices.rig import Rig, Runner, plain
from devices.ticking_hpet import LINES, ROUTES, TickingHpet
from devices.transparency import (
    Read,
    Step,
    Wait,
    Write,
    assert_engines_agree,
    assert_transparent,
    contents,
)
from lightexit.abi import IoContext, Space
from lightexit.bus.bus import Bus
from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.devices.hpet import BASE, CAPABILITIES, SIZE, Hpet, HpetState, Reg, read_counter
from lightexit.devices.hpet_timer import Config
from lightexit.devices.pic import Pic
from lightexit.engine.native import NativeEngine

LAW = settings(derandomize=True, deadline=None, max_examples=400)
QUICK = settings(derandomize=True, deadline=None, max_examples=100)
MANY = settings(derandomize=True, deadline=None, max_examples=300)
ON, OFF, LEGACY = 1, 0, 2
#: What to do, to which timer or with which value, and how.
Operation = tuple[str, int, int, str]


class Bench:
    """An HPET whose time moves by ticks of 10 ns."""

    def __init__(self, tick: int = 0) -> None:
        self.clock = ManualClock(10 * tick)
        self.rig = rig(self.clock)
        self.hpet = self.rig.devices[0]
        assert isinstance(self.hpet, Hpet)

    def wait(self, count: int) -> None:
        self.rig.wait(10 * count)

    def jump(self, count: int) -> None:
        """Time passes, and nobody tells the device."""
        self.clock.advance(10 * count)

    def read(self, register: int, size: int = 8) -> int:
        return self.rig.read(Space.MMIO, BASE + register, size)

    def write(self, register: int, value: int, size: int = 8) -> None:
        self.rig.write(Space.MMIO, BASE + register, value, size)

    def edges(self, line: int | str) -> list[tuple[int, bool]]:
        number = LINES.index(line)
        return [(ns // 10, level) for ns, output, level in self.rig.edges if output == number]

    def arm(self, index: int, config: int, comparator: int) -> None:
        """Configure a timer on its first route, and set its comparator."""
        self.write(Reg.T0_CONFIG + 0x20 * index, config | ROUTES[0] << 9)
        self.write(Reg.T0_COMPARATOR + 0x20 * index, comparator)


def rig(clock: ManualClock) -> Rig:
    lines = [Line() for _ in LINES]
    hpet = Hpet(clock, lines[0], lines[1], dict(zip(ROUTES, lines[2:], strict=True)))
    return Rig(
        clock,
        [hpet],
        outputs=dict(enumerate(lines)),
        inputs={("irq", 0): hpet.irq0_in, ("irq", 8): hpet.irq8_in},
    )


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
        bench.write(Reg.T0_CONFIG + 0x20 * index, value)
        law.timers[index].write_config(value)
    elif kind in ("ahead", "compare"):
        value = (law.counter + value) % 2**64 if kind == "ahead" else value
        write_part(bench, Reg.T0_COMPARATOR + 0x20 * index, value, part)
        law.timers[index].write_comparator(value, part)
    elif kind == "general":
        bench.write(Reg.CONFIG, value)
        law.write_general(value)
    elif kind == "counter":
        write_part(bench, Reg.COUNTER, value, part)
        whole = law.counter
        low = value if part in ("whole", "low") else whole
        high = value << 32 if part == "high" else value if part == "whole" else whole
        law.counter = high % 2**64 >> 32 << 32 | low % 2**32
    elif kind == "clear":
        bench.write(Reg.STATUS, value)
        law.acknowledge(value)
    else:
        bench.rig.inputs["irq", 8 * index].set(bool(value))
        law.inputs[index] = bool(value)
    law.drive()


def assert_same(bench: Bench, law: TickingHpet) -> None:
    """Every register holds the same."""
    assert bench.read(Reg.COUNTER) == law.counter
    assert bench.read(Reg.CONFIG) == law.running | law.legacy << 1
    assert bench.read(Reg.STATUS) == law.status()
    capable = sum(1 << route for route in ROUTES) << 32
    for index, timer in enumerate(law.timers):
        assert bench.read(Reg.T0_CONFIG + 0x20 * index) == capable | timer.config()
        assert bench.read(Reg.T0_COMPARATOR + 0x20 * index) == timer.comparator


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


@given(st.integers(0, 2**62), st.integers(0, 2**64 - 1), st.integers(0, 2**60))
@QUICK
def test_the_counter_counts_100_mhz_exactly(start: int, value: int, ns: int) -> None:
    bench = Bench()
    bench.clock.advance(start)
    bench.write(Reg.COUNTER, value)
    bench.write(Reg.CONFIG, ON)
    bench.rig.runner = plain
    bench.clock.advance(ns)
    expected = (value + (start + ns) // 10 - start // 10) % 2**64
    assert bench.read(Reg.COUNTER) == expected
    assert bench.read(Reg.COUNTER, 4) == expected % 2**32
    assert bench.read(Reg.COUNTER_HIGH, 4) == expected >> 32
    assert (bench.rig.handled, bench.rig.passed) == (3, 2)


def test_capabilities_tell_what_there_is() -> None:
    bench = Bench()
    assert bench.read(Reg.CAPABILITIES + 4, 4) == 10_000_000  # fs
    low = bench.read(Reg.CAPABILITIES, 4)
    assert (low >> 8 & 31, low >> 13 & 1, low >> 15 & 1) == (2, 1, 1)
    bench.write(Reg.CAPABILITIES, 0)
    assert bench.read(Reg.CAPABILITIES) == CAPABILITIES


def test_power_on() -> None:
    bench = Bench(1234)
    bench.wait(1000)
    assert (bench.read(Reg.COUNTER), bench.read(Reg.CONFIG), bench.read(Reg.STATUS)) == (0, 0, 0)
    assert [bench.read(0x108 + 0x20 * index) for index in range(3)] == [2**64 - 1] * 3
    assert bench.hpet.next_wakeup() is None
    assert bench.rig.edges == []


def test_there_are_no_fsb_interrupts_and_no_fourth_timer() -> None:
    bench = Bench()
    bench.write(Reg.T0_CONFIG, Config.ENABLE | 1 << 14)
    bench.write(0x110, 2**64 - 1)
    bench.write(0x160, 2**64 - 1)
    assert not bench.read(Reg.T0_CONFIG) & (1 << 14 | 1 << 15)
    assert [bench.read(at) for at in (0x08, 0x110, 0x160, 0x168, 0x3F8)] == [0] * 5


@pytest.mark.parametrize("route", range(32))
def test_only_routes_that_are_capable_are_taken(route: int) -> None:
    bench = Bench()
    bench.write(Reg.T2_CONFIG, ROUTES[1] << 9)
    bench.write(Reg.T2_CONFIG, route << 9)
    expected = route if route in ROUTES else ROUTES[1]
    assert bench.read(Reg.T2_CONFIG, 4) >> 9 & 31 == expected


def test_a_periodic_timer_never_drifts() -> None:
    bench = Bench()
    bench.arm(0, Config.ENABLE | Config.PERIODIC | Config.SET_VALUE, 100_003)
    bench.write(Reg.CONFIG, ON)
    bench.rig.wait(10**9)
    rises = [tick for tick, level in bench.edges(20) if level]
    assert rises == list(range(100_003, 10**8 + 1, 100_003))


def test_the_two_writes_by_which_linux_starts_a_periodic_timer() -> None:
    bench = Bench(77)
    bench.write(Reg.CONFIG, ON)
    bench.wait(500)
    flags = Config.ENABLE | Config.PERIODIC | Config.SET_VALUE | Config.USE_32_BITS
    bench.arm(0, flags, 500 + 40)
    bench.wait(1)
    bench.write(Reg.T0_COMPARATOR, 40, 4)
    bench.wait(100)
    assert [tick for tick, level in bench.edges(20) if level] == [77 + 540, 77 + 580]


def test_set_value_serves_one_half_at_a_time() -> None:
    bench = Bench()
    config = Config.PERIODIC | Config.SET_VALUE
    bench.write(Reg.T0_CONFIG, config)
    bench.write(Reg.T0_COMPARATOR, 0x1111_1111, 4)
    assert not bench.read(Reg.T0_CONFIG) & Config.SET_VALUE
    bench.write(Reg.T0_COMPARATOR + 4, 0x2222_2222, 4)
    assert bench.read(Reg.T0_COMPARATOR) == 0xFFFF_FFFF_1111_1111
    bench.write(Reg.T0_CONFIG, config)
    bench.write(Reg.T0_COMPARATOR + 4, 0x2222_2222, 4)
    assert bench.read(Reg.T0_COMPARATOR) == 0x2222_2222_1111_1111


def test_a_level_interrupt_stays_until_its_status_is_cleared() -> None:
    bench = Bench()
    bench.arm(1, Config.ENABLE | Config.LEVEL, 10)
    bench.write(Reg.CONFIG, ON)
    bench.wait(50)
    assert bench.read(Reg.STATUS) == 2
    assert bench.hpet.next_wakeup() is None
    bench.write(Reg.STATUS, 5)
    assert bench.read(Reg.STATUS) == 2
    bench.write(Reg.STATUS, 2)
    assert bench.read(Reg.STATUS) == 0
    assert bench.edges(20) == [(10, True), (50, False)]


def test_status_is_set_without_the_enable_but_the_line_waits_for_it() -> None:
    bench = Bench()
    bench.arm(1, Config.LEVEL, 10)
    bench.write(Reg.CONFIG, ON)
    bench.wait(20)
    assert (bench.read(Reg.STATUS), bench.rig.edges) == (2, [])
    bench.write(Reg.T1_CONFIG, Config.LEVEL | Config.ENABLE | ROUTES[0] << 9)
    assert bench.edges(20) == [(20, True)]


def test_two_timers_share_a_line() -> None:
    bench = Bench()
    bench.arm(0, Config.ENABLE | Config.LEVEL, 10)
    bench.arm(1, Config.ENABLE | Config.LEVEL, 20)
    bench.write(Reg.CONFIG, ON)
    bench.wait(30)
    bench.write(Reg.STATUS, 1)
    bench.write(Reg.STATUS, 2)
    assert bench.edges(20) == [(10, True), (30, False)]


def test_legacy_replacement_takes_irq0_and_irq8_over() -> None:
    bench = Bench()
    bench.rig.inputs["irq", 0].set(True)
    bench.arm(0, Config.ENABLE, 10)
    bench.arm(1, Config.ENABLE, 20)
    bench.write(Reg.CONFIG, ON | LEGACY)
    bench.rig.inputs["irq", 8].set(True)
    bench.wait(30)
    assert bench.edges("irq0") == [(0, True), (0, False), (10, True)]
    assert bench.edges("irq8") == [(20, True)]
    assert bench.edges(20) == []
    bench.write(Reg.CONFIG, OFF)
    assert [line.level for line in bench.rig.outputs.values()] == [True, True, False, False]
    bench.rig.inputs["irq", 0].set(False)
    assert not bench.rig.outputs[0].level


def test_the_8259_gets_every_edge_however_late_it_is_acknowledged() -> None:
    clock = ManualClock()
    pic = Pic(clock, Line())
    hpet = Hpet(clock, pic.input(0), pic.input(8))
    both = Rig(clock, [pic, hpet])
    for port, value in ((0x20, 0x11), (0x21, 8), (0x21, 4), (0x21, 1)):
        both.outb(port, value)
    both.write(Space.MMIO, BASE + Reg.T0_CONFIG, Config.ENABLE | Config.PERIODIC, 8)
    both.write(Space.MMIO, BASE + Reg.T0_CONFIG, 0x4C, 8)
    both.write(Space.MMIO, BASE + Reg.T0_COMPARATOR, 100, 8)
    both.write(Space.MMIO, BASE + Reg.CONFIG, ON | LEGACY, 8)
    for late in (1000, 1990, 1010, 1999):
        both.wait(late)
        assert pic.intr.level
        assert pic.acknowledge() == 8
        both.outb(0x20, 0x20)
        assert not pic.intr.level


def test_a_bus_reads_the_counter_whole_and_by_halves() -> None:
    clock = ManualClock()
    hpet = Hpet(clock, Line(), Line())
    bus = Bus(clock, NativeEngine())
    bus.attach(hpet)
    bus.write(Space.MMIO, BASE + Reg.COUNTER, 2**40 - 1, 8)
    bus.write(Space.MMIO, BASE + Reg.CONFIG, ON, 4)
    clock.advance(10)
    reads = [
        bus.read(Space.MMIO, BASE + at, size) for at, size in ((0xF0, 8), (0xF0, 4), (0xF4, 4))
    ]
    assert reads == [2**40, 0, 2**8]
    counts = [each for each in bus.counts() if each.register.startswith("COUNTER")]
    assert sum(each.handled for each in counts if not each.is_write) == 3


@pytest.mark.parametrize("size", [1, 2, 4])
def test_narrow_accesses_reach_their_bytes(size: int) -> None:
    bench = Bench()
    value = 0x0807_0605_0403_0201
    for at in range(0, 8, size):
        part = value >> 8 * at & (1 << 8 * size) - 1
        bench.write(Reg.COUNTER + at, part, size)
        bench.write(Reg.T1_COMPARATOR + at, part, size)
    assert bench.read(Reg.COUNTER) == bench.read(Reg.T1_COMPARATOR) == value
    reads = [bench.read(Reg.COUNTER + at, size) << 8 * at for at in range(0, 8, size)]
    assert sum(reads) == value


def test_an_access_does_not_reach_the_next_register() -> None:
    bench = Bench()
    bench.write(Reg.T0_COMPARATOR - 4, 2**64 - 1)
    assert bench.read(Reg.T0_COMPARATOR) == 2**64 - 1
    assert bench.read(Reg.COUNTER - 4) == 0


@pytest.mark.parametrize("gap", [1, 2, 3, 10**6, 10**15])
def test_missed_edges_make_one(gap: int) -> None:
    bench = Bench()
    bench.arm(0, Config.ENABLE | Config.PERIODIC | Config.SET_VALUE, 1)
    bench.write(Reg.CONFIG, ON)
    bench.jump(gap)
    bench.hpet.advance(bench.clock.now_ns())
    assert bench.edges(20) == [(gap, True)]
    assert bench.read(Reg.T0_COMPARATOR) == gap + 1
    assert bench.hpet.next_wakeup() == 10 * (gap + 1)


def test_a_disabled_or_rerouted_timer_lets_its_line_fall() -> None:
    for config in (ROUTES[0] << 9, Config.ENABLE | ROUTES[1] << 9):
        bench = Bench()
        bench.arm(0, Config.ENABLE, 10)
        bench.write(Reg.CONFIG, ON)
        bench.wait(11)
        bench.write(Reg.T0_CONFIG, config)
        assert bench.edges(20) == [(10, True), (11, False)]
        assert bench.edges(21) == []


def test_a_reset_lets_the_lines_fall() -> None:
    bench = Bench()
    bench.arm(0, Config.ENABLE, 10)
    bench.write(Reg.CONFIG, ON)
    bench.wait(11)
    bench.hpet.reset()
    assert bench.edges(20) == [(10, True), (11, False)]
    assert bench.read(Reg.COUNTER) == 0


REGISTERS = [*Reg, *(register + 4 for register in Reg)]
VALUES = st.sampled_from([0, 1, 3, 0x4C, 0x28004C, 0x2806, 0x290E, 100, 2**32 - 1, 2**32 + 5])
ADDRESSES = st.builds(BASE.__add__, st.sampled_from(REGISTERS) | st.integers(0, SIZE - 8))
SIZES = st.sampled_from([4, 4, 8, 8, 1, 2])
WAITS = st.integers(0, 50) | st.sampled_from([10**6, 43 * 10**9]) | st.integers(0, 10**15)
traffic = st.lists(
    st.one_of(
        st.builds(Wait, WAITS),
        st.builds(Read, st.just(Space.MMIO), ADDRESSES, SIZES),
        st.builds(
            lambda at, size, value: Write(Space.MMIO, at, size, value % (1 << 8 * size)),
            ADDRESSES,
            SIZES,
            VALUES | st.integers(0, 2**64 - 1),
        ),
    ),
    max_size=60,
)


@pytest.mark.parametrize("runner", ALL_RUNNERS)
@QUICK
@given(start_ns=st.integers(0, 2**62), trace=traffic)
def test_filters_are_transparent(runner: Runner, start_ns: int, trace: Sequence[Step]) -> None:
    assert_transparent(rig, trace, runner, start_ns)


def context(offset: int, size: int, now_ns: int, is_write: bool) -> bytes:
    made = IoContext()
    made.offset, made.size, made.now_ns, made.is_write = offset, size, now_ns, is_write
    return bytes(made)


contexts = st.builds(
    context,
    st.sampled_from([0xF0, 0xF0, 0xF4, 0xF8]) | st.integers(0, SIZE),
    st.integers(0, 8),
    st.integers(0, 2**64 - 1),
    st.sampled_from([False, False, False, True]),
)


@MANY
@given(contents(HpetState), contexts)
def test_engines_agree_on_any_state(state: bytes, given_context: bytes) -> None:
    assert_engines_agree(read_counter, [HpetState], [state], given_context)
