# SPDX-License-Identifier: Apache-2.0
"""What a register or a stack slot can hold: a number, or a pointer into a region of memory."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple

from lightexit.verifier import scalar
from lightexit.verifier.scalar import Scalar


class RegionKind(Enum):
    """The kinds of memory there are, and the handle that only helpers take."""

    # Members are single objects; Enum's own hash, of the name, costs a Python call each time.
    __hash__ = object.__hash__

    CONTEXT = "the context"
    STACK = "the stack"
    STATE = "state"
    RODATA = "the read-only data"
    HANDLE = "the handle of state"


class AbstractRegion(NamedTuple):
    """One region. `number` is a map's index, or the depth of a stack's frame."""

    kind: RegionKind
    number: int = 0


class Number(NamedTuple):
    """A number. Those with the same nonzero `symbol` differ by their `delta`s only.

    So what a branch teaches about one is known of its copies, of the field it was loaded from,
    and of what had a constant added to it.
    """

    scalar: Scalar
    symbol: int = 0
    delta: int = 0


class Pointer(NamedTuple):
    """An address `offset` bytes into a region; null is possible if `null` (a symbol) is not 0.

    Those with the same `null` are null together. Offsets with the same nonzero `symbol` differ by
    their `delta`s only, as numbers do.
    """

    region: AbstractRegion
    offset: Scalar
    null: int = 0
    symbol: int = 0
    delta: int = 0


Value = Number | Pointer

CONTEXT = AbstractRegion(RegionKind.CONTEXT)
RODATA = AbstractRegion(RegionKind.RODATA)
ANY_NUMBER = Number(scalar.UNKNOWN)
ZERO = scalar.const(0)


def constant(value: int) -> Number:
    """The number `value`, modulo 2**64."""
    return Number(scalar.const(value))


def frame_pointer(depth: int) -> Pointer:
    """What r10 holds in the frame of that depth."""
    return Pointer(AbstractRegion(RegionKind.STACK, depth), ZERO)


def shifted(number: Number, by: int) -> Scalar:
    """The number plus a constant."""
    return scalar.binary("add", 64, number.scalar, scalar.const(by)) if by else number.scalar


def covers(old: Value | None, new: Value | None) -> bool:
    """Whether `old` holds all that `new` may be, links between numbers aside.

    A register without a known value (None) covers everything: reading it is refused.
    """
    if old is None or old is new:
        return True
    if type(old) is not type(new):
        return False
    if isinstance(old, Number):
        return scalar.covers(old.scalar, new.scalar)  # type: ignore[union-attr]
    assert isinstance(new, Pointer)
    same = old.region == new.region and (new.null == 0 or old.null != 0)
    return same and scalar.covers(old.offset, new.offset)


#: The symbol of a value that is constant in the newer state, and of "not null".
_CONSTANT = -1


class Links:
    """What is linked in an older state must be linked alike in a newer one that it covers:
    numbers and offsets by their symbols, pointers that may be null by theirs."""

    __slots__ = ("seen",)

    def __init__(self) -> None:
        self.seen: dict[int, tuple[int, int]] = {}

    def hold(self, old: Value, new: Value) -> bool:
        """Whether the links of `old` are those of `new`, as far as seen."""
        if isinstance(old, Number):
            if not old.symbol:
                return True
            assert isinstance(new, Number)
            return self._linked(old.symbol, old.delta, new.scalar, (new.symbol, new.delta))
        assert isinstance(new, Pointer)
        if old.null and not self._same(old.null, (new.null or _CONSTANT, 0)):
            return False
        if not old.symbol:
            return True
        return self._linked(old.symbol, old.delta, new.offset, (new.symbol, new.delta))

    def _linked(self, symbol: int, delta: int, known: Scalar, link: tuple[int, int]) -> bool:
        if known.is_const:
            return self._same(symbol, (_CONSTANT, known.const - delta & scalar.FULL64))
        return self._same(symbol, (link[0], link[1] - delta & scalar.FULL64))

    def _same(self, symbol: int, link: tuple[int, int]) -> bool:
        known = self.seen.setdefault(symbol, link)
        return known is link or (known == link and link[0] != 0)

    def agree(self, links: dict[int, tuple[int, int]]) -> bool:
        """Whether these links hold as well."""
        if not self.seen:
            self.seen = links.copy()
            return True
        return all(self._same(symbol, link) for symbol, link in links.items())

    def fix(self, symbols: Iterable[int]) -> None:
        """The symbols must mean the same numbers in both states."""
        for symbol in symbols:
            self.seen[symbol] = (symbol, 0)
