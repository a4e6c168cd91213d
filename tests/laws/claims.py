# SPDX-License-Identifier: Apache-2.0
"""An abstract state as a set of predicates (claims) that a concrete state fulfils or not.

Claims are numbered, and the states of one program share them: what one state claims beyond
another is the difference of two sets of numbers. So a run pays for what a step may have changed
and for what is newly claimed, not for the whole state at every step.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from lightexit.engine import memory as concrete
from lightexit.isa import STACK_SIZE
from lightexit.verifier import scalar
from lightexit.verifier.cells import Cells
from lightexit.verifier.scalar import Scalar
from lightexit.verifier.state import State
from lightexit.verifier.value import Number, Pointer, RegionKind, Value

Registers = Sequence[concrete.Value | None]
Test = Callable[[Registers, concrete.Memory], bool]
Fetch = Callable[[Registers, concrete.Memory], concrete.Value | None]
#: Where a value is kept: a register (depth -2), the context (-1) or a frame; and where in it.
Place = tuple[int, int, int]

_REGISTERS, _CONTEXT = -2, -1
_FRAME_POINTER = 10


@dataclass
class Shadow:
    """The claims of one abstract state, all of them and by what they are about (`subject`).

    `following` is what held next, by slot, when a run came by the last time.
    """

    depth: int
    claims: frozenset[int]
    about: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    following: dict[int, Shadow] = field(default_factory=dict)


def subject(memory: concrete.Memory, region: concrete.BoundedRegion) -> int:
    """The number for claims about what is kept in a region: beyond those of the registers."""
    if isinstance(region, concrete.StackFrame):
        return _subject((memory.frames.index(region), 0, 0))
    return _subject((_CONTEXT, 0, 0))


def _subject(place: Place) -> int:
    depth, at, _ = place
    return at if depth == _REGISTERS else depth + _FRAME_POINTER + 2


class Claims:
    """All claims made about one program."""

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}
        self._tests: list[Test] = []

    def shadow(self, state: State) -> Shadow:
        """The state's claims. What says nothing is left out: any number of a cell's size."""
        shadow = Shadow(len(state.frames), frozenset())
        links: dict[int, list[tuple[Place, int]]] = defaultdict(list)
        for place, value in _places(state):
            if not _says_nothing(place, value):
                self._add(shadow, (place, _bare(value)), [place], _value_test)
            if isinstance(value, Number) and value.symbol:
                links[value.symbol].append((place, value.delta))
        for linked in links.values():
            if len(linked) > 1:
                self._add(shadow, tuple(linked), [place for place, _ in linked], _link_test)
        for depth, frame in enumerate(state.frames):
            if frame.stack.written:
                written = (depth, frame.stack.written)
                self._add(shadow, written, [(depth, 0, 0)], _written_test)
        shadow.claims = frozenset().union(*shadow.about.values())
        return shadow

    def _add(
        self,
        shadow: Shadow,
        claim: Hashable,
        places: list[Place],
        test: Callable[..., Test],
    ) -> None:
        number = self._numbers.setdefault(claim, len(self._tests))
        if number == len(self._tests):
            self._tests.append(test(claim))
        for about in {_subject(place) for place in places}:
            shadow.about[about].append(number)

    def hold(self, numbers: Iterable[int], registers: Registers, memory: concrete.Memory) -> bool:
        """Whether a concrete state fulfils all of these claims."""
        tests = self._tests
        try:
            for number in numbers:
                if not tests[number](registers, memory):
                    return False
        except concrete.MemoryFault:
            # A claim about stack that was not written, or holds part of a pointer.
            return False
        return True


def _places(state: State) -> Iterator[tuple[Place, Value]]:
    for register, value in enumerate(state.registers):
        if value is not None:
            yield (_REGISTERS, register, 8), value
    yield from _cells(_CONTEXT, state.context, 0)
    for depth, frame in enumerate(state.frames):
        yield from _cells(depth, frame.stack, STACK_SIZE)


def _cells(depth: int, cells: Cells, base: int) -> Iterator[tuple[Place, Value]]:
    for at, (size, value) in cells.items.items():
        yield (depth, at - base, size), value


def _says_nothing(place: Place, value: Value) -> bool:
    in_memory = place[0] != _REGISTERS
    return in_memory and isinstance(value, Number) and value.scalar == _any(place[2])


@cache
def _any(size: int) -> Scalar:
    return scalar.sized(8 * size)


def _bare(value: Value) -> Scalar | Pointer:
    return value.scalar if isinstance(value, Number) else value


def _fetch(place: Place) -> Fetch:
    depth, at, size = place
    if depth == _REGISTERS:
        return lambda registers, _: registers[at]
    if depth == _CONTEXT:
        return lambda _, memory: memory.context.load(at, size)
    return lambda _, memory: memory.frames[depth].load(at, size)


def _value_test(claim: tuple[Place, Scalar | Pointer]) -> Test:
    place, known = claim
    fetch = _fetch(place)
    if isinstance(known, Pointer):
        return _pointer_test(fetch, known)
    holds = _number_test(known)

    def test(registers: Registers, memory: concrete.Memory) -> bool:
        x = fetch(registers, memory)
        return isinstance(x, int) and holds(x)

    return test


@cache
def _number_test(known: Scalar) -> Callable[[int], bool]:
    """Whether the scalar stands for an unsigned number."""
    (value, mask), wide, low = known
    if not mask:
        return lambda x: x == value
    if known == scalar.UNKNOWN:
        return lambda x: True
    sure = ~mask
    umin, umax, smin, smax = wide

    def test(x: int) -> bool:
        half = x & scalar.FULL32
        return (
            x & sure == value
            and umin <= x <= umax
            and smin <= x - (x >> 63 << 64) <= smax
            and low.umin <= half <= low.umax
            and low.smin <= half - (half >> 31 << 32) <= low.smax
        )

    return test


def _pointer_test(fetch: Fetch, known: Pointer) -> Test:
    kind, number = known.region
    offset = _number_test(known.offset)

    def test(registers: Registers, memory: concrete.Memory) -> bool:
        x = fetch(registers, memory)
        if kind is RegionKind.CONTEXT:
            region = memory.context
        elif kind is RegionKind.RODATA:
            region = memory.maps[-1]
        else:
            region = (memory.maps if kind is RegionKind.STATE else memory.frames)[number]
        return (
            isinstance(x, concrete.MemoryPointer)
            and x.region is region
            and offset(x.offset & scalar.FULL64)
        )

    return test


def _link_test(linked: tuple[tuple[Place, int], ...]) -> Test:
    """The numbers differ by their deltas only."""
    fetches = [(_fetch(place), delta) for place, delta in linked]

    def test(registers: Registers, memory: concrete.Memory) -> bool:
        bases = set()
        for fetch, delta in fetches:
            x = fetch(registers, memory)
            if not isinstance(x, int):
                return False
            bases.add(x - delta & scalar.FULL64)
        return len(bases) == 1

    return test


def _written_test(claim: tuple[int, int]) -> Test:
    depth, bits = claim
    bytes_ = int.from_bytes(bytes(bits >> n & 1 for n in range(STACK_SIZE)), "little")

    def test(_registers: Registers, memory: concrete.Memory) -> bool:
        return not bytes_ & ~int.from_bytes(memory.frames[depth].written, "little")

    return test
