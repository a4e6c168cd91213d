# SPDX-License-Identifier: Apache-2.0
"""A filter that is measured: the access, the device that has it, and where a guest sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lightexit.abi import STATE_OFFSET, IoContext, Space, StateMemory, Struct, u8
from lightexit.bus.bus import Bus
from lightexit.bus.clock import BusClock, Clock, ManualClock
from lightexit.bus.region import PlacedRegion, Region, mmio
from lightexit.devices.device import Device
from lightexit.errors import AuthorError
from lightexit.filter import Filter
from lightexit.isa.program import Map
from lightexit.program_filter import variables_struct

#: Where the window is put that has the filter: no PC has anything there.
PORTS, MEMORY = 0x1000, 0xD000_0000
_ADDRESSES = {Space.PIO: PORTS, Space.MMIO: MEMORY}
#: Registers of a filter that no device has, at most.
_LARGEST = 0x1000
_MS = 1_000_000


@dataclass(frozen=True)
class MeasuredAccess:
    """An access at an offset of the device; `value` is what is written."""

    offset: int
    size: int
    is_write: bool = False
    value: int = 0

    def __str__(self) -> str:
        if self.is_write:
            return f"write {self.offset:#x} {self.size} {self.value:#x}"
        return f"read {self.offset:#x} {self.size}"


class Unknown(Struct):
    """The state of a device that is none."""

    unused: u8


class FilterAlone(Device[Unknown]):
    """A filter that no device has, with states of its own; there is no model to ask."""

    name = "filter_alone"

    def __init__(self, clock: Clock, filter_: Filter[Any], end: int) -> None:
        super().__init__(clock)
        states = fresh_states(filter_)
        self.regions = (mmio(end, filter=filter_, states=states),)


def fresh_states(filter_: Filter[Any]) -> list[StateMemory[Any]]:
    """One for each state that the filter takes, as its Struct begins; zeros where that is not
    known."""
    kinds = zip(filter_.program.maps, filter_.states, strict=True)
    return [StateMemory(kind or _bytes(each)) for each, kind in kinds]


def _bytes(of: Map) -> type[Struct]:
    return variables_struct(of._replace(size=max(of.size, STATE_OFFSET + 1)))


@dataclass(frozen=True, eq=False)
class MeasuredFilter:
    """What is measured. `make` makes the device that has the filter, None where there is none;
    `before` are accesses that its model answers first."""

    title: str
    filter: Filter[Any]
    access: MeasuredAccess
    make: Callable[[Clock], Device[Any]] | None = None
    before: tuple[MeasuredAccess, ...] = ()

    def device(self, clock: Clock) -> Device[Any]:
        """One on this clock, in the condition in which it is measured; not on a bus."""
        if self.make is None:
            end = self.access.offset + self.access.size
            if end > _LARGEST:
                raise AuthorError(
                    f"an access at {self.access.offset:#x}, and no device has the filter",
                    expected=f"an access below {_LARGEST:#x}",
                )
            return FilterAlone(clock, self.filter, _LARGEST)
        return self.make(clock)

    def region(self, device: Device[Any]) -> Region:
        """The region by which the access comes to the filter. Raises AuthorError for none."""
        at = self.access.offset
        for each in device.regions:
            inside = each.offset <= at and at + self.access.size <= each.offset + each.size
            if each.filter is self.filter and inside:
                return each
        raise AuthorError(
            f"{self.title}: no region of {device.name} with the filter has an access "
            f"`{self.access}`",
            expected="an access within one of its regions",
        )

    def states(self, device: Device[Any]) -> list[StateMemory[Any]]:
        """The states that the filter works on."""
        return list(self.region(device).states) or [device.memory][: len(self.filter.states)]

    def context(self, now_ns: int) -> IoContext:
        """What the filter is given."""
        context = IoContext()
        context.offset, context.size = self.access.offset, self.access.size
        context.is_write, context.data = self.access.is_write, self.access.value
        context.now_ns = now_ns
        return context


class AttachedFilter:
    """The device on a bus, prepared; `address` is where the access goes.

    Raises AuthorError for what cannot be attached.
    """

    def __init__(self, subject: MeasuredFilter, bus: Bus, clock: BusClock) -> None:
        self.bus = bus
        self.device = subject.device(clock)
        region = subject.region(self.device)
        self.space = region.space
        bus.attach(self.device, at=_place(self.device, region))
        self._region = next(
            each
            for each in bus.regions(self.device)
            if each.filter is subject.filter and each.offset == region.offset
        )
        self.address = _address(self._region, subject.access.offset)
        prepare(self.device, subject.before)

    def answered(self) -> tuple[int, int]:
        """How many accesses there were filter and model have answered."""
        counts = [each for each in self.bus.counts() if each.address == self.address]
        return sum(each.handled for each in counts), sum(each.passed for each in counts)


def prepare(device: Device[Any], accesses: tuple[MeasuredAccess, ...]) -> None:
    """Have the device's model answer these; where time stands still, a millisecond passes after
    each."""
    for each in accesses:
        if each.is_write:
            device.write(each.offset, each.value, each.size)
        else:
            device.read(each.offset, each.size)
        if isinstance(device.clock, ManualClock):
            device.clock.advance(_MS)
            device.advance(device.clock.now_ns())


def _place(device: Device[Any], region: Region) -> dict[str, int | None]:
    """An address for the window of that region; none for the others."""
    windows = {each.name for each in device.regions if not isinstance(each, PlacedRegion)}
    return {name: _ADDRESSES.get(region.space) if name == region.name else None for name in windows}


def _address(region: PlacedRegion, offset: int) -> int:
    return region.base + offset - region.offset
