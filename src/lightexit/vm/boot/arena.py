# SPDX-License-Identifier: Apache-2.0
"""`Arena`: guest memory, and what a loader has put where in it."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from enum import IntEnum

from lightexit.errors import AuthorError
from lightexit.vm.memory import KIB, MIB, VIDEO, GuestMemory
from lightexit.vm.paging import PAGE

#: The extended BIOS data area, as small as it can be, at the end of low memory.
EBDA = range(VIDEO.start - KIB, VIDEO.start)
#: Below it, but not the BIOS's page.
LOW = range(PAGE, EBDA.start)
#: Where an operating system looks for ACPI's root pointer (ACPI 6.5 section 5.2.5.1).
BIOS_AREA = range(0xE0000, MIB)


class MemoryKind(IntEnum):
    """What a range of memory is: the numbers of ACPI 6.5 chapter 15, which all loaders use."""

    RAM = 1
    RESERVED = 2


@dataclass(frozen=True)
class MapEntry:
    """An entry of the memory map that a kernel is given."""

    base: int
    size: int
    kind: MemoryKind


def memory_map(memory: GuestMemory) -> tuple[MapEntry, ...]:
    """All of the guest's memory, by address."""
    return (
        MapEntry(0, EBDA.start, MemoryKind.RAM),
        MapEntry(EBDA.start, len(EBDA), MemoryKind.RESERVED),
        MapEntry(BIOS_AREA.start, len(BIOS_AREA), MemoryKind.RESERVED),
        MapEntry(MIB, memory.ram_bytes - MIB, MemoryKind.RAM),
    )


def align_up(value: int, alignment: int) -> int:
    """The least multiple of `alignment` that is not below `value`."""
    return -(-value // alignment) * alignment


class Arena:
    """Puts named pieces into guest memory, none over another. Raises AuthorError."""

    def __init__(self, memory: GuestMemory) -> None:
        self.memory = memory
        self.high = range(MIB, memory.ram_bytes)
        self._taken: list[tuple[range, str]] = []  # by address

    def put(self, what: str, address: int, data: bytes | memoryview, size: int = 0) -> None:
        """At a fixed address; of `size` bytes, if `data` is to grow there."""
        place = range(address, address + max(len(data), size))
        if not self._is_memory(place):
            raise self._no_room(what, f"{place.stop - place.start} bytes at {address:#x}")
        index = bisect_left(self._taken, place.start, key=_start)
        for taken, owner in self._taken[max(index - 1, 0) : index + 1]:
            if _overlap(taken, place):
                raise AuthorError(
                    f"{what} at {_text(place)} overlaps {owner} at {_text(taken)}",
                    expected="pieces that do not overlap",
                )
        if place:
            self._taken.insert(index, (place, what))
        self.memory.ram[address : address + len(data)] = data

    def put_zeroed(self, what: str, address: int, data: bytes | memoryview, size: int) -> None:
        """At a fixed address; zeros behind it, up to `size` bytes."""
        self.put(what, address, data, size)
        for start in range(address + len(data), address + size, MIB):
            stop = min(start + MIB, address + size)
            self.memory.ram[start:stop] = bytes(stop - start)

    def place(self, what: str, data: bytes, within: range, align: int = PAGE) -> int:
        """At the lowest free address of a range; returns it."""
        address = self.lowest(len(data), within, align)
        return self._place(what, address, data, within)

    def place_high(self, what: str, data: bytes, within: range, align: int = PAGE) -> int:
        """At the highest free address of a range; returns it."""
        end = min(within.stop, self.high.stop)
        for taken, _ in reversed(self._taken):
            if (end - len(data)) // align * align >= taken.stop:
                break
            end = min(end, taken.start)
        address = (end - len(data)) // align * align
        return self._place(what, address if address >= within.start else None, data, within)

    def behind(self) -> range:
        """High memory behind all that is in it."""
        end = max((taken.stop for taken, _ in self._taken), default=0)
        return range(max(end, MIB), self.high.stop)

    def lowest(self, size: int, within: range, align: int) -> int | None:
        """The lowest free address for so many bytes, if there is one."""
        address = align_up(within.start, align)
        for taken, _ in self._taken:
            if address + size <= taken.start:
                break
            address = max(address, align_up(taken.stop, align))
        return address if address + size <= within.stop else None

    def _place(self, what: str, address: int | None, data: bytes, within: range) -> int:
        if address is None:
            raise self._no_room(what, f"{len(data)} bytes between {_text(within)}")
        self.put(what, address, data)
        return address

    def _is_memory(self, place: range) -> bool:
        areas = LOW, BIOS_AREA, self.high
        return any(area.start <= place.start and place.stop <= area.stop for area in areas)

    def _no_room(self, what: str, needs: str) -> AuthorError:
        return AuthorError(
            f"no free guest memory for {what}, which needs {needs}",
            expected=f"free memory of that size in {_text(LOW)} or {_text(self.high)}",
            hint="more memory for the guest, or a smaller file",
        )


def _start(entry: tuple[range, str]) -> int:
    return entry[0].start


def _overlap(one: range, other: range) -> bool:
    return one.start < other.stop and other.start < one.stop


def _text(place: range) -> str:
    return f"{place.start:#x}..{place.stop:#x}"
