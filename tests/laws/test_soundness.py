# SPDX-License-Identifier: Apache-2.0
"""Every concrete step of a run lies within a state the verifier saw: a small volume of it.

`python -m laws.soundness --runs N`, in tests/, takes as many as one likes.
"""

from __future__ import annotations

import pytest

from laws.soundness import search
from lightexit.verifier import scalar


@pytest.mark.parametrize("seed", [0, 1000, 2000, 3000])
def test_runs_stay_within_what_was_proved(seed: int) -> None:
    tally = search(seed, programs=20, runs=10)
    assert tally.accepted >= 12, f"{tally}: the programs are too wild to tell anything"
    assert tally.steps > 1000


def test_the_law_notices_an_unsound_operation(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_sure(a: scalar.Scalar) -> scalar.Scalar:
        return scalar.const(0) if not a.is_const else a

    monkeypatch.setattr(scalar, "low_half", too_sure)
    with pytest.raises(AssertionError, match="outside all states"):
        search(0, programs=60, runs=10)
