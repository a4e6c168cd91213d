# SPDX-License-Identifier: Apache-2.0
"""`Intr`: the interrupt controllers among the devices, as the vCPU sees them."""

from __future__ import annotations

from collections.abc import Callable

from lightexit.bus.bus import Bus
from lightexit.devices.local_apic import EXTERNAL, LocalApic
from lightexit.devices.pic import Pic


class Intr:
    """The wire that interrupts the vCPU; `listener` hears its level, from any thread.

    It comes from a PIC's output `intr`, or from a local APIC, at whose LINT0 that output is then.
    """

    def __init__(
        self,
        bus: Bus,
        pic: Pic,
        listener: Callable[[bool], None],
        local: LocalApic | None = None,
    ) -> None:
        self._pic, self._pic_lock = pic, bus.locked(pic.memory)
        self._local = local
        self._local_lock = bus.locked(local.memory) if local else None
        self._line = local.intr if local else pic.intr
        self._line.connect(listener)

    @property
    def level(self) -> bool:
        """Whether there is an interrupt to be taken."""
        return self._line.level

    def acknowledge(self) -> int:
        """The vector of the interrupt that is to be taken."""
        if self._local is not None and self._local_lock is not None:
            with self._local_lock:
                vector = self._local.acknowledge()
            if vector != EXTERNAL:
                return vector
        with self._pic_lock:
            return self._pic.acknowledge()
