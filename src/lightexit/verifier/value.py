# SPDX-License-Identifier: Apache-2.0
"""What a register or a stack slot can hold: a number, or a pointer into a region of memory."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from lightexit.verifier import scalar
from lightexit.verifier.scalar import Scalar


class RegionKind(Enum):
    """The kinds of memory there are, and the handle that only helpers take."""

    CONTEXT = "the context"
    STACK = "the stack"
    STATE = "state"
    HANDLE = "the handle of state"


class Region(NamedTuple):
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
    """An address `offset` bytes into a region; null is possible if `null` (a symbol) is not 0."""

    region: Region
    offset: Scalar
    null: int = 0


Value = Number | Pointer

CONTEXT = Region(RegionKind.CONTEXT)
ANY_NUMBER = Number(scalar.UNKNOWN)
ZERO = scalar.const(0)


def constant(value: int) -> Number:
    """The number `value`, modulo 2**64."""
    return Number(scalar.const(value))


def frame_pointer(depth: int) -> Pointer:
    """What r10 holds in the frame of that depth."""
    return Pointer(Region(RegionKind.STACK, depth), ZERO)


def shifted(number: Number, by: int) -> Scalar:
    """The number plus a constant."""
    return scalar.binary("add", 64, number.scalar, scalar.const(by)) if by else number.scalar


def covers(old: Value | None, new: Value | None) -> bool:
    """Whether `old` holds all that `new` may be, links between numbers aside.

    Nothing known of a register (None) covers everything: whoever reads it is refused.
    """
    if old is None or old is new:
        return True
    if new is None or type(old) is not type(new):
        return False
    if isinstance(old, Number):
        return scalar.covers(old.scalar, new.scalar)  # type: ignore[union-attr]
    assert isinstance(new, Pointer)
    same = old.region == new.region and (new.null == 0 or old.null != 0)
    return same and scalar.covers(old.offset, new.offset)
