# SPDX-License-Identifier: Apache-2.0
"""Targets put into a machine, and what that has changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from lightexit.abi import Space
from lightexit.bus.blame import place_of
from lightexit.bus.region import PlacedRegion
from lightexit.devices.device import Device
from lightexit.errors import AuthorError
from lightexit.targets.target import Target
from lightexit.vm.machine import Machine

_SPACES = {Space.PIO: "port", Space.MMIO: "memory", Space.MSR: "MSR"}


@dataclass(frozen=True)
class Replaced:
    """A device that has left; `lost` are addresses that it had, and nobody has now."""

    name: str
    regions: tuple[PlacedRegion, ...]
    lost: tuple[tuple[Space, range], ...]


@dataclass(frozen=True)
class Plugged:
    """A device that has come, and those in whose place it is."""

    target: Target
    device: Device[Any]
    regions: tuple[PlacedRegion, ...]
    replaced: tuple[Replaced, ...]

    def lines(self) -> list[str]:
        """What to tell the user."""
        where = places_text(self.regions)
        told = [f"device: {self.device.name} ({self.target.found.origin}) at {where}"]
        for each in self.replaced:
            had = places_text(each.regions)
            told.append(f"  in the place of {each.name}, which had {had}")
            if each.lost:
                left = ", ".join(shown(*lost) for lost in each.lost)
                told.append(f"  now answered by no device: {left}")
        return told


def plug_in(machine: Machine, targets: Iterable[Target]) -> list[Plugged]:
    """Make these devices and put them into a machine that does not run yet.

    Raises AuthorError for what is wrong with one of them, and where two claim the same address.
    """
    plugged: list[Plugged] = []
    for target in targets:
        device = target.make(machine.clock, machine.irq)
        at = target.place(device)
        before = {each: machine.bus.regions(each) for each in machine.devices}
        left = machine.plug(device, at)
        for other in plugged:
            if other.device in left:
                raise _both(other, device)
        regions = machine.bus.regions(device)
        replaced = tuple(_replaced(each, before[each], regions) for each in left)
        plugged.append(Plugged(target, device, regions, replaced))
    return plugged


def places_text(regions: Iterable[PlacedRegion]) -> str:
    """Where a device's regions are, for messages."""
    return ", ".join(shown(each.space, _range(each)) for each in regions) or "nowhere"


def shown(space: Space, addresses: range) -> str:
    """Addresses for messages: `ports 0x40..0x43`."""
    first, last = addresses[0], addresses[-1]
    if first == last:
        return f"{_SPACES[space]} {first:#x}"
    plural = "" if space is Space.MMIO else "s"
    return f"{_SPACES[space]}{plural} {first:#x}..{last:#x}"


def _range(region: PlacedRegion) -> range:
    return range(region.base, region.base + region.size)


def _replaced(
    device: Device[Any], had: Sequence[PlacedRegion], taken: Sequence[PlacedRegion]
) -> Replaced:
    lost = []
    for region in had:
        left = [_range(region)]
        for each in taken:
            if each.space is region.space:
                left = [part for whole in left for part in _without(whole, _range(each))]
        lost += [(region.space, part) for part in left]
    return Replaced(device.name, tuple(had), tuple(lost))


def _without(whole: range, taken: range) -> list[range]:
    parts = (
        range(whole.start, min(whole.stop, taken.start)),
        range(max(whole.start, taken.stop), whole.stop),
    )
    return [part for part in parts if part]


def _both(one: Plugged, other: Device[Any]) -> AuthorError:
    return AuthorError(
        f"{one.device.name} and {other.name} claim the same addresses",
        where=place_of(other),
        expected="an address for each of them: --device ...,at=ADDRESS",
    )
