# SPDX-License-Identifier: Apache-2.0
"""PCI functions plugged into a machine's bridge: their windows move as the guest says."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

from lightexit.abi import Request
from lightexit.bus.line import Line
from lightexit.devices.device import Device
from lightexit.devices.i440fx import I440fx
from lightexit.devices.pci import PciFunction, PciSlot, apic_message, check_device
from lightexit.errors import AuthorError
from lightexit.vm.machine import Machine
from lightexit.vm.places import PM, pm_place

#: Most retired tables that a vCPU may still be using, some kilobytes each.
MOST_RETIRED = 4096


def plug(
    machine: Machine,
    number: int,
    function: PciFunction,
    device: Device[Any] | None = None,
    intx: Line | None = None,
) -> None:
    """Have a function on bus 0 of a machine with an `I440fx`, before the guest runs.

    `number` is device << 3 | function, `intx` what its INTx pin drives, `device` what its BARs
    show. MSIs go to the machine's local APICs, if it has some. Raises AuthorError for a number that
    is taken, and for a device whose windows are not those of the BARs.
    """
    check_device(function, device)
    bridge = machine.device("i440fx")
    if not isinstance(bridge, I440fx):
        raise AuthorError(f"{bridge.name} is no PCI bridge", expected="an I440fx")
    slot = PciSlot(
        move=lambda places: move(machine, device, places),
        hold=machine.bus.locked(bridge.memory),
        intx=intx or Line(),
        send=lambda address, data: _send(machine, address, data),
    )
    with machine.bus.locked(bridge.memory):
        bridge.plug(number, function, slot)
    if device is not None:
        machine.add(device, function.nowhere)


def pm_follower(machine: Machine) -> Callable[[int, bool], None]:
    """For an `I440fx`: has the machine's PM registers where the guest puts them.

    While it has them nowhere they are where a PC's are at power-on; where something else is, they
    do not go.
    """
    at = PM

    def follow(base: int, is_on: bool) -> None:
        nonlocal at
        wanted = base if is_on else PM
        if wanted != at and machine.bus.retired < MOST_RETIRED:
            with contextlib.suppress(AuthorError):
                machine.bus.update(machine.device("pm"), at=pm_place(wanted))
                at = wanted

    return follow


def move(machine: Machine, device: Device[Any] | None, places: Mapping[str, int | None]) -> None:
    """Have a device's windows there, as the guest says. Raises AuthorError where they cannot be,
    or tables are kept of too many moves."""
    if device is None:
        return
    is_somewhere = any(base is not None for base in places.values())
    if is_somewhere and machine.bus.retired >= MOST_RETIRED:
        raise AuthorError(
            f"{device.name} moves while vCPUs may still use {machine.bus.retired} replaced tables",
            expected=f"fewer than {MOST_RETIRED}: they are freed when no vCPU can use them",
        )
    machine.bus.update(device, at=places)


def _send(machine: Machine, address: int, data: int) -> None:
    apic = machine.bus.apic
    if apic is not None and Request.APIC_MESSAGE in apic.requests:
        apic.send(*apic_message(address, data))
