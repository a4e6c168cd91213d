# SPDX-License-Identifier: Apache-2.0
"""Every concrete step of a run lies within a state the verifier saw: a small volume of it.

`python -m laws.soundness --runs N`, in tests/, takes as many as one likes.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from laws.soundness import search
from lightexit.verifier import analysis, bounds, compare, scalar
from lightexit.verifier.bounds import Bounds


@pytest.mark.parametrize("seed", [0, 1000, 2000, 3000])
def test_runs_stay_within_what_was_proved(seed: int) -> None:
    tally = search(seed, programs=12, runs=10)
    assert tally.accepted >= 8, f"{tally}: the programs are too wild to tell anything"
    assert tally.steps > 1000


@pytest.fixture
def no_caches() -> Iterator[None]:
    """Nothing computed before, and nothing left behind: for wrong domain operations."""
    _forget()
    yield
    _forget()


def _forget() -> None:
    for module in (scalar, compare):
        for function in vars(module).values():
            if hasattr(function, "cache_clear"):
                function.cache_clear()


@pytest.mark.usefixtures("no_caches")
def test_the_law_notices_an_unsound_operation(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_low(a: Bounds, b: Bounds, width: int) -> Bounds:
        result = bounds.lsh(a, b, width)
        return result._replace(umax=max(result.umin, result.umax - 1))

    monkeypatch.setitem(scalar._SHIFTS, "lsh", too_low)
    with pytest.raises(AssertionError, match="outside all states"):
        search(7000, programs=60, runs=10)


def test_runs_stay_within_what_was_widened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysis, "_PATIENCE", (1, 1 << 30))
    assert search(4000, programs=20, runs=10).steps > 1000


def test_the_law_notices_a_widening_that_forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysis, "_PATIENCE", (1,))
    monkeypatch.setattr(analysis, "merged", lambda old, new: old)
    with pytest.raises(AssertionError, match="outside all states"):
        search(4000, programs=60, runs=10)
