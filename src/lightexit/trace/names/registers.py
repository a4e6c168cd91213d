# SPDX-License-Identifier: Apache-2.0
"""The registers of our own devices: what they are called, and which filter answers them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from lightexit import plugins
from lightexit.abi import Space
from lightexit.bus.placing import placed
from lightexit.bus.region import PlacedRegion, Region, mmio, pio
from lightexit.devices.device import Device
from lightexit.errors import InternalError
from lightexit.trace.names.reading import lines_of


@dataclass(frozen=True, slots=True)
class RegisterName:
    """`register` is "" where only the device is known, and `device`, too, where not even that is.

    `filter` is the name of our filter that answers the access ("pmtimer.read_timer"), "" where
    there is none. A filter may still pass: where the register's state asks for the model.
    """

    device: str = ""
    register: str = ""
    filter: str = ""

    def __str__(self) -> str:
        return f"{self.device} {self.register}".rstrip()


@dataclass(frozen=True, slots=True)
class NamedWindow:
    """Addresses of one device: `registers` are the names of some, by address.

    `kind` is the name of our device that has the same registers, "" where there is none.
    """

    space: Space
    first: int
    last: int
    device: str
    registers: Mapping[int, str]
    kind: str = ""


@cache
def device_classes() -> dict[str, type[Device[Any]]]:
    """Our devices by name."""
    found = (plugins.find(plugins.DEVICES, name) for name in plugins.DEVICES.ours)
    return {each.name: each for each in found}


def own_windows(kind: str, window: str, base: int, device: str) -> Iterator[NamedWindow]:
    """Where the registers of our device `kind` are, with its window of that name at `base`; they
    are called the registers of `device`."""
    if kind not in device_classes():
        raise InternalError(f"a map of addresses has the registers of {kind!r}, which is no device")
    regions = regions_of(kind)
    if all(each.name != window for each in regions):
        raise InternalError(f"a map of addresses has the window {window!r}, which {kind} has not")
    at = {each.name: base if each.name == window else None for each in regions}
    for region in placed(kind, regions, at):
        last = region.base + region.size - 1
        registers = dict(_named(kind, region))
        yield NamedWindow(region.space, region.base, last, device, registers, kind)


def _named(kind: str, region: PlacedRegion) -> Iterator[tuple[int, str]]:
    for register in device_classes()[kind].registers or ():
        address = region.base + register - region.offset
        if address in region:
            yield address, register.name


def regions_of(kind: str) -> tuple[Region, ...]:
    """A device's regions, also of one that declares them only once it is built."""
    device = device_classes()[kind]
    declared: tuple[Region, ...] | None = getattr(device, "regions", None)
    if declared is not None:
        return declared
    size = max(device.registers or (0,)) + 1
    return (mmio(size) if size > 0x100 else pio(size),)


@cache
def _filters() -> dict[tuple[str, str, bool], str]:
    """By device, register and direction."""
    found = {}
    for _, (device, register, directions, name) in lines_of("filters"):
        for direction in directions:
            found[device, register, direction == "w"] = name
    return found


def filter_of(device: str, register: str, is_write: bool) -> str:
    """The name of the filter that answers a register of our device `device`; "" for none."""
    return _filters().get((device, register, is_write), "")
