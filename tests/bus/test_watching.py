# SPDX-License-Identifier: Apache-2.0
"""Trace points: start of an access, answer of each piece, end of the access."""

from __future__ import annotations

import time

import pytest

from bus.plain import Recorder
from bus.test_msrs import BASE, Msrs
from lightexit.abi import Space
from lightexit.bus.bus import Bus
from lightexit.bus.clock import HostClock, ManualClock
from lightexit.bus.region import pio
from lightexit.bus.watching import TraceEvent
from lightexit.engine.native import NativeEngine
from lightexit.errors import LightexitError
from lightexit.runtime.layout import TracePoint


def traced(bus: Bus) -> list[TraceEvent]:
    events: list[TraceEvent] = []
    bus.trace(events.append)
    return events


def lines(events: list[TraceEvent]) -> list[str]:
    return [str(event).split(" ", 2)[2] for event in events]


def test_filter_and_model() -> None:
    bus = Bus(ManualClock(), NativeEngine())
    bus.attach(Msrs(bus.clock))
    events = traced(bus)
    bus.write(Space.MSR, BASE, 0x1234, 8)
    bus.read(Space.MSR, BASE + 1, 8)
    assert lines(events) == [
        f"access_in: MSR write {BASE:#x} size 8 data 0x1234",
        f"handled: MSR write {BASE:#x} size 8 data 0x1234",
        f"access_out: MSR write {BASE:#x} size 8 data 0x1234",
        f"access_in: MSR read {BASE + 1:#x} size 8",
        f"passed: MSR read {BASE + 1:#x} size 8 data 0x0",
        f"access_out: MSR read {BASE + 1:#x} size 8 data 0x0",
    ]


def test_split_and_unclaimed_accesses_are_traced() -> None:
    bus = Bus(ManualClock())
    bus.attach(Recorder(pio(2, register_width=1).at(0x40)))
    events = traced(bus)
    bus.read(Space.PIO, 0x40, 4)
    assert [(event.point, event.address, event.size) for event in events] == [
        (TracePoint.ACCESS_IN, 0x40, 4),
        (TracePoint.PASSED, 0x40, 1),
        (TracePoint.PASSED, 0x41, 1),
        (TracePoint.UNCLAIMED, 0x42, 1),
        (TracePoint.UNCLAIMED, 0x43, 1),
        (TracePoint.ACCESS_OUT, 0x40, 4),
    ]
    assert events[-1].data == sum(
        event.data << 8 * index for index, event in enumerate(events[1:5])
    )


def test_time_is_vm_time() -> None:
    bus = Bus(ManualClock(5, step_ns=7))
    events = traced(bus)
    bus.read(Space.PIO, 1, 1)
    assert [event.now_ns for event in events] == [12, 12, 12]


def test_ending_a_trace_restores_timing() -> None:
    bus = Bus(ManualClock())
    bus.timed = True
    events = traced(bus)
    bus.trace(None)
    bus.read(Space.PIO, 1, 1)
    assert events == []
    assert bus.timed
    assert bus._tables.fields.watched
    bus.timed = False
    assert not bus._tables.fields.watched


def test_the_time_of_an_access_is_without_the_listener() -> None:
    def sleep(event: TraceEvent) -> None:
        time.sleep(0.05)

    bus = Bus(HostClock())
    bus.attach(Recorder(pio(1).at(0x40)))
    bus.timed = True
    bus.trace(sleep)
    bus.read(Space.PIO, 0x40, 1)
    (count,) = bus.counts()
    assert 0 < count.passed_ns < 40_000_000


def test_a_listener_that_raises_ends_the_trace() -> None:
    def fail(event: TraceEvent) -> None:
        raise OSError(28, "No space left on device")

    bus = Bus(ManualClock())
    bus.trace(fail)
    with pytest.raises((LightexitError, OSError), match="No space left on device"):
        bus.read(Space.PIO, 1, 1)
    assert bus.read(Space.PIO, 1, 1) == 0xFF


def test_answers_say_how_long_they_took() -> None:
    class Slow(Recorder):
        def read(self, offset: int, size: int) -> int:
            time.sleep(0.002)
            return super().read(offset, size)

    bus = Bus(ManualClock())
    bus.attach(Slow(pio(4, register_width=4).at(0x40)))
    events = traced(bus)
    bus.read(Space.PIO, 0x40, 4)
    begun, answered, ended = (event.ticks for event in events)
    assert (begun, ended) == (0, 0)
    assert 2e6 <= answered * bus.ns_per_tick() < 1e9
