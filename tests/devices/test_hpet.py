# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.hpet_bench import LEGACY, OFF, ON, Bench
from devices.ticking_hpet import ROUTES
from lightexit.abi import Space
from lightexit.bus.bus import Bus
from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.devices.hpet import CAPABILITIES, Hpet, HpetReg
from lightexit.devices.hpet_timer import Config
from lightexit.devices.pic import Pic
from lightexit.engine.native import NativeEngine
from lightexit.rigs.rig import Rig
from lightexit.rigs.runners import plain
from lightexit.vm.places import HPET as BASE

QUICK = settings(derandomize=True, deadline=None, max_examples=60)


@given(st.integers(0, 2**62), st.integers(0, 2**64 - 1), st.integers(0, 2**60))
@QUICK
def test_the_counter_counts_100_mhz_exactly(start: int, value: int, ns: int) -> None:
    bench = Bench()
    bench.clock.advance(start)
    bench.write(HpetReg.COUNTER, value)
    bench.write(HpetReg.CONFIG, ON)
    bench.rig.run_by(plain)
    bench.clock.advance(ns)
    expected = (value + (start + ns) // 10 - start // 10) % 2**64
    assert bench.read(HpetReg.COUNTER) == expected
    assert bench.read(HpetReg.COUNTER, 4) == expected % 2**32
    assert bench.read(HpetReg.COUNTER_HIGH, 4) == expected >> 32
    assert (bench.rig.handled, bench.rig.passed) == (3, 0)


def test_capabilities_describe_the_counter_and_timers() -> None:
    bench = Bench()
    assert bench.read(HpetReg.CAPABILITIES + 4, 4) == 10_000_000  # fs
    low = bench.read(HpetReg.CAPABILITIES, 4)
    assert (low >> 8 & 31, low >> 13 & 1, low >> 15 & 1) == (2, 1, 1)
    bench.write(HpetReg.CAPABILITIES, 0)
    assert bench.read(HpetReg.CAPABILITIES) == CAPABILITIES


def test_power_on() -> None:
    bench = Bench(1234)
    bench.wait(1000)
    assert (
        bench.read(HpetReg.COUNTER),
        bench.read(HpetReg.CONFIG),
        bench.read(HpetReg.STATUS),
    ) == (0, 0, 0)
    assert [bench.read(0x108 + 0x20 * index) for index in range(3)] == [2**64 - 1] * 3
    assert bench.hpet.next_wakeup() is None
    assert bench.rig.edges == []


def test_there_are_no_fsb_interrupts_and_no_fourth_timer() -> None:
    bench = Bench()
    bench.write(HpetReg.T0_CONFIG, Config.ENABLE | 1 << 14)
    bench.write(0x110, 2**64 - 1)
    bench.write(0x160, 2**64 - 1)
    assert not bench.read(HpetReg.T0_CONFIG) & (1 << 14 | 1 << 15)
    assert [bench.read(at) for at in (0x08, 0x110, 0x160, 0x168, 0x3F8)] == [0] * 5


@pytest.mark.parametrize("route", range(32))
def test_only_routes_that_are_capable_are_taken(route: int) -> None:
    bench = Bench()
    bench.write(HpetReg.T2_CONFIG, ROUTES[1] << 9)
    bench.write(HpetReg.T2_CONFIG, route << 9)
    expected = route if route in ROUTES else ROUTES[1]
    assert bench.read(HpetReg.T2_CONFIG, 4) >> 9 & 31 == expected


def test_a_periodic_timer_never_drifts() -> None:
    bench = Bench()
    bench.arm(0, Config.ENABLE | Config.PERIODIC | Config.SET_VALUE, 100_003)
    bench.write(HpetReg.CONFIG, ON)
    bench.rig.wait(10**9)
    rises = [tick for tick, level in bench.edges(20) if level]
    assert rises == list(range(100_003, 10**8 + 1, 100_003))


def test_the_two_writes_by_which_linux_starts_a_periodic_timer() -> None:
    bench = Bench(77)
    bench.write(HpetReg.CONFIG, ON)
    bench.wait(500)
    flags = Config.ENABLE | Config.PERIODIC | Config.SET_VALUE | Config.USE_32_BITS
    bench.arm(0, flags, 500 + 40)
    bench.wait(1)
    bench.write(HpetReg.T0_COMPARATOR, 40, 4)
    bench.wait(100)
    assert [tick for tick, level in bench.edges(20) if level] == [77 + 540, 77 + 580]


def test_set_value_serves_one_half_at_a_time() -> None:
    bench = Bench()
    config = Config.PERIODIC | Config.SET_VALUE
    bench.write(HpetReg.T0_CONFIG, config)
    bench.write(HpetReg.T0_COMPARATOR, 0x1111_1111, 4)
    assert not bench.read(HpetReg.T0_CONFIG) & Config.SET_VALUE
    bench.write(HpetReg.T0_COMPARATOR + 4, 0x2222_2222, 4)
    assert bench.read(HpetReg.T0_COMPARATOR) == 0xFFFF_FFFF_1111_1111
    bench.write(HpetReg.T0_CONFIG, config)
    bench.write(HpetReg.T0_COMPARATOR + 4, 0x2222_2222, 4)
    assert bench.read(HpetReg.T0_COMPARATOR) == 0x2222_2222_1111_1111


def test_a_level_interrupt_stays_until_its_status_is_cleared() -> None:
    bench = Bench()
    bench.arm(1, Config.ENABLE | Config.LEVEL, 10)
    bench.write(HpetReg.CONFIG, ON)
    bench.wait(50)
    assert bench.read(HpetReg.STATUS) == 2
    assert bench.hpet.next_wakeup() is None
    bench.write(HpetReg.STATUS, 5)
    assert bench.read(HpetReg.STATUS) == 2
    bench.write(HpetReg.STATUS, 2)
    assert bench.read(HpetReg.STATUS) == 0
    assert bench.edges(20) == [(10, True), (50, False)]


def test_status_is_set_without_the_enable_but_the_line_waits_for_it() -> None:
    bench = Bench()
    bench.arm(1, Config.LEVEL, 10)
    bench.write(HpetReg.CONFIG, ON)
    bench.wait(20)
    assert (bench.read(HpetReg.STATUS), bench.rig.edges) == (2, [])
    bench.write(HpetReg.T1_CONFIG, Config.LEVEL | Config.ENABLE | ROUTES[0] << 9)
    assert bench.edges(20) == [(20, True)]


def test_two_timers_share_a_line() -> None:
    bench = Bench()
    bench.arm(0, Config.ENABLE | Config.LEVEL, 10)
    bench.arm(1, Config.ENABLE | Config.LEVEL, 20)
    bench.write(HpetReg.CONFIG, ON)
    bench.wait(30)
    bench.write(HpetReg.STATUS, 1)
    bench.write(HpetReg.STATUS, 2)
    assert bench.edges(20) == [(10, True), (30, False)]


def test_legacy_replacement_takes_irq0_and_irq8_over() -> None:
    bench = Bench()
    bench.rig.inputs["irq", 0].set(True)
    bench.arm(0, Config.ENABLE, 10)
    bench.arm(1, Config.ENABLE, 20)
    bench.write(HpetReg.CONFIG, ON | LEGACY)
    bench.rig.inputs["irq", 8].set(True)
    bench.wait(30)
    assert bench.edges("irq0") == [(0, True), (0, False), (10, True)]
    assert bench.edges("irq8") == [(20, True)]
    assert bench.edges(20) == []
    bench.write(HpetReg.CONFIG, OFF)
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
    both.write(Space.MMIO, BASE + HpetReg.T0_CONFIG, Config.ENABLE | Config.PERIODIC, 8)
    both.write(Space.MMIO, BASE + HpetReg.T0_CONFIG, 0x4C, 8)
    both.write(Space.MMIO, BASE + HpetReg.T0_COMPARATOR, 100, 8)
    both.write(Space.MMIO, BASE + HpetReg.CONFIG, ON | LEGACY, 8)
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
    bus.attach(hpet, at=BASE)
    bus.write(Space.MMIO, BASE + HpetReg.COUNTER, 2**40 - 1, 8)
    bus.write(Space.MMIO, BASE + HpetReg.CONFIG, ON, 4)
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
        bench.write(HpetReg.COUNTER + at, part, size)
        bench.write(HpetReg.T1_COMPARATOR + at, part, size)
    assert bench.read(HpetReg.COUNTER) == bench.read(HpetReg.T1_COMPARATOR) == value
    reads = [bench.read(HpetReg.COUNTER + at, size) << 8 * at for at in range(0, 8, size)]
    assert sum(reads) == value


def test_an_access_does_not_reach_the_next_register() -> None:
    bench = Bench()
    bench.write(HpetReg.T0_COMPARATOR - 4, 2**64 - 1)
    assert bench.read(HpetReg.T0_COMPARATOR) == 2**64 - 1
    assert bench.read(HpetReg.COUNTER - 4) == 0


@pytest.mark.parametrize("gap", [1, 2, 3, 10**6, 10**15])
def test_missed_edges_make_one(gap: int) -> None:
    bench = Bench()
    bench.arm(0, Config.ENABLE | Config.PERIODIC | Config.SET_VALUE, 1)
    bench.write(HpetReg.CONFIG, ON)
    bench.jump(gap)
    bench.hpet.advance(bench.clock.now_ns())
    assert bench.edges(20) == [(gap, True)]
    assert bench.read(HpetReg.T0_COMPARATOR) == gap + 1
    assert bench.hpet.next_wakeup() == 10 * (gap + 1)


def test_a_disabled_or_rerouted_timer_lets_its_line_fall() -> None:
    for config in (ROUTES[0] << 9, Config.ENABLE | ROUTES[1] << 9):
        bench = Bench()
        bench.arm(0, Config.ENABLE, 10)
        bench.write(HpetReg.CONFIG, ON)
        bench.wait(11)
        bench.write(HpetReg.T0_CONFIG, config)
        assert bench.edges(20) == [(10, True), (11, False)]
        assert bench.edges(21) == []


def test_a_short_one_shot_also_matches_when_the_counter_wraps() -> None:
    bench = Bench()
    bench.write(HpetReg.COUNTER, 2**33 - 20)
    bench.arm(0, Config.ENABLE | Config.LEVEL | Config.USE_32_BITS, 30)
    bench.write(HpetReg.CONFIG, ON)
    bench.wait(25)
    bench.write(HpetReg.STATUS, 1)
    bench.wait(2**32 + 50)
    assert [tick for tick, level in bench.edges(20) if level] == [20, 50]
    bench.write(HpetReg.STATUS, 1)
    assert bench.hpet.next_wakeup() == 10 * (20 + 2**33)


def test_halting_the_counter_drops_an_edge_for_good() -> None:
    bench = Bench()
    bench.arm(0, Config.ENABLE, 10)
    bench.write(HpetReg.CONFIG, ON)
    bench.wait(11)
    for config in (OFF, ON):
        bench.write(HpetReg.CONFIG, config)
    assert bench.edges(20) == [(10, True), (11, False)]


def test_edge_interrupts_do_not_set_status() -> None:
    bench = Bench()
    bench.arm(0, Config.ENABLE, 10)
    bench.write(HpetReg.CONFIG, ON)
    bench.wait(11)
    assert bench.read(HpetReg.STATUS) == 0
    bench.write(HpetReg.STATUS, 7)
    assert bench.edges(20) == [(10, True)]


def test_a_level_timer_with_a_raised_line_has_no_wakeup() -> None:
    bench = Bench()
    bench.arm(0, Config.ENABLE | Config.LEVEL | Config.PERIODIC | Config.SET_VALUE, 10)
    bench.write(HpetReg.CONFIG, ON)
    bench.wait(11)
    assert bench.hpet.next_wakeup() is None
    bench.write(HpetReg.STATUS, 1)
    assert bench.hpet.next_wakeup() == 10 * 20


def test_a_reset_lets_the_lines_fall() -> None:
    bench = Bench()
    bench.arm(0, Config.ENABLE, 10)
    bench.write(HpetReg.CONFIG, ON)
    bench.wait(11)
    bench.hpet.reset()
    assert bench.edges(20) == [(10, True), (11, False)]
    assert bench.read(HpetReg.COUNTER) == 0
