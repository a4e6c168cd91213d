# SPDX-License-Identifier: Apache-2.0
"""Doorbells of running guests: none lost, none spurious, fewer than a plain ioeventfd needs."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from bus.ringing import BACK_ENDS, Consumer, Rig, always, rig, run_guests
from lightexit.bus.doorbell import Bell, EventFd

pytestmark = pytest.mark.skipif(not hasattr(os, "eventfd"), reason="this host has no eventfd")

GUESTS, RINGS = 2, 5000
BURSTS, BURST = 10, 50


@pytest.mark.parametrize("make", [EventFd, Bell])
@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_no_doorbell_is_lost_and_none_is_signalled_without_need(
    back_end: str, make: Callable[[], Bell | EventFd]
) -> None:
    total = GUESTS * RINGS
    with rig(back_end, GUESTS, RINGS, make) as ringing:
        consumer = Consumer(ringing, total)
        thread = threading.Thread(target=consumer.run)
        thread.start()
        run_guests(ringing.guests)
        thread.join()
        consumer.finish()
        ringing.bus.raise_failure()
    queue, (count,) = ringing.device.queue, ringing.bus.counts()
    print(f"{back_end} {make.__name__}: {consumer}, {count}")
    assert not consumer.lost
    assert (consumer.taken, queue.rings, count.accesses) == (total, total, total)
    assert consumer.signals == consumer.armed - consumer.disarmed - queue.asleep
    assert 0 < consumer.wakes <= consumer.signals
    assert ringing.device.memory.header.version % 2 == 0


def wakes_and_signals(back_end: str, **how: Any) -> tuple[int, int]:
    """What bursts of entries cost a consumer that is at work for as long as each lasts."""
    with rig(back_end, 1, BURST, **how) as ringing:
        consumers = [burst(ringing) for _ in range(BURSTS)]
    return sum(c.wakes for c in consumers), sum(c.signals for c in consumers)


def burst(ringing: Rig) -> Consumer:
    """The consumer sleeps, is woken, and has not done its first entry when all are there."""
    before, all_there = ringing.entries, threading.Event()
    consumer = Consumer(ringing, before + 2 * BURST, all_there.wait)
    consumer.taken = before
    ringing.device.queue.asleep = False
    thread = threading.Thread(target=consumer.run)
    thread.start()
    wait_until(lambda: ringing.device.queue.asleep)
    run_guests(ringing.guests)
    wait_until(lambda: consumer.taken > before)
    run_guests(ringing.guests)
    all_there.set()
    thread.join()
    consumer.finish()
    assert consumer.taken == ringing.entries
    return consumer


def wait_until(condition: Callable[[], object]) -> None:
    while not condition():
        time.sleep(0.001)


@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_a_burst_needs_fewer_wakes_than_with_a_plain_ioeventfd(back_end: str) -> None:
    wakes, signals = wakes_and_signals(back_end)
    plain: dict[str, Any] = {"by_kernel": True} if back_end == "kvm" else {"filter": always}
    plain_wakes, plain_signals = wakes_and_signals(back_end, **plain)
    print(f"{back_end}: {wakes} wakes, {signals} signals; plain {plain_wakes}, {plain_signals}")
    assert wakes == signals == BURSTS
    assert plain_signals == BURSTS * 2 * BURST
    assert plain_wakes > wakes
