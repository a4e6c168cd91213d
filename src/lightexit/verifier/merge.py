# SPDX-License-Identifier: Apache-2.0
"""When two states at one point are alike: enough to be made one, or too much to go on."""

from __future__ import annotations

from collections.abc import Sequence

from lightexit.verifier import scalar
from lightexit.verifier.cells import Cells, span
from lightexit.verifier.state import CONTEXT_SHIFT, STACK_SHIFT, Frame, State
from lightexit.verifier.value import Number, Pointer, Value

#: What merged states have in common; hashable.
Shape = tuple[object, ...]


def _outline(value: Value | None, steers: bool) -> object:
    if value is None:
        return None
    if isinstance(value, Pointer):
        exact = value.offset.bits if steers and value.offset.is_const else None
        return value.region, value.null != 0, exact
    return value.scalar.bits.value if steers and value.scalar.is_const else -1


def _outline_cells(cells: Cells, steering: int) -> Shape:
    return tuple(
        (at, size, _outline(value, bool(steering & span(at, size))))
        for at, (size, value) in sorted(cells.items.items())
    )


def shape_of(state: State, steering: int) -> Shape:
    """Kinds of values everywhere, the exact ones of numbers that steer a loop, and what the laws
    distinguish: what was written, and in which direction the access goes."""
    registers = tuple(
        _outline(value, bool(steering >> r & 1)) for r, value in enumerate(state.registers)
    )
    stack_steering = steering >> STACK_SHIFT
    frames = tuple(
        (
            frame.return_to,
            frame.stack.written,
            _outline_cells(frame.stack, stack_steering),
            tuple(_outline(value, steers=False) for value in frame.saved),
        )
        for frame in state.frames
    )
    answer = state.wrote >= 0, state.context.written, state.field("is_write")
    return registers, frames, answer, tuple(sorted(state.context.items))


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
    """All that decides how loops go on from here. A round that leaves it as it was is endless."""
    registers = tuple(_exact(value) for r, value in enumerate(state.registers) if steering >> r & 1)
    stack = _exact_cells(state.stack, steering >> STACK_SHIFT)
    context = _exact_cells(state.context, steering >> CONTEXT_SHIFT)
    callers = tuple((_exact_cells(f.stack, -1)) for f in state.frames[:-1])
    saved = tuple(_exact(value) for f in state.frames for value in f.saved)
    return registers, stack, context, callers, saved


def _merged_value(old: Value | None, new: Value | None) -> Value | None:
    if isinstance(old, Number) and isinstance(new, Number):
        known = scalar.widen(old.scalar, new.scalar)
        linked = old.symbol == new.symbol and old.delta == new.delta
        return Number(known, new.symbol, new.delta) if linked else Number(known)
    if isinstance(old, Pointer) and isinstance(new, Pointer):
        return Pointer(new.region, scalar.join(old.offset, new.offset), new.null)
    return None


def _merged_values(old: Sequence[Value | None], new: Sequence[Value | None]) -> list[Value | None]:
    return [a if a is b else _merged_value(a, b) for a, b in zip(old, new, strict=True)]


def _merged_cells(old: Cells, new: Cells) -> Cells:
    """Of cells with the same outline."""
    if old is new:
        return old
    items = {}
    for at, (size, value) in new.items.items():
        other = old.items.get(at)
        kept = _merged_value(other[1], value) if other and other[0] == size else None
        if kept is not None:
            items[at] = (size, kept)
    return Cells(items, old.written & new.written)


def merged(old: State, new: State) -> State:
    """A state that covers both, which have the same shape."""
    frames = tuple(
        Frame(
            b.entry,
            _merged_cells(a.stack, b.stack),
            b.return_to,
            tuple(_merged_values(a.saved, b.saved)),
        )
        for a, b in zip(old.frames, new.frames, strict=True)
    )
    return State(
        _merged_values(old.registers, new.registers),
        frames,
        _merged_cells(old.context, new.context),
        max(old.wrote, new.wrote),
    )
