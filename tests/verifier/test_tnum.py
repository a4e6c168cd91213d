# SPDX-License-Identifier: Apache-2.0
"""Tristate numbers against every concrete outcome at small widths."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lightexit.verifier import tnum
from lightexit.verifier.tnum import Tnum
from verifier.domains import all_tnums, members

WIDTH = 4
FULL = (1 << WIDTH) - 1
ALL = [(t, members(t, WIDTH)) for t in all_tnums(WIDTH)]

BINARY: dict[str, tuple[Callable[[Tnum, Tnum], Tnum], Callable[[int, int], int]]] = {
    "add": (lambda a, b: tnum.add(a, b, FULL), lambda x, y: x + y & FULL),
    "sub": (lambda a, b: tnum.sub(a, b, FULL), lambda x, y: x - y & FULL),
    "mul": (lambda a, b: tnum.mul(a, b, FULL), lambda x, y: x * y & FULL),
    "and": (tnum.and_, lambda x, y: x & y),
    "or": (tnum.or_, lambda x, y: x | y),
    "xor": (tnum.xor, lambda x, y: x ^ y),
}


def best(outcomes: set[int]) -> Tnum:
    """The least tnum that holds all of them."""
    least = Tnum(next(iter(outcomes)), 0)
    for each in outcomes:
        least = tnum.join(least, Tnum(each, 0))
    return least


@pytest.mark.parametrize("name", BINARY)
def test_operations_hold_every_outcome(name: str) -> None:
    abstract, concrete = BINARY[name]
    for a, xs in ALL:
        for b, ys in ALL:
            result = abstract(a, b)
            exact = best({concrete(x, y) for x in xs for y in ys})
            assert tnum.covers(result, exact), (name, a, b)
            assert not result.value & result.mask
            assert name == "mul" or result == exact, f"{name} of {a}, {b} is not the best"


@pytest.mark.parametrize("shift", range(WIDTH))
def test_shifts_are_exact(shift: int) -> None:
    for a, xs in ALL:
        assert tnum.lsh(a, shift, FULL) == best({x << shift & FULL for x in xs})
        assert tnum.rsh(a, shift) == best({x >> shift for x in xs})
        signed = {(x - 2 * (x & 8) >> shift) & FULL for x in xs}
        assert tnum.arsh(a, shift, FULL) == best(signed)


def test_order_is_that_of_the_sets() -> None:
    for a, xs in ALL:
        for b, ys in ALL:
            assert tnum.covers(a, b) == (set(xs) >= set(ys))
            common = set(xs) & set(ys)
            assert tnum.meet(a, b) == (best(common) if common else None)
            assert tnum.join(a, b) == best({*xs, *ys})


def test_contains_is_membership() -> None:
    assert all(tnum.contains(a, x) == (x in xs) for a, xs in ALL for x in range(FULL + 1))


def test_between_is_the_least_that_holds_the_interval() -> None:
    for low in range(FULL + 1):
        for high in range(low, FULL + 1):
            assert tnum.between(low, high) == best(set(range(low, high + 1)))
