# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from enum import IntFlag

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightexit.abi import IntType, muldiv64
from lightexit.abi.types import MASK64

words = st.integers(0, MASK64)


@settings(derandomize=True, deadline=None)
@given(st.integers(-(2**70), 2**70), st.sampled_from([8, 16, 32, 64]))
def test_conversion_is_modulo_the_width(value: int, bits: int) -> None:
    assert IntType(f"u{bits}", bits)(value) == value % 2**bits


@settings(derandomize=True, deadline=None)
@given(st.integers(-(2**70), 2**70), st.sampled_from([8, 16, 32, 64]))
def test_signed_conversion_keeps_the_low_bits(value: int, bits: int) -> None:
    kind = IntType(f"i{bits}", bits, signed=True)
    kept = kind(value)
    assert (kept - value) % 2**bits == 0
    assert kind.minimum == -(2 ** (bits - 1)) <= kept <= kind.maximum == 2 ** (bits - 1) - 1
    assert int.from_bytes(kept.to_bytes(bits // 8, "little", signed=True), "little") == (
        value % 2**bits
    )


def test_a_signed_conversion_gives_an_int() -> None:
    class Mask(IntFlag):
        LOW = 1
        TOP = 0x80

    kept = [IntType("i8", 8, signed=True)(each) for each in (Mask.LOW | Mask.TOP, True)]
    assert kept == [-127, 1]
    assert [type(each) for each in kept] == [int, int]


@settings(derandomize=True, deadline=None)
@given(words, words, st.integers(1, MASK64))
def test_muldiv64_is_exact(a: int, b: int, divisor: int) -> None:
    assert muldiv64(a, b, divisor) == a * b // divisor % 2**64


def test_muldiv64_by_zero() -> None:
    with pytest.raises(ZeroDivisionError):
        muldiv64(1, 1, 0)
