# SPDX-License-Identifier: Apache-2.0
"""`Sleep`: a PC suspended to RAM (S3), and what wakes it.

Reference: ACPI 6.5, sections 4.8.3.1 (PM1 events) and 16.1.3 (S3).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lightexit.devices.device import Device
from lightexit.devices.pmtimer import PmEvent, PmTimer
from lightexit.devices.rtc import C, Cmos, Rtc
from lightexit.vm.power import Locked, acpi_hardware

#: The shutdown code by which firmware knows: it goes on at the FACS' waking vector (SeaBIOS).
_WOKEN = 0xFE


class Sleep:
    """Of a machine with these `devices`, whose states are worked on within `locked`."""

    def __init__(self, devices: Sequence[Device[Any]], locked: Locked) -> None:
        self._devices = devices
        self._locked = locked

    @property
    def is_on(self) -> bool:
        """Whether the guest has suspended itself, and was not woken."""
        return any(each.is_asleep for each in acpi_hardware(self._devices))

    def _clocks(self) -> list[Rtc]:
        return [each for each in self._devices if isinstance(each, Rtc)]

    @property
    def unpowered(self) -> list[Device[Any]]:
        """The devices that do not keep their state meanwhile."""
        return [each for each in self._devices if not isinstance(each, PmTimer | Rtc)]

    def is_woken(self) -> bool:
        """Whether there is something to wake the guest for, an alarm among it."""
        has_alarm = any(each.state.cmos[Cmos.C] & C.IRQF for each in self._clocks())
        for pm in acpi_hardware(self._devices):
            with self._locked(pm.memory):
                if has_alarm:
                    pm.signal(PmEvent.RTC)
                if pm.has_wake_event:
                    return True
        return False

    def end(self) -> None:
        """The guest is woken: firmware, and the guest then, find that here."""
        for pm in acpi_hardware(self._devices):
            with self._locked(pm.memory):
                pm.wake()
        for rtc in self._clocks():
            with self._locked(rtc.memory):
                rtc.state.cmos[Cmos.SHUTDOWN] = _WOKEN
