# SPDX-License-Identifier: Apache-2.0
"""VM time: monotonic, equal in Python and native code, stopped by a pause, at the host's rate."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

from lightexit.abi import Space
from lightexit.bus.bus import Bus
from lightexit.bus.clock import HostClock, ManualClock
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


@pytest.mark.parametrize("paused", [True, False])
def test_an_advance_of_the_clock_is_kept(paused: bool) -> None:
    clock = HostClock()
    if paused:
        clock.pause()
    before, host = clock.now_ns(), time.monotonic_ns()
    clock.advance(10**12)
    assert 10**12 <= clock.now_ns() - before < 10**12 + time.monotonic_ns() - host + 10**6
    clock.resume()
    time.sleep(0.15)
    clock.refine()
    time.sleep(0.15)  # what it has to make up for, it would have by now
    passed = time.monotonic_ns() - host
    assert abs(clock.now_ns() - before - 10**12 - passed) < 10**8


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
    clock = HostClock()
    begun = behind_host(clock)
    time.sleep(0.15)
    clock.refine()
    time.sleep(0.05)
    assert abs(behind_host(clock) - begun) < 500_000


def test_python_and_native_code_read_the_same_clock() -> None:
    clock = HostClock()
    before, native, after = clock.now_ns(), native_now(clock), clock.now_ns()
    assert before <= native <= after


def test_a_host_clock_starts_at_zero_and_is_calibrated_soon() -> None:
    begun = time.monotonic_ns()
    clock = HostClock()
    assert 0 <= clock.now_ns() <= time.monotonic_ns() - begun < 500_000_000


def test_a_paused_clock_stands_still_and_resumes_from_there() -> None:
    clock = HostClock()
    clock.pause()
    stopped = clock.now_ns()
    time.sleep(0.2)
    clock.refine()
    assert clock.now_ns() == native_now(clock) == stopped
    clock.resume()
    assert stopped <= clock.now_ns() < stopped + 150_000_000


def test_pausing_or_resuming_twice_has_no_further_effect() -> None:
    clock = HostClock()
    clock.resume()
    first = clock.now_ns()
    clock.pause()
    clock.pause()
    assert first <= clock.now_ns() == native_now(clock)


def test_a_clock_that_fell_behind_catches_up_at_once() -> None:
    clock = HostClock()
    begun = behind_host(clock)
    clock.memory.state.rate //= 2
    time.sleep(0.12)
    assert behind_host(clock) - begun > 10_000_000
    clock.refine()
    assert abs(behind_host(clock) - begun) < 500_000


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
