# SPDX-License-Identifier: Apache-2.0
"""All pairs of intervals of 5 bits; and the verifier's code on many operands is the same code.

`python -m laws.every_interval NAME`, in tests/, takes all pairs of 8 bits.
"""

from __future__ import annotations

import random

import numpy as np
import pytest

import scale
from laws.domains import BOUNDS, SHIFTS
from laws.every_interval import bounds_of, check_all, spans
from laws.lanes import by_lanes, in_lanes
from lightexit.verifier import bounds
from lightexit.verifier.bounds import Bounds

INTERVALS = 784


@pytest.mark.parametrize("name", scale.part(BOUNDS))
def test_all_pairs_of_5_bits(name: str) -> None:
    assert len(list(spans(5))) == INTERVALS
    rights = 15 if name in SHIFTS else INTERVALS
    assert check_all(name, 5) == INTERVALS * rights


@pytest.mark.parametrize("name", BOUNDS)
def test_lanes_compute_as_single_numbers_do(name: str) -> None:
    chosen = random.Random(name)
    rights = [bounds_of(s, 8) for s in spans(8, name in SHIFTS)]
    rights = chosen.sample(rights, min(len(rights), 200))
    lefts = [bounds_of(s, 8) for s in chosen.sample(list(spans(8)), 20)]
    for left in lefts:
        with by_lanes():
            found = in_lanes(BOUNDS[name], left, np.array(rights, np.int32).T.copy(), 8)
        plain = [tuple(BOUNDS[name](left, right, 8)) for right in rights]
        assert [tuple(row) for row in found.T.tolist()] == plain


def test_an_outcome_left_out_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_low(a: Bounds, b: Bounds, width: int) -> Bounds:
        result = bounds.sub(a, b, width)
        return result._replace(smax=result.smax - 1)

    monkeypatch.setitem(BOUNDS, "sub", too_low)
    with pytest.raises(AssertionError):
        check_all("sub", 4)
