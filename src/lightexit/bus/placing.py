# SPDX-License-Identifier: Apache-2.0
"""Where a device's regions are: what the machine says, held against what the device declares."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from lightexit.bus.region import PlacedRegion, Region
from lightexit.errors import AuthorError

#: An address; or one for each window by its name, None for a window that is not mapped.
Place: TypeAlias = int | Mapping[str, int | None]


def placed(name: str, regions: Iterable[Region], at: Place | None) -> tuple[PlacedRegion, ...]:
    """The regions of the device `name`, each where `at` says, but for those that are nowhere.

    Those placed already stay. Raises AuthorError for a window that has no address, for an address
    of none, and for one address of several windows.
    """
    return tuple(region for region in placements(name, regions, at) if region is not None)


def placements(
    name: str, regions: Iterable[Region], at: Place | None
) -> tuple[PlacedRegion | None, ...]:
    """As `placed`, with None for each region that is nowhere."""
    regions = tuple(regions)
    windows = _windows(regions)
    bases = _bases(name, windows, at)
    return tuple(_placement(region, windows, bases) for region in regions)


def _placement(
    region: Region, windows: dict[str, list[Region]], bases: Mapping[str, int | None]
) -> PlacedRegion | None:
    if isinstance(region, PlacedRegion):
        return region
    base, first = bases[region.name], min(each.offset for each in windows[region.name])
    return None if base is None else region.at(base + region.offset - first)


def _windows(regions: Iterable[Region]) -> dict[str, list[Region]]:
    """The regions that are to be placed, by the name of their window."""
    found: dict[str, list[Region]] = {}
    for region in regions:
        if not isinstance(region, PlacedRegion):
            found.setdefault(region.name, []).append(region)
    return found


def _bases(
    name: str, windows: dict[str, list[Region]], at: Place | None
) -> Mapping[str, int | None]:
    _check_spaces(name, windows)
    if isinstance(at, int):
        if len(windows) != 1:
            raise _not_one(name, windows, at)
        return dict.fromkeys(windows, at)
    bases = {} if at is None else at
    if not isinstance(bases, Mapping) or not all(
        base is None or isinstance(base, int) for base in bases.values()
    ):
        raise AuthorError(f"{at!r} as the address of {name}", expected=_wanted(windows))
    for window in bases:
        if window not in windows:
            raise _unknown(name, windows, window)
    for window, regions in windows.items():
        if window not in bases:
            raise _missing(name, windows, window, regions[0])
    return bases


def _check_spaces(name: str, windows: dict[str, list[Region]]) -> None:
    for regions in windows.values():
        for region in regions:
            if region.space is not regions[0].space:
                raise AuthorError(
                    f"{name} has a window with regions in both spaces",
                    where=region.where,
                    expected="regions of one space: a window has one address",
                    hint='name="..." in the region, a name for each window',
                )


def _not_one(name: str, windows: dict[str, list[Region]], at: int) -> AuthorError:
    if not windows:
        return AuthorError(
            f"the address {at:#x} for {name}", expected="none: all its regions have addresses"
        )
    return AuthorError(
        f"one address, {at:#x}, for the {len(windows)} windows of {name}",
        where=next(iter(windows.values()))[0].where,
        expected=_wanted(windows),
    )


def _unknown(name: str, windows: dict[str, list[Region]], window: object) -> AuthorError:
    close = difflib.get_close_matches(str(window), windows, n=1)
    return AuthorError(
        f"{name} has no window {window!r} that needs an address",
        expected=_wanted(windows),
        hint=repr(close[0]) if close else "",
    )


def _missing(
    name: str, windows: dict[str, list[Region]], window: str, region: Region
) -> AuthorError:
    which = f" {window!r}" if window else ""
    return AuthorError(
        f"no address for the {region.space.name} window{which} of {name}",
        where=region.where,
        expected=_wanted(windows),
    )


def _wanted(windows: dict[str, list[Region]]) -> str:
    """What to give where a device comes onto a bus or a machine."""
    if not windows:
        return "no address: all its regions have one"
    if list(windows) == [""]:
        return "at=ADDRESS"
    return f"at={{{', '.join(f'{each!r}: ADDRESS' for each in windows)}}}"
