# SPDX-License-Identifier: Apache-2.0
"""A device in the place of others: whoever has an address that it claims leaves, whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lightexit.bus.blame import place_of
from lightexit.bus.checks import check_model
from lightexit.bus.placing import Place, placed
from lightexit.bus.region import PlacedRegion
from lightexit.devices.device import Device
from lightexit.errors import AuthorError

if TYPE_CHECKING:
    from lightexit.vm.machine import Machine


def plug(
    machine: Machine, device: Device[Any], at: Place | None, controllers: Sequence[Device[Any]]
) -> tuple[Device[Any], ...]:
    """What `Machine.plug` does; `controllers` cannot leave."""
    check_model(device)
    leaving = _in_the_way(machine, placed(device.name, device.regions, at))
    staying = [each for each in machine.devices if each not in leaving]
    for each in leaving:
        _check_leaves(each, device, staying, controllers)
    _check_name(device, staying)
    before = list(machine.devices)
    places = {each: machine.bus.place(each) for each in leaving}
    for each in leaving:
        machine.remove(each)
    try:
        machine.add(device, at)
    except BaseException:
        for each in leaving:
            machine.add(each, places[each])
        machine.devices[:] = before
        raise
    return tuple(leaving)


def _in_the_way(machine: Machine, claimed: Sequence[PlacedRegion]) -> list[Device[Any]]:
    return [
        each
        for each in machine.devices
        if any(_overlap(theirs, ours) for theirs in machine.bus.regions(each) for ours in claimed)
    ]


def _overlap(one: PlacedRegion, other: PlacedRegion) -> bool:
    apart = one.base + one.size <= other.base or other.base + other.size <= one.base
    return one.space is other.space and not apart


def _check_leaves(
    leaving: Device[Any],
    coming: Device[Any],
    staying: Sequence[Device[Any]],
    controllers: Sequence[Device[Any]],
) -> None:
    found = f"{coming.name} claims addresses of {leaving.name}"
    if leaving in controllers:
        raise AuthorError(
            f"{found}, which interrupts the CPU and cannot be replaced",
            where=place_of(coming),
            expected="other addresses",
        )
    for each in staying:
        if any(state is leaving.memory for region in each.regions for state in region.states):
            raise AuthorError(
                f"{found}, whose state {each.name} works on",
                where=place_of(coming),
                expected=f"other addresses, or a device in the place of {each.name} before",
            )


def _check_name(device: Device[Any], others: Sequence[Device[Any]]) -> None:
    for each in others:
        if each.name == device.name and type(each) is not type(device):
            raise AuthorError(
                f"two devices of the machine are called {device.name!r}",
                where=place_of(device),
                expected="another name, or addresses by which it takes the other one's place",
            )
