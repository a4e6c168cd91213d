# SPDX-License-Identifier: Apache-2.0
"""Values of the domains to test with: all of them at small widths, random ones at 64 bits."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from lightexit.isa.generate import edgy
from lightexit.verifier import bounds, scalar
from lightexit.verifier.bounds import Bounds
from lightexit.verifier.scalar import Scalar
from lightexit.verifier.tnum import Tnum

FULL = 2**64 - 1


def all_tnums(width: int) -> Iterator[Tnum]:
    """Every tnum of that width."""
    for mask in range(1 << width):
        for value in range(1 << width):
            if not value & mask:
                yield Tnum(value, mask)


def members(t: Tnum, width: int) -> list[int]:
    """All numbers a tnum stands for."""
    return [x for x in range(1 << width) if x & ~t.mask == t.value]


def all_bounds(width: int) -> Iterator[tuple[Bounds, list[int]]]:
    """Every pair of one-sided bounds (unsigned alone, signed alone), with its members."""
    size, half = 1 << width, 1 << width - 1
    free = bounds.anything(width)
    for low in range(size):
        for high in range(low, size):
            yield free._replace(umin=low, umax=high), list(range(low, high + 1))
            inside = [x % size for x in range(low - half, high - half + 1)]
            yield free._replace(smin=low - half, smax=high - half), inside


def within(b: Bounds, x: int, width: int) -> bool:
    """Whether the bounds hold the unsigned number x."""
    return b.umin <= x <= b.umax and b.smin <= bounds.signed(x, width) <= b.smax


def number(random: Random) -> int:
    """A 64-bit number, likely an edge."""
    return edgy(random, random.choice((8, 32, 33, 64))) & FULL


def sample(random: Random) -> tuple[Scalar, list[int]]:
    """A scalar and some of the numbers it stands for."""
    if random.random() < 0.3:
        low, high = sorted((number(random), number(random)))
        return scalar.between(low, high), [low, high, random.randint(low, high)]
    near = number(random)
    numbers = [near + random.randrange(-3, 4) * random.choice((1, 8, 2**31)) & FULL for _ in "abc"]
    known = scalar.const(numbers[0])
    for each in numbers:
        known = scalar.join(known, scalar.const(each))
    return known, numbers
