# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

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
@given(words, words, st.integers(1, MASK64))
def test_muldiv64_is_exact(a: int, b: int, divisor: int) -> None:
    assert muldiv64(a, b, divisor) == a * b // divisor % 2**64


def test_muldiv64_by_zero() -> None:
    with pytest.raises(ZeroDivisionError):
        muldiv64(1, 1, 0)
