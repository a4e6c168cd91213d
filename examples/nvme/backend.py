# SPDX-License-Identifier: Apache-2.0
"""The back end in Python: it takes what guests submit, and sleeps where there is nothing.

    python -m examples.nvme.backend MEMORY BELL ENTRIES

Two descriptors that it has inherited, of the state's memory and of the eventfd, and how many
entries a queue has. It may be killed at any moment and started again: all that it must
remember is in the state. What it does with an entry is print it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from examples.nvme.device import NvmeState, Queue
from lightexit import EventFd, SharedMemory, full_barrier, u32, u64

#: An entry: the queue, and how many there were before it.
Handler = Callable[[int, int], None]


class BackEnd:
    """The other side of the queues; it never takes the state's lock, and believes no word of it."""

    def __init__(self, memory: SharedMemory[NvmeState], bell: EventFd, entries: int) -> None:
        self.memory = memory
        self.bell = bell
        self.entries = entries  # from its own configuration: the state may hold anything
        self._queues = list(memory.state.queues)

    def serve(self, handle: Handler) -> bool:
        """Have all entries handled that wait; whether there were any."""
        any_at_all = False
        for number, queue in enumerate(self._queues):
            for count in self._waiting(queue):
                handle(number, count)
                queue.head = u64(count + 1)  # one that is killed before this handles it again
                any_at_all = True
        return any_at_all

    def _waiting(self, queue: Queue) -> Iterator[int]:
        tail, head = queue.tail, queue.head
        if tail < self.entries:
            yield from range(head, head + (tail - head) % self.entries)

    def sleep(self, seconds: float | None = None) -> None:
        """Wait to be woken, unless something waits already. Another ring costs the VMM nothing."""
        self._say_asleep(1)
        full_barrier()  # or this CPU might look before the VMM can see that it sleeps
        if not any(True for queue in self._queues for _ in self._waiting(queue)):
            self.bell.wait(seconds)
            first = self._queues[0]
            first.wake_ups = u32(first.wake_ups + 1)
        self._say_asleep(0)

    def _say_asleep(self, value: int) -> None:
        for queue in self._queues:
            queue.asleep = value


def main(memory: str, bell: str, entries: str) -> None:
    """Serve until it is killed."""
    shared = SharedMemory(NvmeState, int(memory))
    back_end = BackEnd(shared, EventFd(int(bell)), int(entries))
    while True:
        if not back_end.serve(lambda number, count: print(number, count, flush=True)):
            back_end.sleep()


if __name__ == "__main__":
    main(*sys.argv[1:])
