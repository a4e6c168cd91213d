# SPDX-License-Identifier: Apache-2.0
"""What operations mean, at the edges."""

from __future__ import annotations

import operator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightexit.isa import alu, byte_swap, compare, signed

TOP = 1 << 63
ONES = 2**64 - 1

EDGES = [
    ("add", 64, ONES, 1, 0),
    ("add", 32, 0xFFFFFFFF, 1, 0),
    ("add", 32, 0x1_00000001, 0x1_00000001, 2),
    ("sub", 64, 0, 1, ONES),
    ("sub", 32, ONES, -1, 0),
    ("mul", 64, TOP, 2, 0),
    ("mul", 32, 0x10000, 0x10000, 0),
    ("div", 64, ONES, 0, 0),
    ("div", 32, ONES, 1 << 32, 0),
    ("div", 64, ONES, -1, 1),
    ("div", 32, 0xFFFFFFFE, -1, 0),
    ("mod", 64, ONES, 0, ONES),
    ("mod", 32, ONES, 1 << 32, 0xFFFFFFFF),
    ("mod", 64, 7, -1, 7),
    ("sdiv", 64, TOP, -1, TOP),
    ("sdiv", 32, 0x80000000, -1, 0x80000000),
    ("sdiv", 64, -7 & ONES, 2, -3 & ONES),
    ("sdiv", 64, 7, -2, -3 & ONES),
    ("sdiv", 64, 7, 0, 0),
    ("sdiv", 32, 0xFFFFFFF9, 2, 0xFFFFFFFD),
    ("smod", 64, TOP, -1, 0),
    ("smod", 64, -13 & ONES, 3, -1 & ONES),
    ("smod", 64, 13, -3, 1),
    ("smod", 64, -13 & ONES, 0, -13 & ONES),
    ("smod", 32, -13 & ONES, 0, 0xFFFFFFF3),
    ("smod", 32, 0x80000000, -1, 0),
    ("or", 64, 1, -2, ONES),
    ("or", 32, 1, -2, 0xFFFFFFFF),
    ("and", 64, ONES, -16, ONES - 15),
    ("and", 32, ONES, -16, 0xFFFFFFF0),
    ("xor", 64, ONES, -1, 0),
    ("xor", 32, 0x5_00000000, -1, 0xFFFFFFFF),
    ("mov", 64, 0, -1, ONES),
    ("mov", 32, 0, -1, 0xFFFFFFFF),
    ("neg", 64, TOP, 0, TOP),
    ("neg", 64, 1, 0, ONES),
    ("neg", 32, 0x1_00000001, 0, 0xFFFFFFFF),
    ("lsh", 64, 1, 64, 1),
    ("lsh", 64, 1, 63, TOP),
    ("lsh", 32, 1, 32, 1),
    ("lsh", 32, 0xFFFFFFFF, 4, 0xFFFFFFF0),
    ("rsh", 64, TOP, 127, 1),
    ("rsh", 32, ONES, 63, 1),
    ("arsh", 64, TOP, 63, ONES),
    ("arsh", 64, TOP, 64, TOP),
    ("arsh", 32, 0x80000000, 31, 0xFFFFFFFF),
    ("arsh", 32, 0x7_40000000, 30, 1),
]


@pytest.mark.parametrize(("name", "width", "dst", "src", "expected"), EDGES)
def test_edges(name: str, width: int, dst: int, src: int, expected: int) -> None:
    assert alu(name, width, dst, src) == expected


@pytest.mark.parametrize(
    ("width", "source_width", "src", "expected"),
    [
        (64, 8, 0x80, ONES - 0x7F),
        (64, 16, 0x18000, ONES - 0x7FFF),
        (64, 32, 0x80000000, ONES - 0x7FFFFFFF),
        (64, 32, 0x7FFFFFFF, 0x7FFFFFFF),
        (32, 8, 0xFF80, 0xFFFFFF80),
        (32, 16, 0x8000, 0xFFFF8000),
    ],
)
def test_movsx(width: int, source_width: int, src: int, expected: int) -> None:
    assert alu("movsx", width, 0x1234, src, source_width) == expected


def test_byte_swap() -> None:
    value = 0x0123456789ABCDEF
    assert byte_swap("le", 16, value) == 0xCDEF
    assert byte_swap("le", 64, value) == value
    assert byte_swap("be", 16, value) == 0xEFCD
    assert byte_swap("be", 32, value) == 0xEFCDAB89
    assert byte_swap("bswap", 64, value) == 0xEFCDAB8967452301


numbers = st.integers(0, ONES) | st.sampled_from((0, 1, TOP - 1, TOP, ONES, 0x7FFFFFFF, 0x80000000))
widths = st.sampled_from((32, 64))


@given(numbers, numbers, widths)
@settings(derandomize=True, deadline=None)
def test_every_operation_stays_within_its_width(a: int, b: int, width: int) -> None:
    for name in {each[0] for each in EDGES}:
        assert 0 <= alu(name, width, a, b) < 1 << width


@given(numbers, numbers, widths)
@settings(derandomize=True, deadline=None)
def test_quotient_and_remainder_belong_together(a: int, b: int, width: int) -> None:
    for quotient, remainder in (("div", "mod"), ("sdiv", "smod")):
        product = alu("mul", width, alu(quotient, width, a, b), b)
        assert alu("add", width, product, alu(remainder, width, a, b)) == a % (1 << width)


@given(numbers, numbers, widths)
@settings(derandomize=True, deadline=None)
def test_comparisons_are_those_of_integers(a: int, b: int, width: int) -> None:
    low_a, low_b = a % (1 << width), b % (1 << width)
    signed_a, signed_b = signed(a, width), signed(b, width)
    assert signed_a % (1 << width) == low_a
    assert -(1 << (width - 1)) <= signed_a < 1 << (width - 1)
    for name, meant in (("gt", operator.gt), ("ge", operator.ge)):
        assert compare(f"j{name}", width, a, b) == meant(low_a, low_b)
        assert compare(f"js{name}", width, a, b) == meant(signed_a, signed_b)
    for name, meant in (("lt", operator.lt), ("le", operator.le)):
        assert compare(f"j{name}", width, a, b) == meant(low_a, low_b)
        assert compare(f"js{name}", width, a, b) == meant(signed_a, signed_b)
    assert compare("jeq", width, a, b) == (low_a == low_b)
    assert compare("jne", width, a, b) == (low_a != low_b)
    assert compare("jset", width, a, b) == bool(low_a & low_b)


def test_an_immediate_is_sign_extended_by_comparisons() -> None:
    assert compare("jeq", 64, ONES, -1)
    assert compare("jeq", 32, 0x7_FFFFFFFF, -1)
    assert not compare("jgt", 64, 5, -1)
    assert compare("jsgt", 64, 5, -1)
