# SPDX-License-Identifier: Apache-2.0
"""The abstract state: all that is known before one instruction, on one path."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from lightexit.abi import WRITABLE_FIELDS, IoContext
from lightexit.isa import FRAME_POINTER
from lightexit.verifier import scalar
from lightexit.verifier.cells import Cell, Cells, span
from lightexit.verifier.scalar import Scalar
from lightexit.verifier.value import (
    ANY_NUMBER,
    CONTEXT,
    ZERO,
    Number,
    Pointer,
    Value,
    covers,
    frame_pointer,
    shifted,
)

STACK_SIZE = 512
MAX_FRAMES = 8

#: Sets of registers, stack bytes and context bytes are kept as bits of one integer, in this order.
STACK_SHIFT = FRAME_POINTER + 1
CONTEXT_SHIFT = STACK_SHIFT + STACK_SIZE
_STACK = span(0, STACK_SIZE)

_FIELDS = {field.name: field for field in IoContext.layout.fields}

#: What the host promises about the fields of a fresh context; all others hold any number.
_PROMISED = {
    "size": scalar.between(1, 8),
    "is_write": scalar.between(0, 1),
    "space": scalar.between(0, 1),
    "abi_version": scalar.const(IoContext().abi_version),
}
#: Fields that the host clears: the actions.
ACTIONS = tuple(name for name in WRITABLE_FIELDS if name != "data")


#: Bytes of the context that the report or a law asks for at the end, whatever the program reads.
_ANSWER = 0
for _name in ("offset", "size", "is_write", *ACTIONS):
    _ANSWER |= span(_FIELDS[_name].offset, _FIELDS[_name].size)


class Frame(NamedTuple):
    """One running function: where it starts, its stack, and what its caller gets back."""

    entry: int
    stack: Cells
    return_to: int = -1
    saved: tuple[Value | None, ...] = ()


class State:
    """Registers, frames (the running function's last), context; copied at branches only."""

    __slots__ = ("context", "frames", "registers", "wrote")

    def __init__(
        self,
        registers: list[Value | None],
        frames: tuple[Frame, ...],
        context: Cells,
        wrote: int = -1,
    ) -> None:
        self.registers = registers
        self.frames = frames
        self.context = context
        #: The slot that first wrote a state on this path; -1 if none did.
        self.wrote = wrote

    def copy(self) -> State:
        """Another state that says the same."""
        return State(self.registers.copy(), self.frames, self.context, self.wrote)

    @property
    def stack(self) -> Cells:
        """The running function's stack."""
        return self.frames[-1].stack

    def set_stack(self, depth: int, stack: Cells) -> None:
        """Replace the stack of the frame at that depth."""
        frames = list(self.frames)
        frames[depth] = frames[depth]._replace(stack=stack)
        self.frames = tuple(frames)

    def field(self, name: str) -> Scalar:
        """What is known of a context field."""
        field = _FIELDS[name]
        value = self.context.load(field.offset, field.size)
        return value.scalar if isinstance(value, Number) else scalar.sized(8 * field.size)

    def wrote_field(self, name: str) -> bool:
        """Whether the program has written the whole field on this path."""
        field = _FIELDS[name]
        bits = span(field.offset, field.size)
        return self.context.written & bits == bits

    def replace_values(self, change: Callable[[Value], Value]) -> None:
        """Put `change(value)` in place of every value, wherever it is kept."""
        self.registers = [v and change(v) for v in self.registers]
        self.context = _changed(self.context, change)
        self.frames = tuple(
            frame._replace(
                stack=_changed(frame.stack, change),
                saved=tuple(v and change(v) for v in frame.saved),
            )
            for frame in self.frames
        )

    def learn(self, register: int, known: Scalar) -> bool:
        """The number in `register` is one of `known`; False if that cannot be."""
        number = self.registers[register]
        assert isinstance(number, Number)
        if known == number.scalar:
            return True
        self.registers[register] = number._replace(scalar=known)
        return not number.symbol or self._spread(Number(known, number.symbol, number.delta))

    def _spread(self, source: Number) -> bool:
        possible = True

        def change(value: Value) -> Value:
            nonlocal possible
            if not isinstance(value, Number) or value.symbol != source.symbol:
                return value
            met = scalar.meet(value.scalar, shifted(source, value.delta - source.delta))
            possible = possible and met is not None
            return value if met is None else value._replace(scalar=met)

        self.replace_values(change)
        return possible

    def learn_null(self, symbol: int, is_null: bool) -> None:
        """A pointer that could be null turned out to be, or not to be."""

        def change(value: Value) -> Value:
            if not isinstance(value, Pointer) or value.null != symbol:
                return value
            return Number(ZERO) if is_null else value._replace(null=0)

        self.replace_values(change)

    def forget(self, live: int, relevant: int) -> None:
        """Drop what is never read again, and of numbers that decide nothing all but that.

        Bits of the sets: registers, then the running function's stack, then the context.
        """
        for register, value in enumerate(self.registers):
            if value is None or register == FRAME_POINTER:
                continue
            if not live >> register & 1:
                self.registers[register] = None
            elif isinstance(value, Number) and not relevant >> register & 1:
                self.registers[register] = ANY_NUMBER
        if self.stack.items:
            stack = self.stack.keep(live >> STACK_SHIFT & _STACK)
            self.set_stack(len(self.frames) - 1, stack.flatten(relevant >> STACK_SHIFT & _STACK))
        needed = live >> CONTEXT_SHIFT | _ANSWER | self.context.written
        self.context = self.context.keep(needed)


def _changed(cells: Cells, change: Callable[[Value], Value]) -> Cells:
    items: dict[int, Cell] = {}
    same = True
    for at, cell in cells.items.items():
        value = change(cell[1])
        same = same and value is cell[1]
        items[at] = (cell[0], value)
    return cells if same else Cells(items, cells.written)


def initial(symbols: Iterator[int]) -> State:
    """What holds at the first instruction."""
    registers: list[Value | None] = [None] * (FRAME_POINTER + 1)
    registers[1] = Pointer(CONTEXT, ZERO)
    registers[FRAME_POINTER] = frame_pointer(0)
    cells: dict[int, Cell] = {}
    for field in IoContext.layout.fields:
        known = _PROMISED.get(field.name, scalar.sized(8 * field.size))
        number = Number(ZERO) if field.name in ACTIONS else Number(known, next(symbols))
        cells[field.offset] = (field.size, number)
    return State(registers, (Frame(0, Cells({})),), Cells(cells))


# Subsumption


_CONSTANT = -1


class _Links:
    """Numbers linked in the old state must be linked alike in the new one."""

    __slots__ = ("seen",)

    def __init__(self) -> None:
        self.seen: dict[int, tuple[int, int]] = {}

    def hold(self, old: Value | None, new: Value | None) -> bool:
        if not isinstance(old, Number) or not old.symbol or not isinstance(new, Number):
            return True
        if new.scalar.is_const:
            link = (_CONSTANT, new.scalar.const - old.delta & scalar.FULL64)
        else:
            link = (new.symbol, new.delta - old.delta & scalar.FULL64)
        known = self.seen.setdefault(old.symbol, link)
        return known is link or (known == link and link[0] != 0)


def _covers_values(
    old: tuple[Value | None, ...] | list[Value | None],
    new: tuple[Value | None, ...] | list[Value | None],
    links: _Links,
) -> bool:
    return all(
        covers(a, b) and links.hold(a, b) for a, b in zip(old, new, strict=True) if a is not None
    )


def _covers_cells(old: Cells, new: Cells, links: _Links) -> bool:
    if old.written & ~new.written:
        return False
    for at, (size, value) in old.items.items():
        other = new.items.get(at)
        if other is None or other[0] != size or not covers(value, other[1]):
            return False
        if not links.hold(value, other[1]):
            return False
    return True


def state_covers(old: State, new: State) -> bool:
    """Whether whatever was proved from `old` on holds from `new` on."""
    if new.wrote >= 0 > old.wrote:
        return False
    links = _Links()
    if not _covers_values(old.registers, new.registers, links):
        return False
    if not _covers_cells(old.context, new.context, links):
        return False
    return all(
        _covers_cells(a.stack, b.stack, links) and _covers_values(a.saved, b.saved, links)
        for a, b in zip(old.frames, new.frames, strict=True)
    )
