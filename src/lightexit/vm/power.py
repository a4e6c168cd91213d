# SPDX-License-Identifier: Apache-2.0
"""`PowerButton`: the one of a PC's ACPI hardware, pressed from anywhere at any time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from lightexit.abi import StateMemory
from lightexit.devices.device import Device
from lightexit.devices.pmtimer import PmTimer
from lightexit.errors import AuthorError

Locked = Callable[[StateMemory[Any]], AbstractContextManager[None]]


def acpi_hardware(devices: Sequence[Device[Any]]) -> list[PmTimer]:
    """Those of the devices that are a PC's ACPI hardware: one, or none."""
    return [each for each in devices if isinstance(each, PmTimer)]


class PowerButton:
    """Of a machine with these `devices`, whose states are worked on within `locked`."""

    def __init__(self, devices: Sequence[Device[Any]], locked: Locked) -> None:
        self._devices = devices
        self._locked = locked
        self._is_pressed = False

    @property
    def is_answered(self) -> bool:
        """Whether the guest has asked to be told of it."""
        return any(each.tells_power_button for each in acpi_hardware(self._devices))

    def press(self) -> None:
        """Take note: `settle` tells the guest. Raises AuthorError where there is none."""
        if not acpi_hardware(self._devices):
            raise AuthorError(
                "this machine has no power button", expected="a PC, where the device pm has it"
            )
        self._is_pressed = True

    def settle(self) -> None:
        """Tell the guest, if it was pressed."""
        if self._is_pressed:
            self._is_pressed = False
            for pm in acpi_hardware(self._devices):
                with self._locked(pm.memory):
                    pm.press_power_button()
