# SPDX-License-Identifier: Apache-2.0
"""A virtio device on a machine: its doorbells are answered in the kernel, its line is not."""

from __future__ import annotations

from kernel.inside.machine import DS_TO_MMIO, HLT, MMIO, keep, load, store
from kernel.inside.pc import booted, run
from lightexit.bus.clock import Clock
from lightexit.bus.doorbell import EventFd
from lightexit.bus.line import Line
from lightexit.devices.virtio_mmio import VirtioBackend, VirtioMmio
from lightexit.devices.virtio_registers import VirtioInterrupt, VirtioReg, VirtioStatus
from lightexit.engine.kernel import KernelEngine

KEPT = 0x3000
READY = VirtioStatus.ACKNOWLEDGE | VirtioStatus.DRIVER | VirtioStatus.FEATURES_OK
BUSY, IDLE = 5, 3


class Card:
    """A device of two queues. A write to its configuration stands for its consumer's work:
    queue 0 is done, its consumer sleeps again, the driver is interrupted."""

    def __init__(self, clock: Clock) -> None:
        self.bells = EventFd(), EventFd()
        self.levels: list[bool] = []
        irq = Line(self.levels.append)
        backend = VirtioBackend(
            device_id=4, doorbells=self.bells, queue_sizes=(16, 16), write_config=self.work
        )
        self.device = VirtioMmio(clock, irq, backend)

    def work(self, *_: int) -> None:
        self.device.rearm(0)
        self.device.notify_used()


def notify(queue: int, times: int) -> str:
    return store(VirtioReg.QUEUE_NOTIFY, 4, queue) * times


def set_up() -> str:
    """Both queues, and all that stands before and behind them."""
    writes = [
        (VirtioReg.DRIVER_FEATURES_SEL, 1),
        (VirtioReg.DRIVER_FEATURES, 1),
        (VirtioReg.STATUS, READY),
    ]
    for queue in (0, 1):
        writes += [
            (VirtioReg.QUEUE_SEL, queue),
            (VirtioReg.QUEUE_NUM, 16),
            (VirtioReg.QUEUE_READY, 1),
        ]
    writes += [(VirtioReg.STATUS, READY | VirtioStatus.DRIVER_OK)]
    return "".join(store(register, 4, value) for register, value in writes)


def guest() -> str:
    work = store(VirtioReg.CONFIG, 1, 0)
    status = load(VirtioReg.INTERRUPT_STATUS, 4)
    acknowledge = store(VirtioReg.INTERRUPT_ACK, 4, VirtioInterrupt.USED_BUFFER)
    return (
        f"{DS_TO_MMIO}{notify(0, 1)}{set_up()}{notify(0, BUSY)}{notify(1, IDLE)}{work}"
        f"{notify(0, 1)}{status}{keep(KEPT)}{acknowledge}{status}{keep(KEPT + 4)}{HLT}"
    )


def test_doorbells_ring_from_inside_the_kernel() -> None:
    """The first notification comes before the driver is ready, and passes; then all are handled.
    One in a row rings, for the consumer is awake until it says otherwise."""
    with booted(KernelEngine()) as (machine, memory):
        card = Card(machine.clock)
        machine.add(card.device, MMIO)
        run(machine, memory, guest())
        counts = {c.base - MMIO: (c.handled, c.passed) for c in machine.bus.offloaded()}
        assert counts[VirtioReg.QUEUE_NOTIFY] == (BUSY + IDLE + 1, 1)
        assert counts[VirtioReg.INTERRUPT_STATUS] == (2, 0)
        assert VirtioReg.INTERRUPT_ACK not in counts
        assert [bell.wait(0) for bell in card.bells] == [2, 1]
        assert card.levels == [True, False]
        seen = memoryview(memory.ram)[KEPT : KEPT + 8].cast("I")
        assert list(seen) == [VirtioInterrupt.USED_BUFFER, 0]
        (ack,) = (c for c in machine.bus.counts() if c.register == "INTERRUPT_ACK")
        assert (ack.handled, ack.passed) == (1, 0)
