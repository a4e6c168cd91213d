# SPDX-License-Identifier: Apache-2.0
"""The abstract state: all that is known before one instruction, on one path."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple, Protocol

from lightexit.abi import WRITABLE_FIELDS, IoContext, Space
from lightexit.isa import FRAME_POINTER, STACK_SIZE
from lightexit.verifier import scalar
from lightexit.verifier.cells import Cell, Cells, span
from lightexit.verifier.limits import Accesses
from lightexit.verifier.scalar import Scalar
from lightexit.verifier.tnum import Tnum
from lightexit.verifier.value import (
    ANY_NUMBER,
    CONTEXT,
    ZERO,
    Links,
    Number,
    Pointer,
    Value,
    covers,
    frame_pointer,
    shifted,
)

#: Sets of registers, stack bytes and context bytes are kept as bits of one integer, in this order.
STACK_SHIFT = FRAME_POINTER + 1
CONTEXT_SHIFT = STACK_SHIFT + STACK_SIZE
STACK = span(0, STACK_SIZE)
CONTEXT_SIZE = IoContext.layout.size
#: All of the context.
CONTEXT_BYTES = span(0, CONTEXT_SIZE)
#: r0 to r9; the frame pointer is always there.
REGISTERS = span(0, FRAME_POINTER)

_FIELDS = {field.name: field for field in IoContext.layout.fields}

_DIRECTION = _FIELDS["is_write"].offset

#: What the host promises about the fields of a fresh context; all others hold any number.
_PROMISED = {
    "size": scalar.between(1, 8),
    "is_write": scalar.between(0, 1),
    "space": scalar.between(0, max(Space)),
    "abi_version": scalar.const(IoContext().abi_version),
}
#: Fields that the host clears: the actions.
ACTIONS = tuple(name for name in WRITABLE_FIELDS if name != "data")


def _bytes_of(*names: str) -> int:
    bits = 0
    for name in names:
        bits |= span(_FIELDS[name].offset, _FIELDS[name].size)
    return bits


#: Bytes of the context that a filter may write; a host looks at them in the end.
WRITABLE_BYTES = _bytes_of(*WRITABLE_FIELDS)
#: Bytes of the context that the report or a law asks for at the end, whatever the program reads.
ANSWER = _bytes_of("offset", "size", "is_write", *ACTIONS)


class Frame(NamedTuple):
    """One running function: where it starts, its stack, and what its caller gets back."""

    entry: int
    stack: Cells
    return_to: int = -1
    saved: tuple[Value | None, ...] = ()


class Needs(NamedTuple):
    """What to forget at a point: registers that are never read again, registers whose number
    decides nothing. And what to keep: the bytes of the running function's stack that are read
    again, those that decide something, and the bytes of the context that are read again."""

    dead: tuple[int, ...]
    flat: tuple[int, ...]
    stack: tuple[int, int]
    context: int


class Entered(Protocol):
    """A loop that is taken for any number of rounds: while it is open, its symbols stand for what
    certain values were at the start of the round. Its rounds start at `slot`, in a function that
    `calls` lead to."""

    slot: int

    @property
    def calls(self) -> tuple[int, ...]:
        """`State.calls` where its rounds start."""
        ...

    @property
    def is_open(self) -> bool:
        """Whether rounds are still explored: what was proved within is not proved for others."""
        ...

    @property
    def symbols(self) -> Sequence[int]:
        """The symbols."""
        ...


class State:
    """Registers, frames (the running function's last), context; copied at branches only.

    `loops` are the loops taken for any number of rounds (`loops.py`) that this path is in.
    """

    __slots__ = ("context", "frames", "loops", "registers", "wrote")

    def __init__(
        self,
        registers: list[Value | None],
        frames: tuple[Frame, ...],
        context: Cells,
        wrote: int = -1,
        loops: tuple[Entered, ...] = (),
    ) -> None:
        self.registers = registers
        self.frames = frames
        self.context = context
        #: The slot that first wrote a state on this path; -1 if none did.
        self.wrote = wrote
        self.loops = loops

    def copy(self) -> State:
        """Another state that says the same."""
        return State(self.registers.copy(), self.frames, self.context, self.wrote, self.loops)

    @property
    def calls(self) -> tuple[int, ...]:
        """Where the running functions go on when they return; the first one never does."""
        return tuple([frame.return_to for frame in self.frames])

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
        cell = self.context.items.get(field.offset)
        whole = cell is not None and cell[0] == field.size
        value = cell[1] if cell and whole else self.context.load(field.offset, field.size)
        return value.scalar if isinstance(value, Number) else scalar.sized(8 * field.size)

    @property
    def direction(self) -> Scalar:
        """What is known of `is_write`, which no program can store to."""
        value = self.context.items[_DIRECTION][1]
        assert isinstance(value, Number)
        return value.scalar

    def wrote_field(self, name: str) -> bool:
        """Whether the program has written the whole field on this path."""
        field = _FIELDS[name]
        bits = span(field.offset, field.size)
        return self.context.written & bits == bits

    @property
    def size(self) -> int:
        """How many values it holds in memory: what a look at all of them costs."""
        return len(self.context.items) + sum(len(frame.stack.items) for frame in self.frames)

    def differs(self, other: State) -> int:
        """How many values it holds in memory where that is not the other's very memory."""
        count = 0 if self.context is other.context else len(self.context.items)
        before = other.frames
        for depth, frame in enumerate(self.frames):
            if depth >= len(before) or frame.stack is not before[depth].stack:
                count += len(frame.stack.items)
        return count

    def replace_values(self, symbol: int, change: Callable[[Value], Value]) -> None:
        """Put `change(value)` in place of every value with the symbol, wherever it is kept."""
        registers = self.registers
        for register, value in enumerate(registers):
            if value is not None and has_symbol(value, symbol):
                registers[register] = change(value)
        self.context = self.context.changed(symbol, change)
        frames = [_changed_frame(frame, symbol, change) for frame in self.frames]
        if any(a is not b for a, b in zip(frames, self.frames, strict=True)):
            self.frames = tuple(frames)

    def learn(self, register: int, known: Scalar) -> bool:
        """The number in `register` is one of `known`; False if that cannot be."""
        number = self.registers[register]
        assert isinstance(number, Number)
        if known == number.scalar:
            return True
        learned = Number(known, number.symbol, number.delta)
        self.registers[register] = learned
        return not number.symbol or self._spread(learned)

    def _spread(self, source: Number) -> bool:
        possible = True

        def change(value: Value) -> Value:
            nonlocal possible
            if value is source or not isinstance(value, Number):
                return value
            met = scalar.meet(value.scalar, shifted(source, value.delta - source.delta))
            if met is None:
                possible = False
                return value
            return Number(met, value.symbol, value.delta)

        self.replace_values(source.symbol, change)
        return possible

    def learn_null(self, symbol: int, is_null: bool) -> None:
        """A pointer that could be null turned out to be, or not to be."""

        def change(value: Value) -> Value:
            if not isinstance(value, Pointer) or value.null != symbol:
                return value
            return Number(ZERO) if is_null else value._replace(null=0)

        self.replace_values(symbol, change)

    def forget(self, needs: Needs) -> None:
        """Drop what is never read again, and of numbers that decide nothing all but that."""
        registers = self.registers
        for register in needs.dead:
            registers[register] = None
        for register in needs.flat:
            if registers[register].__class__ is Number:
                registers[register] = ANY_NUMBER
        before = self.frames[-1].stack
        if before.items and (stack := before.settled(*needs.stack)) is not before:
            self.set_stack(len(self.frames) - 1, stack)
        self.context = self.context.settled(needs.context | self.context.written, CONTEXT_BYTES)


@cache
def listed(bits: int) -> tuple[int, ...]:
    """The numbers of the bits that are set."""
    return tuple(n for n in range(bits.bit_length()) if bits >> n & 1)


def has_symbol(value: Value, symbol: int) -> bool:
    """Whether what is learned of the symbol is learned of the value."""
    return value.symbol == symbol or (isinstance(value, Pointer) and value.null == symbol)


def _changed_frame(frame: Frame, symbol: int, change: Callable[[Value], Value]) -> Frame:
    stack = frame.stack.changed(symbol, change) if frame.stack.items else frame.stack
    saved = frame.saved
    if any(v is not None and has_symbol(v, symbol) for v in saved):
        saved = tuple(change(v) if v and has_symbol(v, symbol) else v for v in saved)
    if stack is frame.stack and saved is frame.saved:
        return frame
    return frame._replace(stack=stack, saved=saved)


@cache
def _at_first() -> Cells:
    cells: dict[int, Cell] = {}
    for symbol, field in enumerate(IoContext.layout.fields, 1):
        known = _PROMISED.get(field.name, scalar.sized(8 * field.size))
        number = Number(ZERO) if field.name in ACTIONS else Number(known, symbol)
        cells[field.offset] = (field.size, number)
    return Cells(cells)


#: Symbols that `initial` does not use start here.
FIRST_SYMBOL = len(IoContext.layout.fields) + 1


def initial(accesses: Accesses | None = None) -> State:
    """What holds at the first instruction: of any access, or of these."""
    registers: list[Value | None] = [None] * (FRAME_POINTER + 1)
    registers[1] = Pointer(CONTEXT, ZERO)
    registers[FRAME_POINTER] = frame_pointer(0)
    context = _at_first() if accesses is None else _narrowed(accesses)
    return State(registers, (Frame(0, Cells({})),), context)


def _narrowed(accesses: Accesses) -> Cells:
    aligned = Tnum(0, scalar.FULL64 ^ accesses.step - 1)
    known = {
        "offset": scalar.with_bits(scalar.between(accesses.offset, accesses.last), aligned),
        "size": scalar.const(accesses.size),
        "is_write": scalar.const(accesses.is_write),
    }
    if accesses.space is not None:
        known["space"] = scalar.const(accesses.space)
    cells = dict(_at_first().items)
    for name, each in known.items():
        size, number = cells[_FIELDS[name].offset]
        cells[_FIELDS[name].offset] = size, Number(each, number.symbol)
    return Cells(cells)


# Subsumption


def _covers_values(old: Sequence[Value | None], new: Sequence[Value | None], links: Links) -> bool:
    for a, b in zip(old, new, strict=True):
        if a is None or (a is b and not a.symbol and isinstance(a, Number)):
            continue
        if b is None or not covers(a, b) or not links.hold(a, b):
            return False
    return True


def _covers_cells(old: Cells, new: Cells, links: Links) -> bool:
    if old is new:
        return links.agree(old.links)
    if old.written & ~new.written:
        return False
    find = new.items.get
    for at, cell in old.items.items():
        other = find(at)
        if other is None or other[0] != cell[0]:
            return False
        a, b = cell[1], other[1]
        if a is b and not a.symbol and isinstance(a, Number):
            continue
        if not covers(a, b) or not links.hold(a, b):
            return False
    return True


def registers_cover(old: State, new: State) -> bool:
    """Whether the registers are covered, links aside: most states are told apart by that."""
    for a, b in zip(old.registers, new.registers, strict=True):
        if a is not b and not covers(a, b):
            return False
    return True


def state_covers(old: State, new: State) -> bool:
    """Whether whatever was proved from `old` on holds from `new` on."""
    if new.wrote >= 0 > old.wrote:
        return False
    links = Links()
    for loop in old.loops:
        if loop.is_open:
            if loop not in new.loops:
                return False
            links.fix(loop.symbols)
    if not _covers_cells(old.context, new.context, links):
        return False
    if not _covers_values(old.registers, new.registers, links):
        return False
    return all(
        _covers_cells(a.stack, b.stack, links) and _covers_values(a.saved, b.saved, links)
        for a, b in zip(old.frames, new.frames, strict=True)
    )
