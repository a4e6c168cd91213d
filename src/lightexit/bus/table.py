# SPDX-License-Identifier: Apache-2.0
"""The routing tables: which window an address belongs to. Native code reads them as they change.

A port's entry is one word, replaced at once. The table of ranges is never changed: a new one is
published by one store, and the old one retired, for a vCPU may still be looking at it. vCPUs
remember what they found, and in which table: by its number, for addresses are used again.
"""

from __future__ import annotations

import bisect

from lightexit.abi import Space
from lightexit.bus.layout import Range, Ranges, Tables
from lightexit.bus.memory import Block

PORTS = 1 << 16


class PortTable:
    """One entry for each of the 65,536 ports."""

    space = Space.PIO
    limit = PORTS

    def __init__(self, tables: Tables) -> None:
        self._entries = Block(8 * PORTS)
        self._unclaimed = Block(2 * 8 * PORTS)
        tables.ports = self._entries.address
        tables.unclaimed_ports = self._unclaimed.address

    def find(self, base: int, size: int) -> int:
        """Address of a window that owns some of these ports, or 0."""
        return next((entry for entry in self._entries.words[base : base + size] if entry), 0)

    def set(self, base: int, size: int, window: int) -> None:
        """Give these ports to a window, or to nobody (0)."""
        words = self._entries.words
        for port in range(base, base + size):
            words[port] = window

    def unclaimed(self) -> list[tuple[int, bool, int]]:
        """Accesses that nobody answered: port, whether they were writes, their number."""
        words = self._unclaimed.words
        return [(i // 2, bool(i % 2), count) for i, count in enumerate(words.tolist()) if count]


class RangeTable:
    """Ranges of memory-mapped registers, sorted by address."""

    space = Space.MMIO
    limit = (1 << 64) - 1

    def __init__(self, tables: Tables, retired: list[object]) -> None:
        self._tables = tables
        self._retired = retired
        self._bases: list[int] = []
        self._number = 0
        self._published = Block(Ranges.layout.size)
        self._publish(b"")

    def find(self, base: int, size: int) -> int:
        """Address of a window that owns some of these addresses, or 0."""
        index = bisect.bisect_left(self._bases, base + size) - 1
        if index < 0:
            return 0
        found = self._entry(index)
        return found.window if found.end > base else 0

    def set(self, base: int, size: int, window: int) -> None:
        """Give these addresses to a window, or to nobody (0)."""
        index = bisect.bisect_left(self._bases, base)
        start = index * Range.layout.size
        entries = self._entries()
        if window:
            added = Range()
            added.base, added.end, added.window = base, base + size, window
            self._bases.insert(index, base)
            self._publish(entries[:start] + bytes(added) + entries[start:])
        else:
            del self._bases[index]
            self._publish(entries[:start] + entries[start + Range.layout.size :])

    def _entries(self) -> bytes:
        return bytes(self._published.bytes[Ranges.layout.size :])

    def _entry(self, index: int) -> Range:
        start = Ranges.layout.size + index * Range.layout.size
        return Range.view(self._published.bytes[start:])

    def _publish(self, entries: bytes) -> None:
        block = Block(Ranges.layout.size + len(entries))
        self._number += 1
        head = Ranges.view(block.bytes)
        head.count, head.number = len(entries) // Range.layout.size, self._number
        block.bytes[Ranges.layout.size :] = entries
        self._tables.ranges = block.address
        self._retired.append(self._published)
        self._published = block
