# SPDX-License-Identifier: Apache-2.0
"""Loops proved by one round for all are held against the same loops taken round by round.

`python -m laws.rounds --count N`, in tests/, takes as many as one likes.
"""

from __future__ import annotations

import pytest

import scale
from laws.rounds import search
from lightexit.verifier.loops import Loops
from lightexit.verifier.state import State
from lightexit.verifier.visits import Arrivals, Visit

PROGRAMS = scale.full(80)


def test_one_round_shows_what_all_rounds_show() -> None:
    outcomes = search(0, PROGRAMS)
    assert outcomes["accepted by both"] > PROGRAMS // 3
    assert outcomes["refused"] > PROGRAMS // 6


def _whoever_calls(self: Loops, slot: int, calls: tuple[int, ...]) -> Arrivals:
    return _PROVED(self, slot, ())


def _as_deep(self: Loops, slot: int, state: State) -> Visit | None:
    for loop in state.loops:
        if loop.slot == slot and len(loop.calls) == len(state.calls):
            assert isinstance(loop, Visit)
            return loop
    return None


_PROVED = Loops.proved_at


def test_the_law_notices_a_proof_that_serves_all_callers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Loops, "proved_at", _whoever_calls)
    with pytest.raises(AssertionError, match="round by round: runs take"):
        search(234, 10)


def test_the_law_notices_a_round_that_ends_in_another_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Loops, "around", lambda self, slot, state: state.loops)
    monkeypatch.setattr(Loops, "started", _as_deep)
    with pytest.raises(AssertionError):
        search(207, 120)
