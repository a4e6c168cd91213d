# SPDX-License-Identifier: Apache-2.0
"""Timers of both kinds, and alarms by them."""

from __future__ import annotations

import os
import queue
import threading
import time
from pathlib import Path
from random import Random

import pytest

from lightexit.vm import alarm as alarms
from lightexit.vm.alarm import Alarm
from lightexit.vm.timer import ConditionTimer, TimerFd, timer

MS = 1_000_000


@pytest.fixture(params=["timerfd", "condition"], autouse=True)
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Which timers alarms have."""
    if request.param == "condition":
        monkeypatch.setattr(alarms, "timer", ConditionTimer)
    elif not isinstance(found := timer(time.monotonic_ns), TimerFd):
        pytest.skip("this host has no timerfd(2)")
    else:
        found.close()
    return str(request.param)


def test_an_alarm_rings_once_at_its_time() -> None:
    rung = queue.Queue[int]()
    with Alarm(lambda: rung.put(time.monotonic_ns())) as alarm:
        due = time.monotonic_ns() + 10 * MS
        alarm.set(due)
        assert rung.get(timeout=20) >= due
        alarm.set(time.monotonic_ns() + 1000 * MS)
        alarm.set(None)
    assert rung.empty()


def test_a_time_that_has_passed_rings_at_once() -> None:
    rung = threading.Event()
    with Alarm(rung.set) as alarm:
        alarm.set(0)
        assert rung.wait(20)


def test_an_alarm_is_brought_forward_and_never_put_off() -> None:
    rung = queue.Queue[int]()
    with Alarm(lambda: rung.put(0)) as alarm:
        alarm.hasten(0)  # there is nothing to bring forward
        alarm.set(time.monotonic_ns() + 60_000 * MS)
        alarm.hasten(time.monotonic_ns() + 5 * MS)
        alarm.hasten(time.monotonic_ns() + 90_000 * MS)
        rung.get(timeout=20)
    assert rung.empty()


def test_none_is_lost_among_many() -> None:
    random, rung = Random(1), threading.Event()
    with Alarm(rung.set) as alarm:
        for _ in range(300):
            alarm.set(time.monotonic_ns() + random.randrange(2 * MS))
            alarm.hasten(time.monotonic_ns() + random.randrange(MS))
            assert rung.wait(20)
            rung.clear()
            alarm.set(None)
            rung.clear()


def test_an_alarm_leaves_nothing_open(kind: str) -> None:
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0
    for _ in range(5):
        Alarm(lambda: None)
        with Alarm(lambda: None) as alarm:
            alarm.set(0)
    after = len(os.listdir("/proc/self/fd")) if before else 0
    assert after == before
