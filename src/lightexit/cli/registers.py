# SPDX-License-Identifier: Apache-2.0
"""A machine's devices as its monitor shows them. Nothing is read: reading a register may change it.

So a register's value is shown where the state has a field of its name; the other fields follow.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lightexit.devices.device import Device
from lightexit.shown import one_line
from lightexit.targets.plugging import places_text
from lightexit.vm.machine import Machine

#: Registers and fields of a device, each, at most.
_MOST = 100
_WIDTH = 100


def devices_lines(machine: Machine) -> list[str]:
    """Each device's name and addresses, and where the vCPUs are."""
    lines = [
        one_line(f"{each.name:12} {_places(machine, each)}", _WIDTH) for each in machine.devices
    ]
    vcpus = [f"vCPU {number:<7} at {cpu.where()}" for number, cpu in enumerate(machine.cpus)]
    return lines[:_MOST] + vcpus[:_MOST]


def device_lines(machine: Machine, name: str) -> list[str]:
    """A device's registers, and its state. Raises AuthorError for a name that no device has."""
    device = machine.device(name)
    with machine.locked(device.memory):
        fields = {
            field.name: _shown(getattr(device.state, field.name))
            for field in device.state.layout.fields[:_MOST]
        }
    shown = [f"{device.name}: {_places(machine, device)}"]
    shown += [
        f"  {offset:#06x} {register:16} {fields.pop(register.lower(), '')}"
        for register, offset in _registers(device)
    ]
    shown += [f"  state  {field:16} {value}" for field, value in fields.items()]
    return [one_line(line, _WIDTH).rstrip() for line in shown]


def _registers(device: Device[Any]) -> Iterator[tuple[str, int]]:
    for member in list(device.registers or ())[:_MOST]:
        yield member.name, int(member)


def _shown(value: object) -> str:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return f"{value:#x}" if is_number else repr(value)


def _places(machine: Machine, device: Device[Any]) -> str:
    return places_text(machine.bus.regions(device))
