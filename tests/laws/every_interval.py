# SPDX-License-Identifier: Apache-2.0
"""Every interval with every other: what an operation on bounds gives holds every outcome.

`python -m laws.every_interval add` in tests/ takes all pairs of 8 bits: unsigned and signed
intervals, those that are the same as both counted once. `--share I/N` takes a part of the left.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from laws.domains import BOUNDS, CONCRETE, SHIFTS
from laws.lanes import Array, by_lanes, in_lanes
from lightexit.verifier import bounds
from lightexit.verifier.bounds import Bounds


class Span(NamedTuple):
    """The numbers from `low` to `high` in the order of unsigned or of signed numbers.

    Both count from the least number, so that a signed span begins at 0 with -2**(width - 1).
    """

    is_signed: bool
    low: int
    high: int


def spans(width: int, amounts: bool = False) -> Iterator[Span]:
    """Every one; signed ones on one side of 0 are unsigned ones. Or those of shift amounts."""
    size, half = 1 << width, 1 << width - 1
    most = width if amounts else size
    yield from (Span(False, low, high) for low in range(most) for high in range(low, most))
    if not amounts:
        yield from (Span(True, low, high) for low in range(half) for high in range(half, size))


def bounds_of(span: Span, width: int) -> Bounds:
    """What the verifier knows of a number in that span."""
    half, free = 1 << width - 1, bounds.anything(width)
    known = (
        free._replace(smin=span.low - half, smax=span.high - half)
        if span.is_signed
        else free._replace(umin=span.low, umax=span.high)
    )
    agreed = bounds.agree(known, width)
    assert agreed is not None
    return agreed


class Law:
    """One operation at one width, ready to be held to the law for any left operand."""

    def __init__(self, name: str, width: int) -> None:
        self.operation, self.width = BOUNDS[name], width
        self._half = 1 << width - 1
        rights = list(spans(width, name in SHIFTS))
        self._rights = np.array([bounds_of(s, width) for s in rights], np.int32).T.copy()
        amounts = width if name in SHIFTS else 1 << width
        is_signed, low, high = np.array(rights, np.intp).T
        self._at = (is_signed * amounts + high) * amounts + low
        self._table = _outcomes(name, width, amounts)
        self._kept: tuple[Array, Array] | None = None
        self._kept_for = (False, -1)
        self._is_within = np.tri(amounts, dtype=bool)
        self._order = [np.arange(amounts), np.roll(np.arange(amounts), amounts // 2)]

    def check(self, left: Span) -> int:
        """Hold one left operand with every right one to the law; the number of pairs."""
        given = in_lanes(self.operation, bounds_of(left, self.width), self._rights, self.width)
        umin, umax, smin, smax = self._needed(left)
        holds = (given[0] <= umin) & (umax <= given[1]) & (given[2] <= smin) & (smax <= given[3])
        assert holds.all(), (left, int(np.argmin(holds)))
        return len(holds)

    def _needed(self, left: Span) -> list[Array]:
        """The least and greatest outcome, unsigned and signed, for every right operand."""
        least, most = (rows[:, left.high - left.low] for rows in self._rows(*left[:2]))
        pick = self._picked
        return [
            pick(np.minimum, least[0]),
            pick(np.maximum, most[0]),
            pick(np.minimum, least[1]),
            pick(np.maximum, most[1]),
        ]

    def _rows(self, is_signed: bool, low: int) -> tuple[Array, Array]:
        """By reading, length of the left span that begins at `low`, and right number: the least
        and the greatest outcome. Kept for the spans that follow."""
        if self._kept is None or self._kept_for != (is_signed, low):
            numbers = np.arange(low, 2 * self._half) - (self._half if is_signed else 0)
            rows = self._table[:, numbers & 2 * self._half - 1]
            self._kept = np.minimum.accumulate(rows, axis=1), np.maximum.accumulate(rows, axis=1)
            self._kept_for = (is_signed, low)
        return self._kept

    def _picked(self, extreme: Any, row: Array) -> Array:
        """Of the outcomes by right number, the extreme ones over each right span."""
        beyond = np.int16(32767 if extreme is np.minimum else -32768)
        rows = [np.where(self._is_within, row[order][:, None], beyond) for order in self._order]
        tables = extreme.accumulate(np.stack(rows), axis=1)
        return tables.ravel().take(self._at)


def _outcomes(name: str, width: int, amounts: int) -> Array:
    """By reading (unsigned, signed), left number and right number: the outcome."""
    full, half = (1 << width) - 1, 1 << width - 1
    concrete = CONCRETE[name]
    table = [[concrete(x, y, width) & full for y in range(amounts)] for x in range(full + 1)]
    unsigned = np.array(table, np.int16)
    return np.stack([unsigned, (unsigned + half & full) - half])


def check_all(name: str, width: int, share: int = 0, shares: int = 1) -> int:
    """Hold every `shares`-th left span, from number `share` on, with all right ones to the law."""
    law = Law(name, width)
    with by_lanes():
        return sum(law.check(left) for left in list(spans(width))[share::shares])


def _main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("name", choices=BOUNDS, nargs="+")
    arguments.add_argument("--width", type=int, default=8)
    arguments.add_argument("--share", default="0/1", help="I/N: every N-th from number I on")
    chosen = arguments.parse_args()
    share, shares = map(int, chosen.share.split("/"))
    for name in chosen.name:
        start = time.process_time()
        pairs = check_all(name, chosen.width, share, shares)
        spent = time.process_time() - start
        print(f"{name}, {chosen.width} bits: {pairs} pairs, {spent:.0f} s", flush=True)


if __name__ == "__main__":
    _main()
