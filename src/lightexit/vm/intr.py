# SPDX-License-Identifier: Apache-2.0
"""`Intr`: a PIC among the devices, as the vCPU sees it that takes its interrupts."""

from __future__ import annotations

from collections.abc import Callable

from lightexit.bus.bus import Bus
from lightexit.devices.pic import Pic


class Intr:
    """The wire from a PIC's output `intr`; `listener` hears its level, from any thread."""

    def __init__(self, bus: Bus, pic: Pic, listener: Callable[[bool], None]) -> None:
        self._pic = pic
        self._lock = bus.locked(pic.memory)
        pic.intr.connect(listener)

    @property
    def level(self) -> bool:
        """Whether the PIC's INT output is high."""
        return self._pic.intr.level

    def acknowledge(self) -> int:
        """The vector of the interrupt that is to be taken."""
        with self._lock:
            return self._pic.acknowledge()
