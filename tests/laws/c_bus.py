# SPDX-License-Identifier: Apache-2.0
"""The law of accesses for liblightexit: its bus does what the definition says.

The cases are those of `laws.accesses`, but for what the library has not: accesses that are timed or
take VM time, budgets, and devices that go on counting when they move.

As a program (`python -m laws.c_bus --count 10000` in tests/) it runs for long.
"""

from __future__ import annotations

import ctypes
import sys
from collections import Counter
from dataclasses import replace
from random import Random
from typing import Any

from bus.plain import Cells
from laws.accesses import Author, Budget, Replace, Step, side_difference
from laws.bus_parts import Recipe
from laws.bus_sides import VCPUS, Case, DefinitionSide, LocalApics, Place, Side
from laws.longrun import tried
from lib import native
from lib.bus import LibraryBus, LibraryMemory
from lightexit.abi import Space, StateMemory
from lightexit.engine.native import NativeEngine


class LibrarySide(Side):
    """On the library's bus, filters as machine code."""

    bus: LibraryBus

    def __init__(self, case: Case) -> None:
        self.bus = LibraryBus(NativeEngine(), vcpus=VCPUS, start_ns=case.start_ns)
        super().__init__(case)
        self.clock = self.bus.clock
        self.bus.apic = LocalApics(self)
        self._relax = native.RELAX(self.contender.let_go)
        place = ctypes.c_void_p.in_dll(native.loaded(), "test_relax")
        place.value = ctypes.cast(self._relax, ctypes.c_void_p).value

    def memory(self) -> StateMemory[Cells]:
        return LibraryMemory(self.bus, Cells)

    def access(
        self, cpu: int | None, space: Space, address: int, size: int, value: int | None
    ) -> int | None:
        if cpu is None:
            return self._host_access(space, address, size, value)
        return self.bus.access(cpu, space, address, size, value)

    def unclaimed(self) -> Counter[tuple[Space, int | None, bool]]:
        """The library tells its caller of each such access, and keeps no count."""
        return Counter()


class UncountedSide(DefinitionSide):
    """The definition, where nobody asks for accesses without a device, budgets or refusals."""

    def unclaimed(self) -> Counter[tuple[Space, int | None, bool]]:
        return Counter()

    def seen(self) -> tuple[Any, ...]:
        return super().seen()[:-2]


def difference(case: Case, steps: list[Step], seen: Counter[str] | None = None) -> str:
    """Where library and definition first differ; empty if they do not."""
    return side_difference(LibrarySide(case), UncountedSide(case), steps, seen)


def random_case(random: Random) -> tuple[Case, list[Step]]:
    """Devices and traffic that the library takes."""
    author = Author(random)
    case, steps = author.case(), author.steps()
    devices = tuple(
        tuple(tuple(_taken(place) for place in layout) for layout in layouts)
        for layouts in case.devices
    )
    kept = [each for each in steps if not _is_left_out(each)]
    return replace(case, devices=devices, step_ns=0, timed=False, refuses=False), kept


def _taken(place: Place) -> Place:
    """What an action asks for, the device has: of others, the library says nothing."""
    if isinstance(place.filter, Recipe):
        return replace(place, filter=replace(place.filter, strays=False))
    return place


def _is_left_out(step: Step) -> bool:
    return isinstance(step, Budget) or (isinstance(step, Replace) and step.device == step.other)


def search(seed: int, count: int) -> Counter[str]:
    """Hold them against each other for that many seeds; what was seen, and how often."""
    seen: Counter[str] = Counter()
    for number in range(seed, seed + count):
        attempt(number, seen)
        seen["cases"] += 1
    return seen


def attempt(number: int, seen: Counter[str] | None = None) -> None:
    """One case. Raises AssertionError where they differ."""
    found = difference(*random_case(Random(number)), seen)
    assert not found, f"seed {number}: {found}"


if __name__ == "__main__":
    sys.exit(min(tried(__doc__, attempt), 1))
