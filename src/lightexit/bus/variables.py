# SPDX-License-Identifier: Apache-2.0
"""Variables of filters that are bytecode: kept for each device, and saved with it.

In C, `static __u32 calls;` is one variable for all functions of a file. So all filters of one
object that a device has share its variables; two devices do not.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from lightexit.abi import StateMemory
from lightexit.bus.region import Region
from lightexit.isa.program import Map
from lightexit.program_filter import ProgramFilter, own_maps, shared_maps, variables_struct

if TYPE_CHECKING:
    from lightexit.bus.model import Model

#: What their names in a save begin with.
VARIABLES = "variables "
#: By the object's file, or else the filter's name; and the state.
_Key = tuple[str, Map]
_KEPT: WeakKeyDictionary[Any, dict[_Key, StateMemory[Any]]] = WeakKeyDictionary()


def states_of(model: Model, region: Region) -> tuple[StateMemory[Any], ...]:
    """What the filter of a region works on, by the numbers of its maps; then what its region
    gives besides."""
    given = region.states or (model.memory,)
    if not isinstance(region.filter, ProgramFilter):
        return given
    count = len(shared_maps(region.filter.program))
    return (*given[:count], *_variables(model, region.filter).values(), *given[count:])


def held_for(model: Model, region: Region) -> tuple[StateMemory[Any], ...]:
    """The states whose locks are held around a model's answer: its filter's, and its own."""
    given = states_of(model, region)
    return given if model.memory in given else (*given, model.memory)


def _variables(model: Model, filter_: ProgramFilter) -> dict[_Key, StateMemory[Any]]:
    own = own_maps(filter_.program)
    if not own:
        return {}
    kept = _KEPT.setdefault(model, {})
    found = {}
    for each in own:
        key = filter_.file or filter_.name, each
        if key not in kept:
            kept[key] = StateMemory(variables_struct(each))
        found[key] = kept[key]
    return found


def variables_of(model: Any, regions: Iterable[Region]) -> dict[str, StateMemory[Any]]:
    """All variables of a device's filters, under names that differ where the bytecode does."""
    found: dict[str, StateMemory[Any]] = {}
    for region in regions:
        if not isinstance(region.filter, ProgramFilter):
            continue
        code = zlib.crc32(region.filter.program.code)
        for (_, each), memory in _variables(model, region.filter).items():
            if memory not in found.values():
                found[f"{VARIABLES}{region.filter.name}.{each.name} of code {code:08x}"] = memory
    return found
