# SPDX-License-Identifier: Apache-2.0
"""VM time: monotonic, equal in Python and native code, stopped by a pause, at the host's rate."""

from __future__ import annotations

import ctypes
import subprocess
import sys
import threading
import time
from fractions import Fraction

import pytest

from lightexit.abi import Space
from lightexit.bus.bus import Bus
from lightexit.bus.clock import HostClock, HostTime, ManualClock
from lightexit.bus.native import dispatch


def native_now(clock: HostClock | ManualClock) -> int:
    return int(dispatch().clock_now(clock.memory.address))


def test_a_manual_clock_moves_only_when_told_to() -> None:
    clock = ManualClock(5)
    assert (clock.now_ns(), native_now(clock)) == (5, 5)
    clock.advance(10)
    assert (clock.now_ns(), native_now(clock)) == (15, 15)


def test_a_stepping_clock_moves_with_every_access() -> None:
    clock = ManualClock(step_ns=100)
    bus = Bus(clock)
    for _ in range(3):
        bus.read(Space.PIO, 0x80, 1)
    assert clock.now_ns() == 300


class Host:
    """A host whose time passes when a test says so, and its counter `rate` times as fast; it has
    been up for long."""

    def __init__(self) -> None:
        self.ns, self.ticks, self.rate = 10**9, 10**15, Fraction(4, 3)
        self._gettime = _GETTIME(self._tell)
        address = ctypes.cast(self._gettime, ctypes.c_void_p).value or 0
        self._time = HostTime(lambda: self.ns, self.sleep, address)

    def clock(self) -> HostClock:
        """One that follows it."""

        class Clock(HostClock):
            _host = self._time

        return Clock()

    def sleep(self, seconds: float) -> None:
        """Let time pass, and the counter run."""
        ns = round(seconds * 1e9)
        self.ns += ns
        self.ticks += int(ns * self.rate)

    def _tell(self, clock_id: int, time: ctypes.Array[ctypes.c_int64]) -> int:
        time[0], time[1] = divmod(self.ticks, 10**9)
        return 0


_GETTIME = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_long, ctypes.POINTER(ctypes.c_int64))
#: The rate is a fraction of 2^32, and measured to the ns over some ms.
EXACT_NS = 200


@pytest.mark.parametrize("paused", [True, False])
def test_an_advance_of_the_clock_is_kept(paused: bool) -> None:
    host = Host()
    clock = host.clock()
    if paused:
        clock.pause()
    before = clock.now_ns()
    clock.advance(10**12)
    assert clock.now_ns() - before == 10**12
    if paused:
        host.sleep(0.01)
        assert clock.now_ns() - before == 10**12
    clock.resume()
    host.sleep(0.15)
    clock.refine()
    host.sleep(0.15)  # what it has to make up for, it would have by now
    assert abs(clock.now_ns() - before - 10**12 - 300_000_000) < EXACT_NS


def test_a_manual_clock_needs_no_native_code() -> None:
    program = (
        "import sys; from lightexit.bus.clock import ManualClock; c = ManualClock(); "
        "c.advance(7); heavy = [m for m in sys.modules if 'llvm' in m or 'engine' in m]; "
        "print(c.now_ns(), heavy)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert result.stdout.strip() == "7 []", result.stderr


def behind_host(clock: HostClock) -> int:
    """Host time less VM time; of many looks the one that was interrupted least."""
    looks = []
    for _ in range(100):
        before, vm, after = time.monotonic_ns(), clock.now_ns(), time.monotonic_ns()
        looks.append((after - before, before - vm))
    return min(looks)[1]


def test_vm_time_runs_at_the_rate_of_host_time() -> None:
    """On this host: how well, says the next test."""
    clock = HostClock()
    begun = behind_host(clock)
    time.sleep(0.15)
    clock.refine()
    time.sleep(0.05)
    assert abs(behind_host(clock) - begun) < 5_000_000


def test_what_was_mismeasured_is_made_up_for_within_100_ms() -> None:
    host = Host()
    clock = host.clock()
    host.rate *= Fraction(10_002, 10_000)
    host.sleep(0.15)
    assert abs(clock.now_ns() - 150_030_000) < EXACT_NS
    clock.refine()
    assert abs(clock.now_ns() - 150_030_000) < EXACT_NS  # never back: it runs slower for a while
    host.sleep(0.1)
    assert abs(clock.now_ns() - 250_000_000) < 1_000
    for _ in range(20):
        clock.refine()
        host.sleep(0.1)
    assert abs(clock.now_ns() - 2_250_000_000) < EXACT_NS


def test_it_is_refined_ten_times_a_second_at_most() -> None:
    host = Host()
    clock = host.clock()
    host.rate *= 2
    host.sleep(0.05)
    clock.refine()
    host.sleep(0.04)
    assert abs(clock.now_ns() - 180_000_000) < EXACT_NS
    host.sleep(0.02)
    clock.refine()
    begun = clock.now_ns()
    host.sleep(0.1)
    assert clock.now_ns() - begun < 110_000_000


def test_python_and_native_code_read_the_same_clock() -> None:
    clock = HostClock()
    before, native, after = clock.now_ns(), native_now(clock), clock.now_ns()
    assert before <= native <= after


def test_a_host_clock_starts_at_zero_and_is_calibrated_soon() -> None:
    host = Host()
    begun = host.ns
    clock = host.clock()
    assert (clock.now_ns(), host.ns - begun) == (0, 5_000_000)


def test_a_paused_clock_stands_still_and_resumes_from_there() -> None:
    host = Host()
    clock = host.clock()
    host.sleep(0.01)
    clock.pause()
    stopped = clock.now_ns()
    host.sleep(0.2)
    clock.refine()
    assert clock.now_ns() == native_now(clock) == stopped
    clock.resume()
    assert clock.now_ns() == stopped
    host.sleep(0.2)
    assert abs(clock.now_ns() - stopped - 200_000_000) < EXACT_NS


def test_pausing_or_resuming_twice_has_no_further_effect() -> None:
    clock = HostClock()
    clock.resume()
    first = clock.now_ns()
    clock.pause()
    clock.pause()
    assert first <= clock.now_ns() == native_now(clock)


def test_a_clock_that_fell_behind_catches_up_at_once() -> None:
    host = Host()
    clock = host.clock()
    clock.memory.state.rate //= 2
    host.sleep(0.12)
    assert abs(clock.now_ns() - 60_000_000) < EXACT_NS
    clock.refine()
    assert abs(clock.now_ns() - 120_000_000) < EXACT_NS


def test_time_never_goes_back_under_any_adjustment() -> None:
    clock = HostClock()
    ends = threading.Event()
    wrong: list[tuple[int, int]] = []

    def watch() -> None:
        last = 0
        while not ends.is_set():
            now = native_now(clock)
            if now < last:
                wrong.append((last, now))
            last = now

    watchers = [threading.Thread(target=watch) for _ in range(2)]
    for watcher in watchers:
        watcher.start()
    for factor in range(200):
        clock._adjust(clock._rate * (factor % 3) // 2)
        clock.pause()
        clock.resume()
    ends.set()
    for watcher in watchers:
        watcher.join()
    assert wrong == []
