# SPDX-License-Identifier: Apache-2.0
"""`Intr`: the interrupt controllers among the devices, as the vCPU sees them."""

from __future__ import annotations

from collections.abc import Callable

from lightexit.bus.bus import Bus
from lightexit.devices.local_apic import EXTERNAL, LocalApic
from lightexit.devices.pic import Pic


class Intr:
    """The wire that interrupts the vCPU; `listener` hears its level, from any thread.

    It is a PIC's output `intr`, or that of a local APIC, which has the PIC's at its LINT0.
    """

    def __init__(
        self,
        bus: Bus,
        pic: Pic,
        listener: Callable[[bool], None],
        local: LocalApic | None = None,
    ) -> None:
        self._bus, self._pic, self._lock = bus, pic, bus.locked(pic.memory)
        self._line = pic.intr
        self._acknowledge: Callable[[], int] = lambda: EXTERNAL
        #: The vCPU takes an INIT: so does its local APIC.
        self.initialize: Callable[[], object] = lambda: None
        if local is not None:
            self._put_before(local)
        self._line.connect(listener)

    def _put_before(self, local: LocalApic) -> None:
        lock = self._bus.locked(local.memory)

        def drive(level: bool) -> None:
            with lock:
                local.lint0.set(level)

        def acknowledge() -> int:
            with lock:
                return local.acknowledge()

        def initialize() -> None:
            with lock:
                local.initialize()

        self._pic.intr.connect(drive)
        self._line, self._acknowledge = local.intr, acknowledge
        self.initialize = initialize

    @property
    def level(self) -> bool:
        """Whether there is an interrupt to be taken."""
        return self._line.level

    def acknowledge(self) -> int:
        """The vector of the interrupt that is to be taken."""
        vector = self._acknowledge()
        if vector != EXTERNAL:
            return vector
        with self._lock:
            return self._pic.acknowledge()
