# SPDX-License-Identifier: Apache-2.0
"""The routing tables: which window an address belongs to. Native code reads them as they change.

A port's entry is one word, replaced at once. The table of ranges is never changed: a new one is
published by one store, and the old one retired, for a vCPU may still be looking at it. vCPUs
remember what they found, and in which table: by its number, for addresses are used again.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lightexit.bus.memory import Block
from lightexit.runtime.layout import PLACES, Addresses, Place, Range, Ranges, Tables

PORTS = 1 << 16
_ONES = (1 << 64) - 1


class Claim(NamedTuple):
    """The addresses from `base` on, `size` of them, belong to the window at address `window`."""

    base: int
    size: int
    window: int


class PortTable:
    """One entry for each of the 65,536 ports."""

    limit = PORTS

    def __init__(self, tables: Tables) -> None:
        self._entries = Block(8 * PORTS)
        self._unclaimed = Block(2 * 8 * PORTS)
        tables.ports = self._entries.address
        tables.unclaimed_ports = self._unclaimed.address

    def owners(self, base: int, size: int) -> set[int]:
        """The windows that own some of these ports."""
        return set(self._entries.words[base : base + size]) - {0}

    def exchange(self, leaving: Iterable[Claim], coming: Iterable[Claim]) -> None:
        """Each port changes to its new region in one store; ports of both lists always have one."""
        words = self._entries.words
        for claim in coming:
            for port in range(claim.base, claim.base + claim.size):
                words[port] = claim.window
        for claim in leaving:
            for port in range(claim.base, claim.base + claim.size):
                if words[port] == claim.window:
                    words[port] = 0

    def unclaimed(self) -> list[tuple[int, bool, int]]:
        """Accesses to ports without a device: port, whether they were writes, their number."""
        words = self._unclaimed.words
        return [(i // 2, bool(i % 2), count) for i, count in enumerate(words.tolist()) if count]


class RangeTable:
    """Ranges of memory-mapped registers or of MSRs, sorted by address, all below `limit`."""

    def __init__(self, addresses: Addresses, limit: int, retired: list[object]) -> None:
        self.limit = limit
        self._addresses = addresses
        self._retired = retired
        self._bases: list[int] = []
        self._number = 0
        self._published = Block(Ranges.layout.size)
        self._publish(b"")
        self._unclaimed = Block(PLACES * Place.layout.size)
        addresses.places = self._unclaimed.address

    def owners(self, base: int, size: int) -> set[int]:
        """The windows that own some of these addresses."""
        first = max(bisect.bisect_right(self._bases, base) - 1, 0)
        end = bisect.bisect_left(self._bases, base + size)
        entries = (self._entry(index) for index in range(first, end))
        return {entry.window for entry in entries if entry.end > base}

    def exchange(self, leaving: Sequence[Claim], coming: Sequence[Claim]) -> None:
        """All addresses have their new owners at once."""
        if not leaving and not coming:
            return
        size = Range.layout.size
        entries = bytearray(self._published.bytes[Ranges.layout.size :])
        for claim in leaving:
            index = bisect.bisect_left(self._bases, claim.base)
            del self._bases[index], entries[index * size : (index + 1) * size]
        for claim in coming:
            index = bisect.bisect_left(self._bases, claim.base)
            self._bases.insert(index, claim.base)
            entries[index * size : index * size] = _entry(claim)
        self._publish(bytes(entries))

    def unclaimed(self) -> list[tuple[int | None, bool, int]]:
        """Accesses to addresses without a device: address, whether they were writes, their number.

        None stands for all addresses that were not counted apart.
        """
        size, every = Place.layout.size, self._unclaimed.bytes
        places = [Place.view(every[start:]) for start in range(0, PLACES * size, size)]
        named = sorted(
            ((~place.name & _ONES, place) for place in places if place.name),
            key=lambda pair: pair[0],
        )
        others = self._addresses.other_reads, self._addresses.other_writes
        counts = [
            *((address, (place.reads, place.writes)) for address, place in named),
            (None, others),
        ]
        return [
            (address, is_write, pair[is_write])
            for address, pair in counts
            for is_write in (False, True)
            if pair[is_write]
        ]

    def _entry(self, index: int) -> Range:
        start = Ranges.layout.size + index * Range.layout.size
        return Range.view(self._published.bytes[start:])

    def _publish(self, entries: bytes) -> None:
        block = Block(Ranges.layout.size + len(entries))
        self._number += 1
        head = Ranges.view(block.bytes)
        head.count, head.number = len(entries) // Range.layout.size, self._number
        block.bytes[Ranges.layout.size :] = entries
        self._addresses.ranges = block.address
        self._retired.append(self._published)
        self._published = block


def _entry(claim: Claim) -> bytes:
    entry = Range()
    entry.base, entry.end, entry.window = claim.base, claim.base + claim.size, claim.window
    return bytes(entry)
