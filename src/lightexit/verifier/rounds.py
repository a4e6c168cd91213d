# SPDX-License-Identifier: Apache-2.0
"""What holds at the start of every round of a loop, guessed from a few rounds and then proved.

Between rounds most values stay as they are, and some change by a bounded step: the counter, what
counts with it, a pointer that moves along an array. `Plan` guesses for each place how it changes
(`Guess`), and makes a state that covers all rounds (`invariant`). `returns` holds the state at the
end of a round against it; what does not fit makes the guess weaker, and the round is explored
anew. A loop ends because its counter changes by at least 1 in one direction within bounds, which
are taken from what the loop compares with.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import NamedTuple

from lightexit.verifier import scalar
from lightexit.verifier.bounds import signed
from lightexit.verifier.cells import Cell, Cells
from lightexit.verifier.scalar import Scalar
from lightexit.verifier.state import Entered, Frame, State
from lightexit.verifier.tnum import Tnum
from lightexit.verifier.value import Links, Number, Pointer, Value

#: Numbers stay within this of 0, so that no sum of them wraps.
_FAR = 1 << 62
#: The largest step that is taken for one.
_STEP = 1 << 32
#: How often one loop's guess is made weaker.
_RETRIES = 24
#: How often a place's range is extended before it may be any number.
_EXTENSIONS = 3

#: Where a value is kept: registers are -1, the context -2, a frame's stack its depth, its saved
#: registers -3 - depth; and where in it.
Place = tuple[int, int]
_REGISTERS, _CONTEXT, _SAVED = -1, -2, -3


class Change(Enum):
    """How a value changes from round to round."""

    SAME = "not at all"
    STEPS = "by a step"
    RANGE = "within a range"
    ANY = "to any number"
    LOST = "to a value of another kind"


class Bound(NamedTuple):
    """The counter, the last value it may have at the start of a round, and how many rounds that
    makes at the most."""

    rounds: int
    place: Place
    last: int


@dataclass(frozen=True)
class Guess:
    """One place: `known` is what it held when the loop was entered, and what was added since."""

    change: Change
    known: Value | None
    least: int = 0
    most: int = 0
    extended: int = 0

    @property
    def counts(self) -> bool:
        """Whether the loop may end by this number."""
        return (
            self.change is Change.STEPS
            and isinstance(self.known, Number)
            and (self.least > 0 or self.most < 0)
        )


def values(state: State) -> Iterator[tuple[Place, Value]]:
    """All that the state holds, by place."""
    for register, held in enumerate(state.registers):
        if held is not None:
            yield (_REGISTERS, register), held
    for at, (_, held) in state.context.items.items():
        yield (_CONTEXT, at), held
    for depth, frame in enumerate(state.frames):
        for at, (_, held) in frame.stack.items.items():
            yield (depth, at), held
        for at, saved in enumerate(frame.saved):
            if saved is not None:
                yield (_SAVED - depth, at), saved


def _exact(value: Value) -> Scalar:
    return value.scalar if isinstance(value, Number) else value.offset


def _first_guess(before: Value | None, now: Value) -> Guess:
    """From what a place held in two rounds, one after the other."""
    if before is None or type(before) is not type(now):
        return Guess(Change.LOST, now)
    if isinstance(now, Pointer):
        assert isinstance(before, Pointer)
        if (before.region, before.null) != (now.region, now.null):
            return Guess(Change.LOST, now)
    a, b = _exact(before), _exact(now)
    linked = before.symbol == now.symbol and before.delta == now.delta
    if a == b or (linked and now.symbol):
        return Guess(Change.SAME, _either(now, scalar.join(a, b), linked))
    if (step := _step(before, now)) is not None:
        return Guess(Change.STEPS, now, step, step)
    if isinstance(now, Pointer):
        return Guess(Change.LOST, now)
    return Guess(Change.RANGE, Number(scalar.join(a, b)))


def _either(value: Value, known: Scalar, linked: bool) -> Value:
    link = (value.symbol, value.delta) if linked else (0, 0)
    if isinstance(value, Number):
        return Number(known, *link)
    return Pointer(value.region, known, value.null, *link)


def _step(before: Value, now: Value) -> int | None:
    """What was added, if that is one small number."""
    a, b = _exact(before), _exact(now)
    if a.is_const and b.is_const:
        step = signed(b.const - a.const & scalar.FULL64, 64)
    elif before.symbol and before.symbol == now.symbol:
        step = signed(now.delta - before.delta & scalar.FULL64, 64)
    else:
        return None
    return step if abs(step) < _STEP else None


class Plan:
    """How the values at the start of a round are guessed to change. `seed` is the state in which
    the loop was entered, `constants` what the loop compares with."""

    def __init__(self, before: State, seed: State, constants: frozenset[int]) -> None:
        self.seed = seed
        self._constants = constants
        self._retries = 0
        earlier = dict(values(before))
        self._guesses = {at: _first_guess(earlier.get(at), now) for at, now in values(seed)}
        self._written = [
            a.stack.written & b.stack.written
            for a, b in zip(before.frames, seed.frames, strict=True)
        ]
        self._context_written = before.context.written & seed.context.written
        self._wrote = max(before.wrote, seed.wrote)
        self._refuted: set[tuple[Place, int]] = set()
        self._symbols: dict[Place, int] = {}
        self._made: dict[Place, Value] = {}
        self.bound: Bound | None = self._next_bound()

    @property
    def symbols(self) -> list[int]:
        """The symbols of the values that change by steps, as they were at the start."""
        return list(self._symbols.values())

    # The counter

    def _next_bound(self) -> Bound | None:
        bounds = [
            bound
            for place, guess in self._guesses.items()
            if guess.counts
            for bound in self._bounds(place, guess)
            if (place, bound.last) not in self._refuted
        ]
        return min(bounds, default=None)

    def _bounds(self, place: Place, guess: Guess) -> Iterator[Bound]:
        assert isinstance(guess.known, Number)
        wide, least, most = guess.known.scalar.wide, guess.least, guess.most
        for constant in self._constants:
            if least > 0:
                for last in {constant - most, constant - 1, constant, constant - 1 + most}:
                    if wide.smax <= last < _FAR:
                        yield Bound((last - wide.smin) // least, place, last)
            else:
                for last in {constant - least, constant + 1, constant, constant + 1 + least}:
                    if -_FAR < last <= wide.smin:
                        yield Bound((wide.smax - last) // -most, place, last)

    # The invariant

    def invariant(self, fresh: Iterator[int], loop: Entered) -> State:
        """A state that covers the start of every round, if the guesses hold."""
        self._symbols = {}
        self._made = {}
        for place, guess in self._guesses.items():
            made = self._value(place, guess, fresh)
            if made is not None:
                self._made[place] = made
        seed = self.seed
        frames = tuple(
            Frame(
                frame.entry,
                self._cells(depth, frame.stack, self._written[depth]),
                frame.return_to,
                tuple(self._made.get((_SAVED - depth, n)) for n in range(len(frame.saved))),
            )
            for depth, frame in enumerate(seed.frames)
        )
        registers = [self._made.get((_REGISTERS, n)) for n in range(len(seed.registers))]
        context = self._cells(_CONTEXT, seed.context, self._context_written)
        return State(registers, frames, context, self._wrote, (*seed.loops, loop))

    def _cells(self, area: int, cells: Cells, written: int) -> Cells:
        items: dict[int, Cell] = {}
        for at, (size, _) in cells.items.items():
            if (value := self._made.get((area, at))) is not None:
                items[at] = (size, value)
        return Cells(items, written)

    def _value(self, place: Place, guess: Guess, fresh: Iterator[int]) -> Value | None:
        known = guess.known
        if guess.change is Change.LOST or known is None:
            return None
        if guess.change is Change.ANY:
            return Number(self._any(place))
        if guess.change is not Change.STEPS:
            return known
        span = self._span(place, guess)
        if span is None:
            return Number(self._any(place)) if isinstance(known, Number) else None
        symbol = self._symbols[place] = next(fresh)
        if isinstance(known, Number):
            return Number(span, symbol)
        return Pointer(known.region, span, known.null, symbol)

    def _any(self, place: Place) -> Scalar:
        area, at = place
        if area <= _SAVED or area == _REGISTERS:
            return scalar.UNKNOWN
        cells = self.seed.context if area == _CONTEXT else self.seed.frames[area].stack
        return scalar.sized(8 * cells.items[at][0])

    def _span(self, place: Place, guess: Guess) -> Scalar | None:
        """All that the number or offset may be at the start of a round."""
        assert self.bound is not None
        assert guess.known is not None
        start = _exact(guess.known)
        low = start.wide.smin + min(0, guess.least * self.bound.rounds)
        high = start.wide.smax + max(0, guess.most * self.bound.rounds)
        if place == self.bound.place and guess.least > 0:
            high = self.bound.last
        elif place == self.bound.place:
            low = self.bound.last
        if low <= -_FAR or high >= _FAR or scalar.between(low, high).umax > self._any(place).umax:
            return None
        span = scalar.between(low, high)
        if guess.least != guess.most or not start.is_const:
            return span
        kept = (guess.least & -guess.least) - 1
        aligned = Tnum(start.const & kept, scalar.FULL64 & ~kept)
        return scalar.with_bits(span, aligned)

    # The end of a round

    def returns(self, state: State) -> bool:
        """Whether the invariant covers the state at the end of a round, and the counter has
        moved. If not, the guesses are weaker now; they may be tried again while there is a
        `bound`."""
        fits = self._fits_memory(state)
        held = dict(values(state))
        links = Links()
        for outer in self.seed.loops:
            links.fix(outer.symbols)
        for place, made in self._made.items():
            fits = self._fits(place, made, held.get(place), links) and fits
        if not fits:
            self._retries += 1
            self.bound = self._next_bound() if self._retries <= _RETRIES else None
        return fits

    def _fits_memory(self, state: State) -> bool:
        fits = True
        for depth, frame in enumerate(state.frames):
            if self._written[depth] & ~frame.stack.written:
                self._written[depth] &= frame.stack.written
                fits = False
        if self._context_written & ~state.context.written:
            self._context_written &= state.context.written
            fits = False
        if state.wrote >= 0 > self._wrote:
            self._wrote = state.wrote
            fits = False
        return fits

    def _fits(self, place: Place, made: Value, new: Value | None, links: Links) -> bool:
        guess = self._guesses[place]
        if place in self._symbols:
            step = self._stepped(place, made, new)
            if step is not None and guess.least <= step <= guess.most:
                return self._in_bounds(place, made, new)
            self._guesses[place] = self._weaker_steps(guess, new, step)
            return False
        if new is not None and _covers(made, new) and links.hold(made, new):
            return True
        self._guesses[place] = _weaker(guess, made, new)
        return False

    def _stepped(self, place: Place, made: Value, new: Value | None) -> int | None:
        """By how much the value has moved since the start of the round, if that is known."""
        if new is None or type(new) is not type(made) or new.symbol != self._symbols[place]:
            return None
        if isinstance(new, Pointer) and _moved_away(made, new):
            return None
        return signed(new.delta, 64)

    def _in_bounds(self, place: Place, made: Value, new: Value | None) -> bool:
        assert self.bound is not None
        assert new is not None
        if place != self.bound.place or scalar.covers(_exact(made), _on_steps(_exact(new))):
            return True
        self._refuted.add((place, self.bound.last))
        return False

    def _weaker_steps(self, guess: Guess, new: Value | None, step: int | None) -> Guess:
        if step is not None and abs(step) < _STEP:
            return replace(guess, least=min(guess.least, step), most=max(guess.most, step))
        if isinstance(guess.known, Number) and isinstance(new, Number):
            return Guess(Change.RANGE, Number(scalar.join(guess.known.scalar, new.scalar)))
        return Guess(Change.LOST, guess.known)


def _on_steps(known: Scalar) -> Scalar:
    """The number, with signed bounds that have the low bits which are known."""
    step = known.bits.mask & -known.bits.mask
    if step < 2:
        return known
    rest, wide = known.bits.value & step - 1, known.wide
    low = wide.smin + (rest - wide.smin) % step
    high = wide.smax - (wide.smax - rest) % step
    return scalar.meet(known, scalar.between(low, high)) or known


def _covers(made: Value, new: Value) -> bool:
    if isinstance(made, Number):
        return isinstance(new, Number) and scalar.covers(made.scalar, new.scalar)
    return (
        isinstance(new, Pointer)
        and made.region == new.region
        and (new.null == 0 or made.null != 0)
        and scalar.covers(made.offset, new.offset)
    )


def _weaker(guess: Guess, made: Value, new: Value | None) -> Guess:
    """What a value does that the guess did not cover."""
    if new is None or type(new) is not type(made):
        return Guess(Change.LOST, guess.known)
    moved_away = isinstance(new, Pointer) and _moved_away(made, new)
    if guess.change is Change.SAME and not moved_away and (step := _step(made, new)):
        return Guess(Change.STEPS, guess.known, min(0, step), max(0, step))
    if isinstance(new, Pointer):
        return Guess(Change.LOST, guess.known)
    assert isinstance(made, Number)
    joined = Number(scalar.join(made.scalar, new.scalar))
    if guess.change is not Change.ANY and guess.extended < _EXTENSIONS:
        return Guess(Change.RANGE, joined, extended=guess.extended + 1)
    return Guess(Change.ANY, joined)


def _moved_away(made: Value, new: Pointer) -> bool:
    return isinstance(made, Pointer) and (made.region, made.null) != (new.region, new.null)
