# SPDX-License-Identifier: Apache-2.0
"""`muldiv64` in the filter language: each way of computing it is exact where it is chosen."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scale
from lightexit.abi import muldiv64
from lightexit.compiler.inference import arithmetic
from lightexit.compiler.typed.interval import U64, Interval, point

EDGES = [0, 1, 2, 3, 10, 2**31, 2**32 - 1, 2**32, 2**32 + 1, 2**63 - 1, 2**63, 2**64 - 2, 2**64 - 1]
words = st.one_of(st.integers(0, 2**64 - 1), st.sampled_from(EDGES))


@settings(derandomize=True, deadline=None, max_examples=scale.full(300))
@given(words, words, words.filter(bool))
def test_general_is_exact(a: int, b: int, divisor: int) -> None:
    assert arithmetic.general(a, b, divisor) == muldiv64(a, b, divisor)


def test_general_is_exact_near_the_edges() -> None:
    random = Random(1)
    near = [(edge + step) % 2**64 for edge in EDGES for step in range(-2, 3)]
    for _ in range(scale.full(100_000)):
        a, b, divisor = (random.choice(near) for _ in range(3))
        if divisor:
            assert arithmetic.general(a, b, divisor) == muldiv64(a, b, divisor)


@pytest.mark.parametrize(
    ("a", "b", "divisor", "chosen"),
    [
        (Interval(0, 2**32 - 1), Interval(0, 2**32 - 1), U64, arithmetic.direct),
        (U64, point(1_193_182), point(10**9), arithmetic.split),
        (point(1_193_182), U64, point(10**9), arithmetic.split),
        (U64, U64, point(10**9), arithmetic.general),
        (U64, U64, U64, arithmetic.general),
    ],
)
def test_the_cheapest_exact_way_is_chosen(
    a: Interval, b: Interval, divisor: Interval, chosen: object
) -> None:
    assert arithmetic.choose(a, b, divisor) is chosen


@settings(derandomize=True, deadline=None)
@given(words, st.integers(0, 2**32), st.integers(1, 2**31))
def test_split_is_exact_where_it_is_chosen(a: int, b: int, divisor: int) -> None:
    assert arithmetic.split(a, b, divisor) == muldiv64(a, b, divisor)


@settings(derandomize=True, deadline=None)
@given(words.filter(bool))
def test_leading_zeros(value: int) -> None:
    assert arithmetic.leading_zeros(value) == 64 - value.bit_length()


@settings(derandomize=True, deadline=None)
@given(words)
def test_bits(value: int) -> None:
    assert arithmetic.bit_length(value) == value.bit_length()
    assert arithmetic.bit_count(value) == value.bit_count()


@settings(derandomize=True, deadline=None)
@given(words, words)
def test_multiply(a: int, b: int) -> None:
    high, low = arithmetic.multiply(a, b)
    assert high << 64 | low == a * b
