# SPDX-License-Identifier: Apache-2.0
"""Laws of the virtio transport: its filters change nothing, and no doorbell is lost."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scale
from devices.kernel import ALL_RUNNERS
from devices.transparency import (
    Read,
    Step,
    Write,
    assert_engines_agree,
    assert_transparent,
    contents,
)
from lightexit.abi import IoContext, Space
from lightexit.bus.bus import Bus
from lightexit.bus.clock import ManualClock
from lightexit.bus.doorbell import EventFd
from lightexit.bus.line import Line
from lightexit.devices.virtio_mmio import (
    VirtioBackend,
    VirtioMmio,
    VirtioState,
    acknowledge,
    notify,
    read_interrupts,
)
from lightexit.devices.virtio_registers import VirtioReg, VirtioStatus
from lightexit.engine.native import NativeEngine
from lightexit.filter import Filter
from lightexit.rigs.rig import Rig, Runner
from lightexit.vm.places import VIRTIO_MMIO as BASE

QUICK = settings(derandomize=True, deadline=None, max_examples=60)
MANY = settings(derandomize=True, deadline=None, max_examples=scale.full(300))
READY = VirtioStatus.ACKNOWLEDGE | VirtioStatus.DRIVER | VirtioStatus.FEATURES_OK
RUNNING = READY | VirtioStatus.DRIVER_OK
ITEMS = 500


# Transparency, with a back end that does the consumer's work at once


def rig(clock: ManualClock) -> Rig:
    def work(number: int) -> None:
        if number:
            device.notify_used()
        else:
            device.set_config(0, b"\x01")
        if number != 2:
            device.rearm(number)

    irq = Line()
    sizes = (16, 16, 16)
    device = VirtioMmio(clock, irq, VirtioBackend(device_id=1, notify=work, queue_sizes=sizes))
    return Rig(clock, [device], outputs={0: irq})


def start(number: int) -> list[Step]:
    """What sets one queue up and starts the device."""
    registers = [
        (VirtioReg.DRIVER_FEATURES_SEL, 1),
        (VirtioReg.DRIVER_FEATURES, 1),
        (VirtioReg.STATUS, READY),
        (VirtioReg.QUEUE_SEL, number),
        (VirtioReg.QUEUE_NUM, 16),
        (VirtioReg.QUEUE_READY, 1),
        (VirtioReg.STATUS, RUNNING),
    ]
    return [Write(Space.MMIO, BASE + register, 4, value) for register, value in registers]


registers = st.sampled_from(list(VirtioReg)) | st.integers(0, 0x1F8)
hot = st.sampled_from([VirtioReg.QUEUE_NOTIFY, VirtioReg.INTERRUPT_STATUS, VirtioReg.INTERRUPT_ACK])
places = st.builds(BASE.__add__, hot | hot | registers)
sizes = st.sampled_from([4] * 8 + [1, 2, 8])
values = st.integers(0, 4) | st.sampled_from([8, 15, 31, 32, 64, 2**32 - 1])
accesses = st.one_of(
    st.builds(Read, st.just(Space.MMIO), places, sizes),
    st.builds(
        lambda at, size, value: Write(Space.MMIO, at, size, value % (1 << 8 * size)),
        places,
        sizes,
        values,
    ),
)
traffic = st.lists(
    st.builds(start, st.integers(0, 3)) | st.lists(accesses, max_size=15), max_size=6
).map(lambda parts: [step for part in parts for step in part])


@pytest.mark.parametrize("runner", ALL_RUNNERS)
@QUICK
@given(trace=traffic)
def test_filters_are_transparent(runner: Runner, trace: Sequence[Step]) -> None:
    assert_transparent(rig, trace, runner)


def context(offset: int, data: int, is_write: bool) -> bytes:
    made = IoContext()
    made.offset, made.size, made.is_write = offset, 4, is_write
    made.data = data if is_write else 0
    return bytes(made)


@pytest.mark.parametrize("filter", [notify, read_interrupts, acknowledge], ids=lambda f: f.name)
@MANY
@given(
    contents(VirtioState),
    st.builds(context, hot, values | st.integers(0, 2**32 - 1), st.booleans()),
    st.booleans(),
)
def test_engines_agree_on_any_state(
    filter: Filter[VirtioState], state: bytes, given_context: bytes, runs: bool
) -> None:
    memory = VirtioState.view(bytearray(state))
    memory.status = VirtioStatus.DRIVER_OK if runs else memory.status
    assert_engines_agree(filter, [VirtioState], [bytes(memory)], given_context)


# A real consumer


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
    for step in start(0):
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
