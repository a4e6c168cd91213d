# SPDX-License-Identifier: Apache-2.0
"""What is looked at before a device comes onto the bus; all refusals are AuthorErrors."""

from __future__ import annotations

from typing import Any

from lightexit.abi import (
    STATE_OFFSET,
    Request,
    Space,
    StateMemory,
    Struct,
    first_difference,
    value_size,
)
from lightexit.bus.blame import place_of
from lightexit.bus.model import Model
from lightexit.bus.region import PlacedRegion, Region
from lightexit.bus.variables import states_of
from lightexit.errors import AuthorError
from lightexit.filter import Filter, LoadedFilter
from lightexit.isa.program import Map
from lightexit.program_filter import shared_maps
from lightexit.runtime.layout import MOST_STATES

#: How many addresses a space has.
ADDRESSES = {Space.PIO: 1 << 16, Space.MMIO: 1 << 64, Space.MSR: 1 << 32}
_END = 1 << 64


def check_access(space: Space, address: int, size: int) -> None:
    """Raises AuthorError for an access that no guest can make."""
    last = ADDRESSES[space] - 1
    if not 1 <= size <= 8:
        raise AuthorError(f"an access of {size} bytes", expected="1 to 8 bytes")
    if space is Space.MSR and size != 8:
        raise AuthorError(f"an access of {size} bytes to an MSR", expected="8 bytes")
    if not 0 <= address <= last:
        raise AuthorError(
            f"an access of {space.name} at {address:#x}", expected=f"an address of 0 to {last:#x}"
        )


def check_model(model: Model) -> None:
    """Raises AuthorError for a device without a name, or that says nothing of its regions."""
    kind = type(model).__name__
    name = getattr(model, "name", None)
    if not isinstance(name, str) or not name:
        raise AuthorError(
            f"the device {kind} has no name" if not name else f"the name of {kind} is {name!r}",
            where=place_of(model),
            expected="a str, what messages and counters call it",
            hint=f'name = "{kind.lower()}" in the class',
        )
    regions = getattr(model, "regions", None)
    if not isinstance(regions, tuple) or not all(isinstance(each, Region) for each in regions):
        raise AuthorError(
            f"{name} has no regions" if regions is None else f"{name}'s regions are {regions!r}",
            where=place_of(model),
            expected="a tuple of the windows through which a guest sees its registers",
            hint="regions = (pio(4),), or () for a device that is nowhere yet",
        )


def check_region(model: Model, region: Region) -> None:
    """Raises AuthorError for a region that no bus can have, wherever it is to be."""
    _check_types(model, region)
    name = _name(model.name, region)
    width = region.register_width
    if region.size < 1:
        found, expected = f"{name} is {region.size} bytes long", "at least 1 byte"
    elif region.offset < 0 or region.offset + region.size > _END:
        found = f"{name} is {region.size} bytes long and begins at offset {region.offset}"
        expected = f"offsets of 0 to {_END - 1:#x}"
    elif width not in (0, 1, 2, 4, 8) or (width and (region.size | region.offset) % width):
        found = (
            f"{name} is {region.size} bytes long, from offset {region.offset} on, and has a "
            f"register width of {width}"
        )
        expected = "a register width of 1, 2, 4 or 8 that divides both, or 0 for none"
    elif region.space is Space.MSR and width:
        found = f"{name} has a register width of {width}"
        expected = "a register width of 0: each MSR is a register of 8 bytes"
    elif len(region.states) >= MOST_STATES:
        found, expected = f"{name} has {len(region.states)} states", f"fewer than {MOST_STATES}"
    else:
        return
    raise AuthorError(found, where=region.where, expected=expected)


def _check_types(model: Model, region: Region) -> None:
    """Raises AuthorError for a value that is not a number, or not a state."""
    numbers = ("base",) if isinstance(region, PlacedRegion) else ()
    for name in (*numbers, "size", "offset", "register_width"):
        value = getattr(region, name)
        if not isinstance(value, int):
            raise _wrong_type(model, region, f"{name} {value!r}", "an int")
    if not isinstance(region.space, Space):
        raise _wrong_type(model, region, f"space {region.space!r}", "a Space")
    if not isinstance(region.name, str):
        raise _wrong_type(model, region, f"name {region.name!r}", "a str")
    for state in region.states:
        if not isinstance(state, StateMemory):
            raise _wrong_type(model, region, f"state {state!r}", "a StateMemory, as Device.memory")


def _wrong_type(model: Model, region: Region, found: str, expected: str) -> AuthorError:
    return AuthorError(
        f"a region of {model.name} has the {found}", where=region.where, expected=expected
    )


def check_states(model: Model, region: Region) -> None:
    """Raises AuthorError where a filter's states are not those that the region gives it."""
    if region.filter is None:
        return
    states = region.states or (model.memory,)
    if len(every := states_of(model, region)) >= MOST_STATES:
        raise AuthorError(
            f"the filter {region.filter.name} of {model.name} has {len(every)} states, with its "
            "own variables",
            where=region.filter.where(),
            expected=f"fewer than {MOST_STATES}",
        )
    for index, (wanted, given) in enumerate(zip(region.filter.states, states, strict=False)):
        if wanted is None:
            continue
        difference = first_difference(wanted.layout, given.kind.layout)
        if difference is not None:
            raise _other_layout(model, region.filter, index, (wanted, given.kind), difference)
    _check_sizes(model, region.filter, states)


def _other_layout(
    model: Model,
    filter: Filter[Any],
    index: int,
    kinds: tuple[type[Struct], type[Struct]],
    difference: tuple[str, str],
) -> AuthorError:
    wanted, given = (kind.__name__ for kind in kinds)
    return AuthorError(
        f"the filter {filter.name} of {model.name} takes the state {wanted}, with {difference[0]}",
        where=filter.where(index),
        expected=f"the state that its region passes: {given}, with {difference[1]}",
        hint=f"{given} as the filter's argument, or states=(...) in the region, in the order of "
        "the filter's arguments",
    )


def _check_sizes(model: Model, filter: Filter[Any], states: tuple[StateMemory[Any], ...]) -> None:
    """All that can be known of a program that names no Structs."""
    wanted = shared_maps(filter.program)
    if len(wanted) <= len(states) and all(map(_fits, wanted, states)):
        return
    given = [value_size(state.kind) for state in states]
    kinds = ", ".join(state.kind.__name__ for state in states)
    names = ", ".join(f"{entry.name} ({entry.size} bytes)" for entry in wanted)
    raise AuthorError(
        f"the filter {filter.name} of {model.name} takes the states {names}",
        where=filter.where(),
        expected=f"the states that its region passes: {kinds} ({given} bytes)",
        hint="states=(...) in the region, in the order of the filter's arguments",
    )


def _fits(wanted: Map, given: StateMemory[Any]) -> bool:
    """Whether a map is of that Struct: C may count its padding, or not count what only masked
    indices could reach."""
    least = STATE_OFFSET + given.kind.layout.size
    most = max(value_size(given.kind), -(-least // 8) * 8)
    return bool(least <= wanted.size <= most)


def check_actions(model: Model, loaded: LoadedFilter, requests: Request) -> None:
    """Raises AuthorError, at the line that asks, where a filter may ask for a line or doorbell
    that the device lacks, or for a request that is not among those carried out."""
    excess = loaded.report.exceeds(
        lines=len(model.lines), doorbells=len(model.doorbells), requests=requests
    )
    if excess is not None:
        raise excess


def check_bounds(name: str, region: PlacedRegion, limit: int) -> None:
    """Raises AuthorError for a region of the device `name` that is not below `limit`."""
    if region.size < 1 or region.base < 0 or region.base + region.size > limit:
        raise AuthorError(
            f"{_name(name, region)} is {region.size} bytes long",
            where=region.where,
            expected=f"at least 1 byte, all of them below {limit:#x}",
        )


def check_clear(name: str, region: PlacedRegion, memory: range) -> None:
    """Raises AuthorError for a region that overlaps guest memory: accesses there never exit."""
    end = region.base + region.size
    if region.space is Space.MMIO and region.base < memory.stop and memory.start < end:
        raise AuthorError(
            f"{_name(name, region)}, {region.size} bytes, overlaps the guest's memory",
            where=region.where,
            expected=f"addresses outside of {memory.start:#x}..{memory.stop - 1:#x}",
        )


def _name(name: str, region: Region) -> str:
    where = f" at {region.base:#x}" if isinstance(region, PlacedRegion) else ""
    return f"{name}'s {region.space.name} region{where}"
