# SPDX-License-Identifier: Apache-2.0
"""When two states at one point are alike: enough to be made one, or too much to go on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lightexit.verifier import scalar
from lightexit.verifier.cells import Cells, Outline, span
from lightexit.verifier.state import (
    CONTEXT_SHIFT,
    REGISTERS,
    STACK,
    STACK_SHIFT,
    Frame,
    State,
    listed,
)
from lightexit.verifier.value import Number, Pointer, Value

#: What merged states have in common; hashable.
Shape = tuple[object, ...]


def _kind(value: Value | None) -> object:
    if value is None:
        return None
    return (value.region, value.null != 0) if isinstance(value, Pointer) else -1


def _outline(value: Value | None, steers: bool) -> object:
    if not steers or value is None:
        return _kind(value)
    if isinstance(value, Pointer):
        return value.region, value.null != 0, value.offset.bits if value.offset.is_const else None
    return value.scalar.bits.value if value.scalar.is_const else -1


def _kinds(cells: Cells) -> Outline:
    layout = cells.layout
    if layout.kinds is None:
        layout.kinds = tuple(
            (at, size, _kind(value)) for at, (size, value) in sorted(cells.items.items())
        )
    return layout.kinds


def _outline_cells(cells: Cells, steering: int) -> Outline:
    if not steering & cells.layout.bytes:
        return _kinds(cells)
    return tuple(
        (at, size, _outline(value, bool(steering & span(at, size))))
        for at, (size, value) in sorted(cells.items.items())
    )


def shape_of(state: State, steering: int) -> Shape:
    """Kinds of values everywhere, the exact ones of numbers that steer a loop, and what the laws
    distinguish: what was written, and in which direction the access goes."""
    registers = [
        -1 if value.__class__ is Number else value and _kind(value) for value in state.registers
    ]
    for register in listed(steering & REGISTERS):
        registers[register] = _outline(state.registers[register], steers=True)
    stack_steering = steering >> STACK_SHIFT & STACK
    for frame in state.frames:
        stack = frame.stack
        outline = _outline_cells(stack, stack_steering) if stack.items else ()
        registers += (frame.return_to, stack.written, outline)
        if frame.saved:
            registers += [_kind(value) for value in frame.saved]
    context = state.context
    registers += (state.wrote >= 0, context.written, state.direction, state.loops)
    return *registers, frozenset(context.items)


def _exact(value: Value | None) -> object:
    if isinstance(value, Pointer):
        return value.region, value.offset, value.null != 0
    return value and value.scalar


def _exact_cells(cells: Cells, steering: int) -> Shape:
    return tuple(
        (at, _exact(value))
        for at, (size, value) in sorted(cells.items.items())
        if steering & span(at, size)
    )


def course_of(state: State, steering: int) -> Shape:
    """All that decides how loops go on from here. A round that leaves it as it was is endless.

    A function called in a loop may hand on anything that decides the caller's course.
    """
    if len(state.frames) > 1:
        steering = -1
    registers = tuple(_exact(value) for r, value in enumerate(state.registers) if steering >> r & 1)
    stack = _exact_cells(state.stack, steering >> STACK_SHIFT)
    context = _exact_cells(state.context, steering >> CONTEXT_SHIFT)
    callers = tuple((_exact_cells(f.stack, -1)) for f in state.frames[:-1])
    saved = tuple(_exact(value) for f in state.frames for value in f.saved)
    return registers, stack, context, callers, saved


class Merger:
    """Makes one state that covers two of the same shape; `symbols` are new ones.

    Pointers that may be null stay linked only where they are in both states.
    """

    def __init__(self, symbols: Iterator[int]) -> None:
        self._symbols = symbols
        self._nulls: dict[tuple[int, int], int] = {(0, 0): 0}

    def states(self, old: State, new: State) -> State:
        """A state that covers both."""
        frames = tuple(
            Frame(b.entry, self.cells(a.stack, b.stack), b.return_to, self.values(a.saved, b.saved))
            for a, b in zip(old.frames, new.frames, strict=True)
        )
        return State(
            list(self.values(old.registers, new.registers)),
            frames,
            self.cells(old.context, new.context),
            max(old.wrote, new.wrote),
            new.loops,
        )

    def values(
        self, old: Sequence[Value | None], new: Sequence[Value | None]
    ) -> tuple[Value | None, ...]:
        """Value by value."""
        return tuple(a if a is b else self.value(a, b) for a, b in zip(old, new, strict=True))

    def cells(self, old: Cells, new: Cells) -> Cells:
        """Of cells with the same outline."""
        if old is new:
            return old
        items = {}
        for at, (size, value) in new.items.items():
            other = old.items.get(at)
            kept = self.value(other[1], value) if other and other[0] == size else None
            if kept is not None:
                items[at] = (size, kept)
        return Cells(items, old.written & new.written)

    def value(self, old: Value | None, new: Value | None) -> Value | None:
        """What both may be; None if they have nothing in common."""
        if isinstance(old, Number) and isinstance(new, Number):
            known = scalar.widen(old.scalar, new.scalar)
            linked = old.symbol == new.symbol and old.delta == new.delta
            return Number(known, new.symbol, new.delta) if linked else Number(known)
        if isinstance(old, Pointer) and isinstance(new, Pointer) and old.region == new.region:
            offset = scalar.join(old.offset, new.offset)
            linked = old.symbol == new.symbol and old.delta == new.delta
            link = (new.symbol, new.delta) if linked else (0, 0)
            return Pointer(new.region, offset, self._null(old.null, new.null), *link)
        return None

    def _null(self, old: int, new: int) -> int:
        if old == new:
            return old
        if (old, new) not in self._nulls:
            self._nulls[old, new] = next(self._symbols)
        return self._nulls[old, new]


def merged(old: State, new: State, symbols: Iterator[int]) -> State:
    """A state that covers both, which have the same shape."""
    return Merger(symbols).states(old, new)
