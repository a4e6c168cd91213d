# SPDX-License-Identifier: Apache-2.0
"""A law of the virtio transport: no doorbell is lost."""

from __future__ import annotations

import os
import threading

import pytest

from devices.subjects import virtio_start
from lightexit.abi import Space
from lightexit.bus.bus import Bus
from lightexit.bus.clock import ManualClock
from lightexit.bus.doorbell import EventFd
from lightexit.bus.line import Line
from lightexit.devices.virtio_mmio import (
    VirtioBackend,
    VirtioMmio,
)
from lightexit.devices.virtio_registers import VirtioReg
from lightexit.engine.native import NativeEngine
from lightexit.testing import Write
from lightexit.vm.places import VIRTIO_MMIO as BASE

ITEMS = 500


class Consumer:
    """A thread that serves one queue, and sleeps on an eventfd."""

    def __init__(self) -> None:
        self.event = EventFd()
        self.added = self.used = self.wakes = 0
        backend = VirtioBackend(device_id=4, doorbells=(self.event,), queue_sizes=(16,))
        self.device = VirtioMmio(ManualClock(), Line(), backend)
        self.bus = Bus(ManualClock(), NativeEngine())
        self.bus.attach(self.device, at=BASE)
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self) -> None:
        while self.added >= 0:
            self.event.wait()
            self.wakes += 1
            self.serve()

    def serve(self) -> None:
        """Empty the queue, say that we sleep, and look once more."""
        while True:
            self.used = self.added
            with self.bus.locked(self.device.memory):
                self.device.rearm(0)
            if self.used == self.added:
                return

    def write(self, register: int, value: int) -> None:
        self.bus.write(Space.MMIO, BASE + register, value, 4)


@pytest.mark.skipif(not hasattr(os, "eventfd"), reason="this system has no eventfd")
def test_no_doorbell_is_lost_and_few_are_rung() -> None:
    consumer = Consumer()
    for step in virtio_start(0, BASE):
        assert isinstance(step, Write)
        consumer.bus.write(step.space, step.address, step.value, step.size)
    consumer.thread.start()
    for _ in range(ITEMS):
        consumer.added += 1
        consumer.write(VirtioReg.QUEUE_NOTIFY, 0)
    finished = threading.Event()
    for _ in range(500):
        if consumer.used == ITEMS:
            break
        finished.wait(0.01)
    assert consumer.used == ITEMS
    assert 1 <= consumer.wakes <= ITEMS
    counts = [count for count in consumer.bus.counts() if count.register == "QUEUE_NOTIFY"]
    assert counts[0].handled + counts[0].passed == ITEMS
    assert counts[0].handled > 0
