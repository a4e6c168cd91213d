# SPDX-License-Identifier: Apache-2.0
"""Memory as a program may see it: named regions, pointers into them, every access checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lightexit.abi import STATE_OFFSET
from lightexit.isa import STACK_SIZE


class MemoryFault(Exception):  # noqa: N818 - a trap, not an error of its own
    """A program did what no program may: `str(fault)` says what, for an ExecutionError."""


@dataclass(frozen=True, slots=True)
class MemoryPointer:
    """An address: `offset` bytes from the origin of a region. Only accesses are checked."""

    region: BoundedRegion
    offset: int

    def __str__(self) -> str:
        return f"{self.region.name}{self.offset:+d}"

    __repr__ = __str__


Value = int | MemoryPointer


class BoundedRegion:
    """Bytes that a program may access at the offsets `first` to `end` (excluded).

    `origin` is the index within `data` of offset 0.
    """

    def __init__(self, name: str, data: memoryview, *, first: int = 0, origin: int = 0) -> None:
        self.name = name
        self.data = data
        self.first = first
        self.origin = origin
        self.end = len(data) - origin

    def load(self, offset: int, size: int) -> Value:
        """The unsigned little-endian number of `size` bytes at `offset`, or a kept pointer."""
        start = self._index(offset, size)
        return int.from_bytes(self.data[start : start + size], "little")

    def store(self, offset: int, size: int, value: Value) -> None:
        """Set `size` bytes at `offset` to the low bytes of `value`."""
        start = self._index(offset, size)
        if isinstance(value, MemoryPointer):
            raise MemoryFault(f"the pointer {value} would be stored into {self.name}")
        low = value & ((1 << 8 * size) - 1)
        self.data[start : start + size] = low.to_bytes(size, "little")

    def _index(self, offset: int, size: int) -> int:
        if not self.first <= offset <= self.end - size:
            raise MemoryFault(
                f"{size} bytes at {self.name}{offset:+d} are outside its bytes "
                f"{self.first} to {self.end - 1}"
            )
        return self.origin + offset


class ReadOnly(BoundedRegion):
    """A program's read-only data."""

    def store(self, offset: int, size: int, value: Value) -> None:
        """A fault, whatever is stored."""
        raise MemoryFault(
            f"{size} bytes at {self.name}{offset:+d} would be written, and are read-only"
        )


def map_value(name: str, data: memoryview) -> BoundedRegion:
    """The region of a state's map value: its header is the host's."""
    return BoundedRegion(name, data, first=STATE_OFFSET)


class StackFrame(BoundedRegion):
    """One function's stack, below r10: knows which bytes were written, and keeps pointers."""

    def __init__(self, depth: int) -> None:
        data = memoryview(bytearray(STACK_SIZE))
        super().__init__(f"stack{depth}", data, first=-STACK_SIZE, origin=STACK_SIZE)
        self.written = bytearray(STACK_SIZE)
        self.pointers: dict[int, MemoryPointer] = {}

    def load(self, offset: int, size: int) -> Value:
        """As for any region; what was never written, or is part of a pointer, is a fault."""
        start = self._index(offset, size)
        if size == 8 and offset in self.pointers:
            return self.pointers[offset]
        if self._overlapping(offset, size):
            raise MemoryFault(f"{size} bytes at {self.name}{offset:+d} are part of a pointer")
        if not all(self.written[start : start + size]):
            raise MemoryFault(f"{size} bytes at {self.name}{offset:+d} were never written")
        return super().load(offset, size)

    def store(self, offset: int, size: int, value: Value) -> None:
        """As for any region; a whole pointer may be kept."""
        self._index(offset, size)
        for broken in self._overlapping(offset, size):
            del self.pointers[broken]
            self._mark(broken, 8, written=False)
        if not isinstance(value, MemoryPointer):
            super().store(offset, size, value)
        elif size == 8:
            self.pointers[offset] = value
        else:
            raise MemoryFault(f"only {size} bytes of the pointer {value} would be stored")
        self._mark(offset, size, written=True)

    def release(self) -> None:
        """Its function has returned: nothing may be accessed any more."""
        self.end = self.first

    def _overlapping(self, offset: int, size: int) -> list[int]:
        return [at for at in self.pointers if at - size < offset < at + 8]

    def _mark(self, offset: int, size: int, *, written: bool) -> None:
        start = self.origin + offset
        self.written[start : start + size] = bytes([written]) * size


@dataclass
class Memory:
    """All that a run can reach: `maps` are the states, and read-only data behind them; `frames`
    are those of the functions that are running."""

    context: BoundedRegion
    maps: Sequence[BoundedRegion]
    frames: list[StackFrame] = field(default_factory=list)
