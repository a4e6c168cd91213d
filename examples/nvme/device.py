# SPDX-License-Identifier: Apache-2.0
"""The submission queues' doorbells of an NVMe-like controller, whose back end is another process.

A guest writes a queue's new tail to the queue's doorbell. The filter stores it where the back end
reads it, and rings an eventfd only if the back end says that it sleeps. An ioeventfd has no place
for the value, and rings each time.

Who writes what: the VMM all of a `Queue` up to `rings`, the back end the rest. Each side reads the
other's words, each of which is aligned, and neither believes them: see docs/payload-doorbells.md.
"""

from __future__ import annotations

from lightexit import (
    Array,
    Clock,
    Device,
    EventFd,
    IoContext,
    StateMemory,
    Struct,
    Verdict,
    array,
    full_barrier,
    io_filter,
    mmio,
    u8,
    u32,
    u64,
)

#: Where doorbells begin in the controller's registers, and how far apart they are: CAP.DSTRD 0.
DOORBELLS, STRIDE = 0x1000, 4
QUEUES = 8


class Queue(Struct):
    """One submission queue; each side's words are on a cache line of their own."""

    tail: u32
    entries: u32  # 0: there is no such queue
    rings: u64  # how many there were
    mine: Array[u8] = array(u8, 48)

    head: u64  # entries that the back end has done since the queue was made
    asleep: u32  # 1: it wants to be woken
    wake_ups: u32
    wrong: u64  # entries that were not what they had to be: for tests
    theirs: Array[u8] = array(u8, 40)


class NvmeState(Struct):
    """All queues. The header before it is 16 bytes, so queues begin at a cache line."""

    invalid: u64  # doorbells rung with a tail, or of a queue, that there is not
    before: Array[u8] = array(u8, 40)
    queues: Array[Queue] = array(Queue, QUEUES)


@io_filter
def ring(ctx: IoContext, nvme: NvmeState) -> Verdict:
    """Store the tail, and wake the back end if it sleeps."""
    if not ctx.is_write or ctx.offset < DOORBELLS:
        return Verdict.PASS
    index = (ctx.offset - DOORBELLS) // STRIDE
    if index & 1 or index >= 2 * QUEUES:  # odd ones are completion queues'
        return Verdict.PASS
    queue = nvme.queues[index >> 1]
    if ctx.data >= queue.entries:
        return Verdict.PASS
    queue.tail = u32(ctx.data)
    queue.rings = u64(queue.rings + 1)
    full_barrier()  # or the CPU might read `asleep` before the back end can see the tail
    if queue.asleep == 1:
        queue.asleep = 0  # lest the next ring wakes it again
        ctx.signal(u32(index >> 1))
    return Verdict.HANDLED


class Nvme(Device[NvmeState]):
    """The doorbells only. One doorbell wakes the back end, for whatever queue."""

    name = "nvme"
    regions = (mmio(8 * QUEUES, offset=DOORBELLS, register_width=4, filter=ring),)

    def __init__(self, clock: Clock, memory: StateMemory[NvmeState], bell: EventFd) -> None:
        super().__init__(clock, memory)
        self.doorbells = (bell,) * QUEUES
        self._bell = bell

    def create(self, number: int, entries: int) -> None:
        """Make a queue of 2 to 65,536 entries. The back end does not run yet."""
        queue = self.state.queues[number]
        queue.reset()
        queue.entries = entries

    def write(self, offset: int, value: int, size: int) -> None:
        """What the filter has left: a state that was held, a value that is none, other queues."""
        number, is_completion = divmod((offset - DOORBELLS) // STRIDE, 2)
        queue = self.state.queues[number]
        if is_completion:
            return
        if size != STRIDE or value >= queue.entries:
            self.state.invalid = u64(self.state.invalid + 1)
            return
        queue.tail = value
        queue.rings = u64(queue.rings + 1)
        self._bell()  # whether it sleeps or not: it then looks at all queues
