# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from devices.test_pit import ns_of
from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.devices.pit import Pit
from lightexit.devices.port61 import Port61
from lightexit.rigs.rig import Rig
from lightexit.rigs.runners import plain

OUT2, REFRESH = 1 << 5, 1 << 4


def rig(clock: ManualClock) -> Rig:
    pit = Pit(clock, Line())
    return Rig(clock, [pit, Port61(clock, pit)], outputs={0: pit.irq0})


def calibrate(rig: Rig, count: int) -> None:
    """What a kernel does to measure its time stamp counter."""
    rig.outb(0x61, 1)
    rig.outb(0x43, 0xB0)
    rig.outb(0x42, count & 0xFF)
    rig.outb(0x42, count >> 8)


def test_bit_5_is_out_2_and_polling_stays_in_the_filter() -> None:
    clock = ManualClock()
    machine = rig(clock)
    machine.run_by(plain)
    calibrate(machine, 100)
    levels = []
    for tick in range(105):
        clock.advance(ns_of(tick) - clock.now_ns())
        levels.append(bool(machine.inb(0x61) & OUT2))
    assert levels == [False] * 101 + [True] * 4
    assert machine.handled == 105 - 1, "one read found the count waiting to be loaded"


def test_the_gate_starts_the_one_shot() -> None:
    clock = ManualClock()
    machine = rig(clock)
    machine.outb(0x43, 0x92)
    machine.outb(0x42, 3)
    assert machine.inb(0x61) & OUT2
    machine.outb(0x61, 1)
    levels = []
    for tick in range(1, 6):
        clock.advance(ns_of(tick) - clock.now_ns())
        levels.append(bool(machine.inb(0x61) & OUT2))
    assert levels == [False] * 3 + [True] * 2


@given(st.integers(0, 2**62))
@settings(derandomize=True, deadline=None)
def test_the_refresh_bit_is_a_function_of_time(now_ns: int) -> None:
    machine = rig(ManualClock(now_ns))
    reads = {machine.inb(0x61) & REFRESH for _ in range(5)}
    assert len(reads) == 1


def test_the_refresh_bit_toggles_every_15_microseconds() -> None:
    clock = ManualClock()
    machine = rig(clock)
    levels = []
    for tick in range(0, 18 * 6, 3):
        clock.advance(ns_of(tick) - clock.now_ns())
        levels.append(bool(machine.inb(0x61) & REFRESH))
    assert levels == ([False] * 6 + [True] * 6) * 3


def test_four_bits_are_kept() -> None:
    machine = rig(ManualClock())
    machine.outb(0x61, 0xFF)
    assert machine.inb(0x61) == 0x0F
    machine.outb(0x61, 0xF2)
    assert machine.inb(0x61) == 0x02


def test_reset_closes_the_gate() -> None:
    machine = rig(ManualClock())
    machine.outb(0x61, 0x0F)
    machine.devices[1].reset()
    assert machine.inb(0x61) == 0
