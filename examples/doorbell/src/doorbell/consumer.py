# SPDX-License-Identifier: Apache-2.0
"""The other side of the doorbell: a thread that works off the queues, and sleeps when it can."""

from __future__ import annotations

import threading

from lightexit import Bus, EventFd, u32

from doorbell.device import Doorbell
from doorbell.filter import QUEUES

PATIENCE_S = 0.1


class Consumer(threading.Thread):
    """Counts what each queue was rung for, and how often it was woken, until `done` is set."""

    def __init__(self, bus: Bus, device: Doorbell, bell: EventFd) -> None:
        super().__init__(daemon=True)
        self.taken, self.wakes = [0] * QUEUES, 0
        self.done = threading.Event()
        self._bus, self._device, self._bell = bus, device, bell

    def run(self) -> None:
        """What the thread does."""
        is_over = False
        while not is_over:
            is_over = self.done.is_set()  # before it looks: all that was rung for then is taken
            taken = [self._take(number) for number in range(QUEUES)]
            if not any(taken) and not is_over:
                self.wakes += self._bell.wait(PATIENCE_S) > 0

    def _take(self, number: int) -> int:
        """How often a queue was rung since the last time."""
        # One step under the state's lock: a ring is either seen here, or finds the flag.
        queue = self._device.state.queues[number]
        with self._bus.locked(self._device.memory):
            new = u32(queue.rings - self.taken[number])
            queue.asleep = new == 0
        self.taken[number] += new
        return new
