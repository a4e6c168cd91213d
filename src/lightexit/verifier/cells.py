# SPDX-License-Identifier: Apache-2.0
"""Bytes with values in them: what is known of a stack frame, or of the context."""

from __future__ import annotations

from collections.abc import Iterator

from lightexit.verifier import scalar
from lightexit.verifier.value import Number, Pointer, Value

Cell = tuple[int, Value]


def span(start: int, size: int) -> int:
    """The bits that stand for `size` bytes from `start` on."""
    return (1 << size) - 1 << start


class Cells:
    """Values by byte offset, never overlapping, and which bytes were written. Immutable."""

    __slots__ = ("items", "written")

    def __init__(self, items: dict[int, Cell], written: int = 0) -> None:
        self.items = items
        self.written = written

    def _overlapping(self, start: int, size: int) -> Iterator[int]:
        for at in range(start - 7, start + size):
            if (cell := self.items.get(at)) is not None and at + cell[0] > start:
                yield at

    def _without(self, start: int, size: int) -> Cells:
        """Nothing known of these bytes; what is left of a broken pointer counts as unwritten."""
        items, written = self.items.copy(), self.written
        for at in self._overlapping(start, size):
            length, value = items.pop(at)
            if isinstance(value, Pointer):
                written &= ~span(at, length)
        return Cells(items, written)

    def store(self, start: int, size: int, value: Value) -> Cells:
        """These bytes hold that value, which fits them."""
        cells = self._without(start, size)
        cells.items[start] = (size, value)
        cells.written |= span(start, size)
        return cells

    def blur(self, start: int, size: int) -> Cells:
        """A number may have been stored anywhere in these bytes."""
        return self._without(start, size)

    def load(self, start: int, size: int) -> Value | None:
        """What these bytes hold; None if no single cell tells."""
        for at in self._overlapping(start, size):
            length, value = self.items[at]
            if (at, length) == (start, size):
                return value
            if isinstance(value, Number) and at <= start and start + size <= at + length:
                return Number(scalar.bytes_at(value.scalar, start - at, size))
        return None

    def has_pointer(self, start: int, size: int) -> bool:
        """Whether any of these bytes belongs to a pointer."""
        return any(isinstance(self.items[at][1], Pointer) for at in self._overlapping(start, size))

    def keep(self, live: int) -> Cells:
        """Without the cells and bytes of which none is live."""
        if not self.written & ~live and all(span(at, c[0]) & live for at, c in self.items.items()):
            return self
        items = {at: cell for at, cell in self.items.items() if span(at, cell[0]) & live}
        return Cells(items, self.written & live)

    def flatten(self, relevant: int) -> Cells:
        """Numbers of which no byte is relevant become any number of their size."""
        items = self.items
        for at, (size, value) in self.items.items():
            if isinstance(value, Number) and not span(at, size) & relevant:
                if items is self.items:
                    items = items.copy()
                items[at] = (size, Number(scalar.sized(8 * size)))
        return self if items is self.items else Cells(items, self.written)
