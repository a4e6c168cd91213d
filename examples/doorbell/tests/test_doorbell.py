# SPDX-License-Identifier: Apache-2.0
"""What has to hold of the doorbell, and of its consumer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings
from lightexit import (
    Bus,
    Clock,
    EventFd,
    HostClock,
    ManualClock,
    NativeEngine,
    PcConfig,
    RunEnd,
    Space,
    pc_machine,
)
from lightexit.testing import DeviceLaws, Subject, Write

import guest
from doorbell import Consumer, Doorbell
from doorbell.filter import QUEUES, Reg

BASE = guest.BASE


def heard(clock: Clock, bell: Callable[[], object]) -> Doorbell:
    """Whose rings are recorded and compared: of a function that the tests make, not an eventfd."""
    return Doorbell(clock, bell)


class TestLaws(DeviceLaws):
    """What holds of every device: a test for each law, on random traffic."""

    device = Subject(
        heard,
        values=range(QUEUES + 1),
        starts=[(), (Write(Space.MMIO, Reg.STATUS, 4, value=1),)],
    )
    settings = settings(max_examples=20)


def test_only_a_sleeper_is_woken() -> None:
    clock, bell = ManualClock(), EventFd()
    bus, device = Bus(clock, NativeEngine()), Doorbell(clock, bell)
    bus.attach(device, at=BASE)
    bus.write(Space.MMIO, BASE + Reg.STATUS, 1, 4)
    for _ in range(3):
        bus.write(Space.MMIO, BASE + Reg.QUEUE_NOTIFY, 5, 4)
    assert (bell.wait(0), bell.wait(0)) == (1, 0)
    assert [queue.rings for queue in device.state.queues] == [0, 0, 0, 0, 0, 3, 0, 0]


def test_no_ring_of_a_guest_is_lost() -> None:
    pytest.importorskip("unicorn")
    bell = EventFd()
    with pc_machine(PcConfig(kernel=guest.CODE), HostClock(), NativeEngine()) as machine:
        device = Doorbell(machine.clock, bell)
        machine.add(device, at=BASE)
        consumer = Consumer(machine.bus, device, bell)
        consumer.start()
        assert machine.run().reason is RunEnd.EXIT
        consumer.done.set()
        consumer.join()
    assert consumer.taken[guest.QUEUE] == sum(consumer.taken) == guest.RINGS
    assert 1 <= consumer.wakes <= guest.RINGS


def test_the_guest_is_the_one_that_is_run() -> None:
    assert Path(guest.__file__).with_name("guest.bin").read_bytes() == guest.CODE
