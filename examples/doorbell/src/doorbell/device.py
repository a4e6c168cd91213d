# SPDX-License-Identifier: Apache-2.0
"""The model of the doorbell."""

from __future__ import annotations

from collections.abc import Callable

from lightexit import Clock, Device, EventFd, mmio, u32

from doorbell.filter import QUEUES, DoorbellState, Reg, notify


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
