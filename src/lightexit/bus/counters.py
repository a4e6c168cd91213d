# SPDX-License-Identifier: Apache-2.0
"""What was counted: accesses per register and direction, as plain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from lightexit.abi import Space
from lightexit.bus.memory import Block
from lightexit.bus.region import Region, shape
from lightexit.runtime import layout

#: A region with more registers than this counts neighbouring ones together.
MOST_COUNTERS = 4096
_FIELDS = len(layout.Counter.layout.fields)


@dataclass(frozen=True, slots=True)
class RegisterCount:
    """Accesses of one register in one direction; times are totals, 0 unless timed."""

    device: str
    register: str
    space: Space
    address: int
    is_write: bool
    #: Accesses that the filter answered.
    handled: int
    #: Accesses that the model answered.
    passed: int
    handled_ns: float
    passed_ns: float

    @property
    def accesses(self) -> int:
        """All accesses."""
        return self.handled + self.passed


@dataclass(frozen=True, slots=True)
class UnclaimedCount:
    """Accesses that nobody answered. Some 1,000 addresses of memory, and as many MSRs, are counted
    apart, the others together, with no address."""

    space: Space
    address: int | None
    is_write: bool
    accesses: int


@dataclass(frozen=True, slots=True)
class RawCount:
    """One counter of a region: the device's offset, the direction, and `Counter`'s fields."""

    offset: int
    is_write: bool
    values: tuple[int, ...]


class RegionCounters:
    """A region's counters, a lane for each source of accesses."""

    def __init__(self, region: Region, lanes: int) -> None:
        self.shift = max(region.register_width, 1).bit_length() - 1
        while region.size >> self.shift > MOST_COUNTERS:
            self.shift += 1
        registers = ((region.size - 1) >> self.shift) + 1
        self.lane_size = 2 * registers * layout.Counter.layout.size
        self._origin = region.offset
        self._lanes = lanes
        self._block = Block(lanes * self.lane_size)
        self.address = self._block.address

    def counts(self) -> Iterator[RawCount]:
        """Every counter that is not zero, summed over the lanes."""
        words = self._block.words.tolist()
        per_lane = self.lane_size // 8
        # Few of many: a status line asks twice a second.
        touched = {place % per_lane // _FIELDS for place, word in enumerate(words) if word}
        for index in sorted(touched):
            start = index * _FIELDS
            lanes = (words[lane + start : lane + start + _FIELDS] for lane in self._starts())
            values = tuple(map(sum, zip(*lanes, strict=True)))
            if values[0] or values[1]:
                offset = self._origin + ((index // 2) << self.shift)
                yield RawCount(offset, bool(index % 2), values)

    def _starts(self) -> range:
        return range(0, self._lanes * self.lane_size // 8, self.lane_size // 8)

    def clear(self) -> None:
        """Back to zero."""
        self._block.bytes[:] = bytes(self._block.size)


#: A region's registers, and which of the device's regions that show them it is.
Key: TypeAlias = tuple[object, int]


def shapes_of(regions: Iterable[Region]) -> list[Key]:
    """What tells a device's regions apart, wherever they are: their shapes, with a number where
    several have the same."""
    seen: Counter[object] = Counter()
    found: list[Key] = []
    for region in regions:
        found.append((shape(region), seen[shape(region)]))
        seen[shape(region)] += 1
    return found


def counters_of(
    regions: Iterable[Region], before: Mapping[Key, RegionCounters], lanes: int
) -> Iterator[tuple[Key, RegionCounters]]:
    """Those of a device's regions as it declares them, in that order, each made when it is asked
    for: native code finds a window and its counters close to each other.

    Regions that show the same registers as `before` go on counting, wherever they are, and nowhere
    in between: what moves makes no more of them.
    """
    declared = list(regions)
    for key, region in zip(shapes_of(declared), declared, strict=True):
        yield key, before.get(key) or RegionCounters(region, lanes)
