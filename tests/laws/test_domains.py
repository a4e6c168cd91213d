# SPDX-License-Identifier: Apache-2.0
"""What an operation gives holds every concrete outcome: small widths whole, 8 bits in part.

`python -m laws.domains DOMAIN NAME`, in tests/, takes all pairs of 8 bits of one operation.
"""

from __future__ import annotations

import pytest

import scale
from laws import domains
from lightexit.verifier import bounds
from lightexit.verifier.bounds import Bounds
from lightexit.verifier.tnum import Tnum


@pytest.mark.parametrize("name", domains.TNUM)
def test_all_pairs_of_tnums_of_5_bits(name: str) -> None:
    assert domains.tnum_rows(name, 5, 0, 1) == 3**5 * 3**5


@pytest.mark.parametrize("name", scale.part(domains.TNUM))
def test_some_tnums_of_8_bits_with_all_others(name: str) -> None:
    assert domains.tnum_rows(name, 8, 61, 1093) == 6 * 3**8


@pytest.mark.parametrize("name", domains.BOUNDS)
def test_all_pairs_of_values_of_3_bits(name: str) -> None:
    values = domains.everything(3)
    pairs = sum(domains.check_values(name, 3, left) for left in values)
    assert pairs == (len(values) * 6 if name in domains.SHIFTS else len(values) ** 2)


@pytest.mark.parametrize("name", domains.BOUNDS)
def test_all_pairs_of_intervals_of_4_bits(name: str) -> None:
    pairs = domains.bounds_rows(name, 4, 0, 1)
    assert pairs == 272 * (10 if name in domains.SHIFTS else 272)


@pytest.mark.parametrize("name", scale.part(domains.BOUNDS))
def test_some_pairs_of_intervals_of_8_bits(name: str) -> None:
    assert domains.bounds_sample(name, 8, 8) > 8 * (8 if name in domains.SHIFTS else 400)


def test_the_law_notices_an_outcome_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_carry(a: Tnum, b: Tnum, full: int) -> Tnum:
        mask = a.mask | b.mask
        return Tnum(a.value + b.value & ~mask & full, mask)

    def too_low(a: Bounds, b: Bounds, width: int) -> Bounds:
        result = bounds.mul(a, b, width)
        return result._replace(umax=max(result.umin, result.umax - 1))

    monkeypatch.setitem(domains.TNUM, "add", no_carry)
    monkeypatch.setitem(domains.BOUNDS, "mul", too_low)
    for rows, name in ((domains.tnum_rows, "add"), (domains.bounds_rows, "mul")):
        with pytest.raises(AssertionError):
            rows(name, 4, 0, 1)
