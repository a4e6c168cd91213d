# SPDX-License-Identifier: Apache-2.0
"""Shared state and an eventfd: the filter of a doorbell that a thread of the host waits for.

A guest rings a queue's doorbell. The consumer thread says by a flag whether it needs to be
woken. The filter clears that flag *before* the eventfd is signalled, so that a second ring
costs nothing: a plain ioeventfd cannot do that.
"""

from __future__ import annotations

from enum import IntEnum

from lightexit import Array, IoContext, Struct, Verdict, array, io_filter, u8, u32

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
