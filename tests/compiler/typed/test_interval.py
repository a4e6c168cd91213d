# SPDX-License-Identifier: Apache-2.0
"""Bounds hold: no operation on members of two intervals leaves the interval of the result."""

from __future__ import annotations

import operator
from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightexit.compiler.typed import interval as bounds
from lightexit.compiler.typed.interval import I64, U64, UNBOUNDED, Interval, is_exact, point

Case = tuple[Callable[[Interval, Interval], Interval], Callable[[int, int], int]]
ANY: dict[str, Case] = {
    "add": (bounds.add, operator.add),
    "subtract": (bounds.subtract, operator.sub),
    "multiply": (bounds.multiply, operator.mul),
    "and": (bounds.bit_and, operator.and_),
    "or": (bounds.bit_or, operator.or_),
    "xor": (bounds.bit_xor, operator.xor),
    "minimum": (bounds.minimum, min),
    "maximum": (bounds.maximum, max),
}
COUNTED: dict[str, Case] = {
    "shift_left": (bounds.shift_left, operator.lshift),
    "shift_right": (bounds.shift_right, operator.rshift),
}
DIVIDED: dict[str, Case] = {
    "floor_divide": (bounds.floor_divide, operator.floordiv),
    "modulo": (bounds.modulo, operator.mod),
}
SMALL = [Interval(lo, hi) for lo in range(-4, 5) for hi in range(lo, 5)]


@pytest.mark.parametrize("name", [*ANY, *COUNTED, *DIVIDED])
def test_all_small_intervals(name: str) -> None:
    limits, compute = {**ANY, **COUNTED, **DIVIDED}[name]
    for a, b in product(SMALL, SMALL):
        if name in COUNTED and b.lo < 0:
            continue
        result = limits(a, b)
        for x, y in product(range(a.lo, a.hi + 1), range(b.lo, b.hi + 1)):
            if name in DIVIDED and y == 0:
                continue
            assert result.lo <= compute(x, y) <= result.hi, (a, b, x, y)


def test_bounds_of_a_quotient_are_the_least_that_hold() -> None:
    for a, b in product(SMALL, SMALL):
        quotients = [x // y for x, y in product(range(a.lo, a.hi + 1), range(b.lo, b.hi + 1)) if y]
        if quotients:
            assert bounds.floor_divide(a, b) == Interval(min(quotients), max(quotients)), (a, b)


numbers = st.one_of(
    st.integers(-(2**70), 2**70), st.sampled_from([0, 1, -1, 2**63, 2**64 - 1, 2**64, -(2**63)])
)


@st.composite
def intervals(draw: st.DrawFn, numbers: st.SearchStrategy[int] = numbers) -> tuple[Interval, int]:
    """An interval and a member."""
    low, member, high = sorted(draw(st.tuples(numbers, numbers, numbers)))
    return Interval(low, high), member


@settings(derandomize=True, deadline=None)
@given(intervals(), intervals())
def test_large_intervals(a: tuple[Interval, int], b: tuple[Interval, int]) -> None:
    for limits, compute in ANY.values():
        result = limits(a[0], b[0])
        assert result.lo <= compute(a[1], b[1]) <= result.hi


@settings(derandomize=True, deadline=None)
@given(intervals(), intervals(st.integers(0, 300)))
def test_shifts(a: tuple[Interval, int], b: tuple[Interval, int]) -> None:
    for limits, compute in COUNTED.values():
        result = limits(a[0], b[0])
        assert result.lo <= compute(a[1], b[1]) <= result.hi


@settings(derandomize=True, deadline=None)
@given(intervals(), intervals(st.integers(0, 5000)), intervals())
def test_what_has_no_bound_stays_without(
    a: tuple[Interval, int], b: tuple[Interval, int], c: tuple[Interval, int]
) -> None:
    shifted = bounds.shift_left(a[0], b[0])
    total = bounds.subtract(bounds.add(shifted, c[0]), bounds.multiply(shifted, c[0]))
    value = (a[1] << b[1]) + c[1] - (a[1] << b[1]) * c[1]
    assert total.lo <= value or total.lo == -UNBOUNDED
    assert value <= total.hi or total.hi == UNBOUNDED


def test_negation_and_inversion() -> None:
    assert bounds.negate(Interval(-2, 5)) == Interval(-5, 2)
    assert bounds.invert(Interval(-2, 5)) == Interval(-6, 1)


def test_exact_intervals_fit_one_machine_word() -> None:
    assert is_exact(U64)
    assert is_exact(I64)
    assert not is_exact(U64.union(point(-1)))
    assert not is_exact(point(2**64))


@pytest.mark.parametrize(
    ("interval", "text"),
    [
        (point(7), "7"),
        (U64, "[0, 2**64 - 1]"),
        (Interval(-(2**32), 2**40 + 1), "[-2**32, 2**40 + 1]"),
        (Interval(0, UNBOUNDED), "[0, inf]"),
        (Interval(-70000, 3 * 2**70), "[-70000, about 2**71]"),
    ],
)
def test_bounds_are_shown_as_people_write_them(interval: Interval, text: str) -> None:
    assert str(interval) == text


def test_meet() -> None:
    assert Interval(0, 9).meet(5, 20) == Interval(5, 9)
    assert Interval(0, 9).meet(10, 20) is None
