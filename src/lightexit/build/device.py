# SPDX-License-Identifier: Apache-2.0
"""DEVICE.h: the headers of a device's filters, its regions and registers as constants."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from functools import partial

from lightexit.abi import fingerprint
from lightexit.abi.header import PREFIX
from lightexit.build.constants import Constant, state_room
from lightexit.build.header import defines, guarded
from lightexit.build.names import check_part, macro
from lightexit.build.sources import DeviceSubject
from lightexit.bus.blame import place_of
from lightexit.bus.placing import placements
from lightexit.bus.region import PlacedRegion, Region


def device_header(device: DeviceSubject) -> str:
    """The text of a device's header."""
    includes = "".join(f'#include "{each.symbol}.h"\n' for each in device.filters.values())
    parts = [includes, "\n", defines(device_constants(device))]
    if device.regions is None:
        parts.append("/* Its regions are made with it, as its arguments have them. */\n")
    return guarded(f"DEVICE_{macro(device.name)}", parts)


def device_constants(device: DeviceSubject) -> list[Constant]:
    """Its name and state as saves have them, the offsets of its registers, and its regions.

    A base is the address in a PC; there is none where nobody knows it.
    """
    found = [*_state(device), *_registers(device)]
    regions = device.regions
    if regions is None:
        return found
    name = macro(device.name)
    found.append((f"{name}_REGION_COUNT", str(len(regions))))
    for number, region in enumerate(placed_regions(device, regions)):
        found += _region(f"{name}_REGION_{number}", device, region)
    return found


def placed_regions(device: DeviceSubject, regions: tuple[Region, ...]) -> Iterator[Region]:
    """Each where a PC has it, if that is known."""
    if device.place is None:
        yield from regions
        return
    for region, placed in zip(regions, placements(device.name, regions, device.place), strict=True):
        yield placed or region


def _region(prefix: str, device: DeviceSubject, region: Region) -> Iterator[Constant]:
    if region.name:
        yield f"{prefix}_NAME", _string(region.name)
    yield f"{prefix}_SPACE", f"{int(region.space)} /* {PREFIX}space_{region.space.name} */".upper()
    if isinstance(region, PlacedRegion):
        yield f"{prefix}_BASE", f"{region.base:#x}ull"
    yield f"{prefix}_SIZE", f"{region.size:#x}ull"
    yield f"{prefix}_OFFSET", f"{region.offset:#x}ull"
    yield f"{prefix}_REGISTER_WIDTH", str(region.register_width)
    if region.filter is not None:
        yield f"{prefix}_FILTER", f"{device.filters[region.filter].macro}_FILTER"


def _string(text: str) -> str:
    """A string of C's; what else is in a window's name is left out."""
    return f'"{re.sub(r"[^A-Za-z0-9_. -]", "", text)}"'


def _state(device: DeviceSubject) -> Iterator[Constant]:
    kind, name = device.kind, macro(device.name)
    yield f"{name}_NAME", _string(kind.name)
    yield f"{name}_STATE_SIZE", str(state_room(kind.state_type))
    yield f"{name}_STATE_FINGERPRINT", f"{fingerprint(kind.state_type):#018x}ull"
    yield f"{name}_STATE_VERSION", str(len(getattr(kind, "older_states", ())) + 1)


def _registers(device: DeviceSubject) -> Iterator[Constant]:
    names = getattr(device.kind, "registers", None)
    if isinstance(names, type) and issubclass(names, IntEnum):
        for each in names:
            check_part(each.name, f"a register of {device.name}", partial(place_of, names))
            yield f"{macro(device.name)}_REG_{each.name}", f"{each.value:#x}"
