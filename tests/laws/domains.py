# SPDX-License-Identifier: Apache-2.0
"""The law of the domains: what an operation gives holds every concrete outcome.

Sets of small numbers are kept as bits of one integer. The outcomes of `a op b` are the union of
those of `a op b1` and `a op b2` wherever b1 and b2 make up b, so a row (one a, all b) costs one
union for each b, whatever b holds.

As a program (`python -m laws.domains tnum add --share 0/16` in tests/) it takes all
pairs of 8 bits.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from functools import cache
from itertools import accumulate
from operator import or_
from random import Random
from typing import NamedTuple

from lightexit.verifier import bounds, tnum
from lightexit.verifier.bounds import Bounds, signed
from lightexit.verifier.tnum import Tnum

#: A set of numbers: bit x is set if x is in it.
Set = int
Concrete = Callable[[int, int, int], int]


def _sdiv(x: int, y: int, width: int) -> int:
    a, b = signed(x, width), signed(y, width)
    quotient = abs(a) // abs(b) if b else 0
    return -quotient if (a < 0) != (b < 0) else quotient


def _smod(x: int, y: int, width: int) -> int:
    a, b = signed(x, width), signed(y, width)
    rest = abs(a) % abs(b) if b else abs(a)
    return -rest if a < 0 else rest


CONCRETE: dict[str, Concrete] = {
    "add": lambda x, y, _: x + y,
    "sub": lambda x, y, _: x - y,
    "mul": lambda x, y, _: x * y,
    "div": lambda x, y, _: x // y if y else 0,
    "mod": lambda x, y, _: x % y if y else x,
    "sdiv": _sdiv,
    "smod": _smod,
    "and": lambda x, y, _: x & y,
    "or": lambda x, y, _: x | y,
    "xor": lambda x, y, _: x ^ y,
    "lsh": lambda x, y, _: x << y,
    "rsh": lambda x, y, _: x >> y,
    "arsh": lambda x, y, width: signed(x, width) >> y,
}
TNUM: dict[str, Callable[[Tnum, Tnum, int], Tnum]] = {
    "add": tnum.add,
    "sub": tnum.sub,
    "mul": tnum.mul,
    "and": lambda a, b, _: tnum.and_(a, b),
    "or": lambda a, b, _: tnum.or_(a, b),
    "xor": lambda a, b, _: tnum.xor(a, b),
}
BOUNDS: dict[str, Callable[[Bounds, Bounds, int], Bounds]] = {
    "add": bounds.add,
    "sub": bounds.sub,
    "mul": bounds.mul,
    "div": bounds.div,
    "mod": bounds.mod,
    "sdiv": bounds.sdiv,
    "smod": bounds.smod,
    "and": bounds.and_,
    "or": bounds.or_,
    "xor": bounds.xor,
    "lsh": bounds.lsh,
    "rsh": bounds.rsh,
    "arsh": bounds.arsh,
}
SHIFTS = ("lsh", "rsh", "arsh")


class Pair(NamedTuple):
    """Two operands, what the operation made of them, and the outcomes that it must hold."""

    left: tuple[int, ...]
    right: tuple[int, ...]
    result: tuple[int, ...]
    outcomes: Set


@cache
def _table(name: str, width: int) -> list[list[Set]]:
    """By x and y: the set of the one outcome. Shifts by the width or more do not occur."""
    full = (1 << width) - 1
    amounts = width if name in SHIFTS else full + 1
    concrete = CONCRETE[name]
    return [[1 << (concrete(x, y, width) & full) for y in range(amounts)] for x in range(full + 1)]


def _row(name: str, width: int, members: Set) -> list[Set]:
    """By y: the outcomes for every x among `members`."""
    rows = [row for x, row in enumerate(_table(name, width)) if members >> x & 1]
    united = rows[0]
    for row in rows[1:]:
        united = list(map(or_, united, row))
    return united


# Tristate numbers


@cache
def tnums(width: int) -> dict[Tnum, Set]:
    """Every tnum with its members, those with fewer unknown bits first."""
    full = (1 << width) - 1
    found: dict[Tnum, Set] = {}
    for mask in sorted(range(full + 1), key=int.bit_count):
        for value in range(full + 1):
            if not value & mask:
                members = 1 << value
                if mask:
                    low, high = _halves(Tnum(value, mask))
                    members = found[low] | found[high]
                found[Tnum(value, mask)] = members
    return found


def _halves(t: Tnum) -> tuple[Tnum, Tnum]:
    """t with its lowest unknown bit clear, and set."""
    bit = t.mask & -t.mask
    return Tnum(t.value, t.mask ^ bit), Tnum(t.value | bit, t.mask ^ bit)


def tnum_pairs(name: str, width: int, left: Tnum) -> Iterator[Pair]:
    """One tnum with every other."""
    full, abstract = (1 << width) - 1, TNUM[name]
    row = _row(name, width, tnums(width)[left])
    outcomes: dict[Tnum, Set] = {}
    for right in tnums(width):
        if right.mask:
            low, high = _halves(right)
            outcomes[right] = outcomes[low] | outcomes[high]
        else:
            outcomes[right] = row[right.value]
        yield Pair(left, right, abstract(left, right, full), outcomes[right])


def check_tnum(name: str, width: int, left: Tnum) -> int:
    """Hold one tnum with every other to the law; the number of pairs."""
    members, count = tnums(width), 0
    for pair in tnum_pairs(name, width, left):
        count += 1
        assert not pair.outcomes & ~members[Tnum(*pair.result)], (name, pair)
    return count


# Intervals


@cache
def _holding(b: Bounds, width: int) -> Set:
    """The numbers within bounds."""
    size = 1 << width
    unsigned = (1 << min(b.umax, size - 1) + 1) - (1 << b.umin)
    positive = (1 << max(b.smax + 1, 0)) - (1 << max(b.smin, 0)) if b.smax >= 0 else 0
    negative = 0
    if b.smin < 0:
        negative = (1 << min(b.smax, -1) + size + 1) - (1 << b.smin + size)
    return unsigned & (positive | negative)


def intervals(width: int) -> Iterator[Bounds]:
    """Every unsigned interval, and every signed one, as both readings."""
    size, half = 1 << width, 1 << width - 1
    free = bounds.anything(width)
    for low in range(size):
        for high in range(low, size):
            yield _agreed(free._replace(umin=low, umax=high), width)
            yield _agreed(free._replace(smin=low - half, smax=high - half), width)


@cache
def everything(width: int) -> list[Bounds]:
    """Every value of the domain: both readings bounded, each as tight as the other allows."""
    size, half = 1 << width, 1 << width - 1
    spans = [(low, high) for low in range(size) for high in range(low, size)]
    quads = (Bounds(*u, low - half, high - half) for u in spans for low, high in spans)
    return sorted({b for b in (bounds.agree(quad, width) for quad in quads) if b})


def _agreed(b: Bounds, width: int) -> Bounds:
    agreed = bounds.agree(b, width)
    assert agreed is not None
    return agreed


@cache
def _starting(width: int, start: int) -> tuple[list[Bounds], list[Bounds]]:
    """The unsigned intervals that start at number `start`, and the signed ones at the same
    distance from the least number."""
    size, half = 1 << width, 1 << width - 1
    free, ends = bounds.anything(width), range(start, size)
    unsigned = [_agreed(free._replace(umin=start, umax=high), width) for high in ends]
    ordered = (free._replace(smin=start - half, smax=high - half) for high in ends)
    return unsigned, [_agreed(each, width) for each in ordered]


def bounds_pairs(name: str, width: int, left: Bounds, start: int) -> Iterator[Pair]:
    """One value with every interval that starts at the number `start`, unsigned and signed."""
    abstract, half = BOUNDS[name], 1 << width - 1
    row = _row(name, width, _holding(left, width))
    unsigned, ordered = _starting(width, start)
    # Of shifts, the row ends with the last amount that occurs.
    sides = [(unsigned, row[start:])]
    if name not in SHIFTS:
        sides.append((ordered, (row[half:] + row[:half])[start:]))
    for rights, outcomes in sides:
        for right, united in zip(rights, accumulate(outcomes, or_), strict=False):
            yield Pair(left, right, abstract(left, right, width), united)


def check_bounds(name: str, width: int, left: Bounds, start: int) -> int:
    """Hold one value with the intervals from `start` on to the law; the number of pairs."""
    count = 0
    for pair in bounds_pairs(name, width, left, start):
        count += 1
        assert not pair.outcomes & ~_holding(Bounds(*pair.result), width), (name, pair)
    return count


def check_values(name: str, width: int, left: Bounds) -> int:
    """Hold one value with every value of the domain to the law; the number of pairs."""
    row = _row(name, width, _holding(left, width))
    rights = [b for b in everything(width) if name not in SHIFTS or b.umax < width]
    for right in rights:
        members = _holding(right, width)
        outcomes = 0
        for y, each in enumerate(row):
            outcomes |= each if members >> y & 1 else 0
        result = BOUNDS[name](left, right, width)
        assert not outcomes & ~_holding(result, width), (name, left, right, result)
    return len(rights)


# All, or a share of it


def tnum_rows(name: str, width: int, share: int, shares: int) -> int:
    """Hold every `shares`-th tnum, from number `share` on, with every other to the law."""
    lefts = list(tnums(width))[share::shares]
    return sum(check_tnum(name, width, left) for left in lefts)


def bounds_rows(name: str, width: int, share: int, shares: int) -> int:
    """Hold every `shares`-th interval, from number `share` on, with every other to the law."""
    starts = range(width if name in SHIFTS else 1 << width)
    lefts = list(intervals(width))[share::shares]
    return sum(check_bounds(name, width, left, start) for left in lefts for start in starts)


def bounds_sample(name: str, width: int, count: int) -> int:
    """Hold random intervals, each with those of a few starts, to the law."""
    random = Random(name)
    lefts = random.sample(list(intervals(width)), count)
    starts = range(width if name in SHIFTS else 1 << width)
    return sum(
        check_bounds(name, width, left, start)
        for left in lefts
        for start in random.sample(starts, 4)
    )


def _main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("domain", choices=("tnum", "bounds"))
    arguments.add_argument("name", choices=BOUNDS)
    arguments.add_argument("--width", type=int, default=8)
    arguments.add_argument("--share", default="0/1", help="I/N: every N-th row from number I on")
    chosen = arguments.parse_args()
    share, shares = map(int, chosen.share.split("/"))
    start = time.process_time()
    rows = tnum_rows if chosen.domain == "tnum" else bounds_rows
    pairs = rows(chosen.name, chosen.width, share, shares)
    spent = time.process_time() - start
    print(f"{chosen.domain} {chosen.name}, {chosen.width} bits: {pairs} pairs, {spent:.0f} s")


if __name__ == "__main__":
    _main()
