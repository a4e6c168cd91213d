# SPDX-License-Identifier: Apache-2.0
"""What is built of a module of Python's, of an eBPF object, or of a device by its name.

A filter of a device is called DEVICE_FILTER in C, any other as in its source.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

from lightexit import plugins
from lightexit.abi import Struct
from lightexit.build.built_filter import BuiltFilter
from lightexit.build.names import check_header, check_part
from lightexit.bus.blame import place_of
from lightexit.bus.checks import check_region
from lightexit.bus.placing import Place
from lightexit.bus.region import Region
from lightexit.errors import AuthorError
from lightexit.filter import Filter
from lightexit.program_filter import load_objects
from lightexit.targets import devices_in
from lightexit.vm.places import PC

#: Filters with what they are called in C.
Named: TypeAlias = Mapping[Filter[Any], BuiltFilter]


@dataclass(frozen=True, eq=False)
class DeviceSubject:
    """A device with filters; `name` is what it is called in C.

    `regions` are those of its class, None where they are made with the device; `place` is where
    a PC has them.
    """

    name: str
    kind: Any
    filters: Named
    regions: tuple[Region, ...] | None
    place: Place | None = None


@dataclass(frozen=True, eq=False)
class Sources:
    """All that is built, in order."""

    subjects: tuple[BuiltFilter, ...]
    devices: tuple[DeviceSubject, ...]


def of_module(module: ModuleType, what: str, only: str | None) -> Sources:
    """The devices that a module defines, and the filters that are none of theirs.

    `only` picks a filter or device by its name. Raises AuthorError where there is nothing, or
    something without a name in C; `what` is what the user calls the module.
    """
    devices = [_device(kind, module) for kind in devices_in(module)]
    devices = [each for each in devices if each.filters]
    taken = {filter for each in devices for filter in each.filters}
    rest = [BuiltFilter(each.name, each) for each in _filters_in(module) if each not in taken]
    every = Sources(_all(rest, devices), tuple(devices))
    return _picked(every, what, only)


def of_object(
    path: Path, only: str | None, told: Mapping[str, int | type[Struct]] | None = None
) -> Sources:
    """The filters in an eBPF object; `told` has Structs of its states, or sizes, by name.

    Raises AuthorError as `load_object` does, and where there is none called `only`.
    """
    found = load_objects(path, sizes=told)
    return _picked(
        Sources(tuple(BuiltFilter(each.name, each) for each in found), ()), str(path), only
    )


def of_device(name: str, only: str | None) -> Sources:
    """A device of ours or of another distribution, by its name; `only` picks one of its filters.

    Raises as `plugins.find` does, and AuthorError where it has no filter, or none of that name.
    """
    kind = plugins.find(plugins.DEVICES, name)
    place = PC.get(name) if name in plugins.DEVICES.ours else None
    found = _device(kind, sys.modules[kind.__module__], place)
    if not found.filters:
        raise AuthorError(
            f"the device {name} has no filter: its model answers every access",
            expected="a device with a filter in one of its regions",
        )
    return _picked(Sources(_all([], [found]), (found,)), name, only)


def _all(
    filters: Iterable[BuiltFilter], devices: Iterable[DeviceSubject]
) -> tuple[BuiltFilter, ...]:
    return (*filters, *(subject for each in devices for subject in each.filters.values()))


def _filters_in(module: ModuleType) -> list[Filter[Any]]:
    return list(dict.fromkeys(each for each in vars(module).values() if isinstance(each, Filter)))


def _device(kind: Any, module: ModuleType, place: Place | None = None) -> DeviceSubject:
    name = kind.name.replace("-", "_")
    what, where = f"the device {kind.__name__}", partial(place_of, kind)
    check_part(name, what, where)
    check_header(name, what, where)
    regions = getattr(kind, "regions", None)
    regions = regions if isinstance(regions, tuple) else None
    for each in regions or ():
        check_region(kind, each)
    found = _own(kind, module) if regions is None else [each.filter for each in regions]
    filters = {
        each: BuiltFilter(f"{name}_{each.name}", each, name)
        for each in dict.fromkeys(found)
        if each is not None
    }
    return DeviceSubject(name, kind, filters, regions, place)


def _own(kind: Any, module: ModuleType) -> list[Filter[Any]]:
    """Of a device that makes its regions itself: its module's filters that no other has."""
    others = {
        region.filter
        for each in devices_in(module)
        if each is not kind and isinstance(getattr(each, "regions", None), tuple)
        for region in each.regions
    }
    return [
        each
        for each in _filters_in(module)
        if each not in others and each.function.__module__ == kind.__module__
    ]


def _picked(every: Sources, what: str, only: str | None) -> Sources:
    if not every.subjects:
        raise AuthorError(
            f"{what} holds no filter", expected="a function decorated with @io_filter"
        )
    if only is None:
        return every
    devices = tuple(each for each in every.devices if each.name == only)
    chosen = [
        each for each in every.subjects if only in (each.symbol, each.device, each.filter.name)
    ]
    if not chosen:
        names = [*(each.name for each in every.devices), *(each.symbol for each in every.subjects)]
        raise AuthorError(
            f"{what} holds no filter or device named {only}",
            expected=f"one of: {', '.join(names)}",
        )
    return Sources(tuple(chosen), devices)
