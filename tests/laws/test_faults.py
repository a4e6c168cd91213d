# SPDX-License-Identifier: Apache-2.0
"""The law of faults, and that it notices a fault that is not reported."""

from __future__ import annotations

import pytest

import scale
from laws.faults import Tally, try_program
from lightexit import diagnosis

PROGRAMS = scale.full(60)


def test_every_fault_is_reported() -> None:
    tally = _try_all(PROGRAMS)
    assert tally.refused <= PROGRAMS // 6
    assert tally.raised > 5 * PROGRAMS // 6
    assert tally.met > 0.6 * tally.faults


def test_the_law_notices_a_fault_that_is_not_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    locate = diagnosis.find_faults
    monkeypatch.setattr(diagnosis, "find_faults", lambda *given: locate(*given)[1:])
    with pytest.raises(AssertionError, match="not told"):
        _try_all(20)


def _try_all(count: int) -> Tally:
    tally = Tally()
    for seed in range(count):
        try_program(seed, tally)
    return tally
