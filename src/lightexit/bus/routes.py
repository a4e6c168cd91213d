# SPDX-License-Identifier: Apache-2.0
"""`Routes`: which regions are on the bus, and the tables that lead native code to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from lightexit.abi import Space
from lightexit.bus.checks import ADDRESSES, check_bounds, check_clear
from lightexit.bus.model import RegionPort
from lightexit.bus.region import PlacedRegion, place
from lightexit.bus.table import Claim, PortTable, RangeTable
from lightexit.errors import AuthorError
from lightexit.runtime.layout import Tables

#: A range of memory ends below 2^64, because its end is stored in 64 bits.
_END = (1 << 64) - 1


class Routes:
    """Every address has one owner or none. Tables that were replaced go to `retired`."""

    def __init__(self, tables: Tables, retired: list[object]) -> None:
        self.ports = PortTable(tables)
        self.memory = RangeTable(tables.memory, _END, retired)
        self.msrs = RangeTable(tables.msrs, ADDRESSES[Space.MSR], retired)
        self._tables: dict[Space, PortTable | RangeTable] = {
            Space.PIO: self.ports,
            Space.MMIO: self.memory,
            Space.MSR: self.msrs,
        }
        self._owners: dict[int, RegionPort] = {}
        self._memory: list[range] = []

    def msr_ranges(self) -> tuple[range, ...]:
        """The MSRs that devices have."""
        regions = (port.region for port in self._owners.values())
        return tuple(
            range(each.base, each.base + each.size) for each in regions if each.space is Space.MSR
        )

    def check_place(self, name: str, region: PlacedRegion) -> None:
        """Raises AuthorError where a region of the device `name` cannot be."""
        check_bounds(name, region, self._tables[region.space].limit)
        for memory in self._memory:
            check_clear(name, region, memory)

    def keep_clear(self, memory: Iterable[range]) -> None:
        """No region may be there. Raises AuthorError where one is."""
        fresh = [each for each in memory if each not in self._memory]
        for port in self._owners.values():
            for each in fresh:
                check_clear(port.model.name, port.region, each)
        self._memory += fresh

    def check(self, leaving: Sequence[RegionPort], coming: Sequence[RegionPort]) -> None:
        """Raises AuthorError where an address would have two owners after that exchange."""
        for port, following in pairwise(sorted(coming, key=lambda port: place(port.region))):
            space, base = following.region.space, following.region.base
            if space is port.region.space and base in port.region:
                raise _overlap(following, port)
        gone = {port.address for port in leaving}
        for port in coming:
            region = port.region
            for owner in self._tables[region.space].owners(region.base, region.size) - gone:
                raise _overlap(port, self._owners[owner])

    def exchange(self, leaving: Sequence[RegionPort], coming: Sequence[RegionPort]) -> None:
        """Replace `leaving` by `coming`; addresses of both have a device at every moment."""
        self._owners.update((port.address, port) for port in coming)
        for space, table in self._tables.items():
            table.exchange(_claims(leaving, space), _claims(coming, space))
        for port in leaving:
            del self._owners[port.address]


def _claims(ports: Iterable[RegionPort], space: Space) -> list[Claim]:
    regions = ((port.region, port.address) for port in ports)
    return [Claim(each.base, each.size, window) for each, window in regions if each.space is space]


def _overlap(port: RegionPort, owner: RegionPort) -> AuthorError:
    return AuthorError(
        f"{_described(port)} overlaps {_described(owner)}",
        where=port.region.where,
        expected="regions that do not overlap",
        hint=f"detach {owner.model.name} first, or move one of them",
    )


def _described(port: RegionPort) -> str:
    region = port.region
    last = region.base + region.size - 1
    return f"{port.model.name}'s {region.space.name} region {region.base:#x}..{last:#x}"
