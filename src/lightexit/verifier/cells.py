# SPDX-License-Identifier: Apache-2.0
"""Bytes with values in them: what is known of a stack frame, or of the context."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lightexit.verifier import scalar
from lightexit.verifier.value import Links, Number, Pointer, Value

Cell = tuple[int, Value]
#: What cells have in common with others; hashable.
Outline = tuple[object, ...]


def span(start: int, size: int) -> int:
    """The bit mask of `size` bytes from `start` on."""
    return (1 << size) - 1 << start


class _Layout:
    """What does not change while only more is learned of the same numbers."""

    __slots__ = ("bytes", "kinds", "places")

    def __init__(self, items: dict[int, Cell]) -> None:
        self.bytes = 0
        places: dict[int, list[int]] = {}
        for at, (size, value) in items.items():
            self.bytes |= span(at, size)
            if value.symbol:
                places.setdefault(value.symbol, []).append(at)
            if isinstance(value, Pointer) and value.null:
                places.setdefault(value.null, []).append(at)
        #: Where the values with a symbol are.
        self.places = places
        #: See `merge`.
        self.kinds: Outline | None = None


class Cells:
    """Values by byte offset, never overlapping, and which bytes were written. Immutable, so what
    was once worked out about them is kept with them."""

    __slots__ = ("_layout", "_links", "_settled", "items", "written")

    def __init__(
        self, items: dict[int, Cell], written: int = 0, layout: _Layout | None = None
    ) -> None:
        self.items = items
        self.written = written
        self._layout = layout
        self._settled: dict[tuple[int, int], Cells] | None = None
        self._links: dict[int, tuple[int, int]] | None = None

    @property
    def layout(self) -> _Layout:
        """Sizes, kinds and symbols of the values."""
        if self._layout is None:
            self._layout = _Layout(self.items)
        return self._layout

    @property
    def links(self) -> dict[int, tuple[int, int]]:
        """The links among these cells: `Links.seen`, of cells held against themselves."""
        if self._links is None:
            links = Links()
            for _, value in self.items.values():
                links.hold(value, value)
            self._links = links.seen
        return self._links

    def changed(self, symbol: int, change: Callable[[Value], Value]) -> Cells:
        """With `change(value)` in place of every value with the symbol; numbers stay numbers."""
        places = self.layout.places.get(symbol)
        if places is None:
            return self
        items, kept = self.items.copy(), True
        for at in places:
            size, value = items[at]
            made = change(value)
            items[at] = (size, made)
            kept = kept and isinstance(value, Number)
        return Cells(items, self.written, self.layout if kept else None)

    def _overlapping(self, start: int, size: int) -> Iterator[int]:
        for at in range(start - 7, start + size):
            if (cell := self.items.get(at)) is not None and at + cell[0] > start:
                yield at

    def _without(self, start: int, size: int) -> Cells:
        """Nothing known of these bytes; what is left of a broken pointer counts as unwritten."""
        items, written = self.items.copy(), self.written
        exact = items.get(start)
        alone = exact is not None and exact[0] == size
        for at in (start,) if alone else self._overlapping(start, size):
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
        """What these bytes hold; None if they are not one cell's."""
        cell = self.items.get(start)
        if cell is not None and cell[0] == size:
            return cell[1]
        for at in self._overlapping(start, size):
            length, value = self.items[at]
            if isinstance(value, Number) and at <= start and start + size <= at + length:
                return Number(scalar.bytes_at(value.scalar, start - at, size))
        return None

    def has_pointer(self, start: int, size: int) -> bool:
        """Whether any of these bytes belongs to a pointer."""
        return any(isinstance(self.items[at][1], Pointer) for at in self._overlapping(start, size))

    def settled(self, live: int, relevant: int) -> Cells:
        """Without the cells and bytes of which none is live; numbers of which no byte is relevant
        become any number of their size."""
        if not (self.layout.bytes | self.written) & ~(live & relevant):
            return self
        if self._settled is None:
            self._settled = {}
        found = self._settled.get((live, relevant))
        if found is None:
            found = self._settled[live, relevant] = self._settle(live, relevant)
        return found

    def _settle(self, live: int, relevant: int) -> Cells:
        items: dict[int, Cell] = {}
        for at, cell in self.items.items():
            size, value = cell
            bits = span(at, size)
            if not bits & live:
                continue
            if not bits & relevant and isinstance(value, Number):
                known = scalar.sized(8 * size)
                if value.symbol or value.scalar is not known:
                    cell = (size, Number(known))
            items[at] = cell
        written = self.written & live
        same = written == self.written and items == self.items
        return self if same else Cells(items, written)
