# SPDX-License-Identifier: Apache-2.0
"""When a machine's devices are asked what they next have to do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from lightexit.abi import Struct, u64
from lightexit.bus.bus import Bus
from lightexit.bus.clock import ManualClock
from lightexit.devices.device import Device
from lightexit.vm.schedule import Schedule

NEVER = 2**63
NONE, FIRST, SECOND, ALL = (False, False), (True, False), (False, True), (True, True)


class Due(Struct):
    """When one is due."""

    at_ns: u64 = NEVER


class Timed(Device[Due]):
    """Does nothing at one time, and counts how often it is asked."""

    name = "timed"
    regions = ()

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(clock)
        self.asked = 0
        self.advanced: list[int] = []

    def next_wakeup(self) -> int | None:
        self.asked += 1
        return self.state.at_ns if self.state.at_ns != NEVER else None

    def advance(self, now_ns: int) -> None:
        self.advanced.append(now_ns)
        self.state.at_ns = NEVER


class Two:
    """Two devices, one due at 1,000 ns, in a schedule that has asked both."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.hastened = 0
        self.schedule = Schedule(Bus(self.clock), self.clock, self._hasten)
        self.first, self.second = Timed(self.clock), Timed(self.clock)
        self.first.state.at_ns = 1000
        for device in (self.first, self.second):
            self.schedule.attach(device, None)
        self.look()

    def _hasten(self) -> None:
        self.hastened += 1

    def look(self) -> tuple[bool, bool]:
        """Which were asked."""
        before = self.first.asked, self.second.asked
        self.schedule.advance()
        return self.first.asked > before[0], self.second.asked > before[1]

    def touch(self, at_ns: int) -> None:
        """An access changes when the second device is due."""
        self.second.state.at_ns = at_ns
        self.schedule.touched((self.second.memory,))


@pytest.fixture
def two() -> Two:
    return Two()


def test_one_is_asked_when_it_is_due(two: Two) -> None:
    two.clock.advance(999)
    assert two.look() == NONE
    two.clock.advance(1)
    assert two.look() == FIRST
    assert two.first.advanced == [1000]
    assert two.schedule.deadline_ns is None


def test_all_are_asked_every_100_ms(two: Two) -> None:
    two.first.state.at_ns = NEVER  # and nobody tells
    two.clock.advance(1000)
    assert two.look() == FIRST
    two.clock.advance(99_998_999)
    assert two.look() == NONE
    two.clock.advance(1)
    assert two.look() == ALL


@pytest.mark.parametrize(
    ("at_ns", "deadline_ns", "hastened", "due"), [(5, 5, 1, SECOND), (2000, 1000, 0, FIRST)]
)
def test_an_access_may_bring_the_deadline_forward(
    two: Two, at_ns: int, deadline_ns: int, hastened: int, due: tuple[bool, bool]
) -> None:
    two.touch(at_ns)
    assert (two.schedule.deadline_ns, two.hastened) == (deadline_ns, hastened)
    assert two.look() == NONE
    two.clock.advance(deadline_ns)
    assert two.look() == due


def test_an_access_may_put_it_off(two: Two) -> None:
    two.touch(5)
    two.touch(NEVER)
    assert two.schedule.deadline_ns == 1000


def test_after_another_threads_access_all_are_asked(two: Two) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(two.touch, 5).result()
    assert two.hastened == 1
    assert two.look() == ALL
    assert two.schedule.deadline_ns == 5


def test_after_a_reset_all_are_asked(two: Two) -> None:
    two.schedule.reset(two.second)
    assert two.look() == ALL


def test_when_one_comes_or_goes_all_are_asked(two: Two) -> None:
    third = Timed(two.clock)
    two.schedule.attach(third, None)
    assert two.look() == ALL
    two.schedule.detach(third)
    assert two.look() == ALL
