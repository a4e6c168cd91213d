# SPDX-License-Identifier: Apache-2.0
"""Which filters may run inside KVM (ADR 9): judged from reports alone, on any host."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from lightexit.bus.bus import Bus
from lightexit.bus.clock import ManualClock
from lightexit.bus.doorbell import Bell, EventFd
from lightexit.bus.line import Line
from lightexit.bus.model import RegionPort
from lightexit.devices.virtio_mmio import VirtioBackend, VirtioMmio
from lightexit.engine.native import NativeEngine
from lightexit.vm import places
from lightexit.vm.kvm.offload import repeatable

needs_eventfd = pytest.mark.skipif(not hasattr(os, "eventfd"), reason="this system has no eventfd")


class Seen:
    """Attaches nothing, and records the requests."""

    def __init__(self) -> None:
        self.ports: list[RegionPort] = []

    def prepare(self, port: RegionPort, in_use: object) -> None:
        assert port not in self.ports

    def __call__(self, port: RegionPort) -> None:
        self.ports.append(port)


def verdicts(backend: VirtioBackend) -> dict[str, bool]:
    """By filter: whether the kernel may run it for a virtio device with that back end."""
    seen = Seen()
    bus = Bus(ManualClock(), NativeEngine(), offload=seen)
    bus.attach(VirtioMmio(ManualClock(), Line(), backend), at=places.VIRTIO_MMIO)
    filters = [(port, port.region.filter) for port in seen.ports]
    return {found.name: repeatable(found.report, port) for port, found in filters if found}


@needs_eventfd
@pytest.mark.parametrize("queues", [1, 8])
def test_a_doorbell_of_eventfds_may_be_answered_in_the_kernel(queues: int) -> None:
    doorbells = tuple(EventFd() for _ in range(queues))
    backend = VirtioBackend(device_id=4, doorbells=doorbells, queue_sizes=(16,) * queues)
    assert verdicts(backend) == {"notify": True, "read_interrupts": True, "acknowledge": False}


@pytest.mark.parametrize("make", [Bell, lambda: print], ids=["bell", "function"])
@pytest.mark.parametrize("others", [0, pytest.param(7, marks=needs_eventfd)])
def test_one_doorbell_without_an_eventfd_keeps_the_filter_in_user_space(
    others: int, make: Callable[[], Callable[[], None]]
) -> None:
    eventfds = tuple(EventFd() for _ in range(others))
    doorbells: tuple[Callable[[], object], ...] = (*eventfds, make())
    backend = VirtioBackend(device_id=4, doorbells=doorbells, queue_sizes=(16,) * (others + 1))
    assert verdicts(backend)["notify"] is False


def test_a_back_end_that_works_at_once_is_called_in_user_space() -> None:
    assert verdicts(VirtioBackend(device_id=4, notify=print))["notify"] is False
