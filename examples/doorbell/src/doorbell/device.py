# SPDX-License-Identifier: Apache-2.0
"""Shared state and an eventfd: the doorbell of queues that a thread of the host works off.

A guest rings a queue's doorbell. The consumer thread says by a flag whether it needs to be
woken. The filter clears that flag *before* the eventfd is signalled, so that a second ring
costs nothing: a plain ioeventfd cannot do that. `doorbell.c` has the same filter in C.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

from lightexit import (
    Array,
    Clock,
    Device,
    EventFd,
    IoContext,
    Struct,
    Verdict,
    array,
    io_filter,
    mmio,
    u8,
    u32,
)

QUEUES = 8


class Reg(IntEnum):
    """The registers, where virtio-mmio has them."""

    #: Write: the number of the queue that has something new.
    QUEUE_NOTIFY = 0x50
    #: Whether the driver is ready. Write 0: reset.
    STATUS = 0x70


class Queue(Struct):
    """One virtqueue's side of the bargain."""

    asleep: bool = True
    rings: u32


class DoorbellState(Struct):
    """All queues of the device."""

    ready: u8
    queues: Array[Queue] = array(Queue, QUEUES)


@io_filter
def notify(ctx: IoContext, device: DoorbellState) -> Verdict:
    """Wake the consumer of the queue whose number the guest writes, if it sleeps."""
    number = ctx.data
    if not ctx.is_write or ctx.offset != Reg.QUEUE_NOTIFY or number >= QUEUES or not device.ready:
        return Verdict.PASS
    queue = device.queues[number]
    queue.rings = u32(queue.rings + 1)
    if queue.asleep:
        queue.asleep = False
        ctx.signal(u32(number))
    return Verdict.HANDLED


class Doorbell(Device[DoorbellState]):
    """The doorbell of eight queues.

    It calls `bell` for whatever queue: an eventfd of its own where none is given.
    """

    name = "doorbell"
    registers = Reg
    regions = (mmio(0x100, register_width=4, filter=notify),)

    def __init__(self, clock: Clock, bell: Callable[[], object] | None = None) -> None:
        super().__init__(clock)
        self.doorbells = (bell or EventFd(),) * QUEUES

    def read(self, offset: int, size: int) -> int:
        """The status; all ones where there is nothing to read."""
        return self.state.ready if offset == Reg.STATUS else super().read(offset, size)

    def write(self, offset: int, value: int, size: int) -> None:
        """The status, and what the filter passes: rings while it does not have the state."""
        if offset == Reg.STATUS and value == 0:
            self.reset()
        elif offset == Reg.STATUS:
            self.state.ready = 1
        elif offset == Reg.QUEUE_NOTIFY and value < QUEUES and self.state.ready:
            self._notify(value)

    def _notify(self, number: int) -> None:
        queue = self.state.queues[number]
        queue.rings = u32(queue.rings + 1)
        if queue.asleep:
            queue.asleep = False
            self.doorbells[number]()
