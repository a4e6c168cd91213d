# SPDX-License-Identifier: Apache-2.0
"""Guests that do random I/O on Unicorn see the same with filters and without."""

from __future__ import annotations

from typing import Any

import pytest

from laws.guest_io import search
from laws.pc_mutants import drops_a_bit, reads_a_tick_late
from laws.test_whole_pc import put
from lightexit.devices import pmtimer, rtc
from lightexit.filter import Filter
from lightexit.vm.unicorn import UnicornCpu

GUESTS = 40


def test_guests_behave_the_same_with_and_without_filters(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []
    deliver = UnicornCpu.interrupt

    def counted(cpu: UnicornCpu, vector: int) -> object:
        taken.append(vector)
        return deliver(cpu, vector)

    monkeypatch.setattr(UnicornCpu, "interrupt", counted)
    ends, handled = search(0, GUESTS)
    assert ends["RunEnd.HALTED"] > GUESTS // 2
    assert handled > 10 * GUESTS
    assert len(taken) > GUESTS
    assert len(set(taken)) > 3


@pytest.mark.parametrize(
    ("wrong", "right", "seen"),
    [(reads_a_tick_late, pmtimer.read_timer, "log"), (drops_a_bit, rtc.access_cmos, "states")],
)
def test_the_law_notices(
    monkeypatch: pytest.MonkeyPatch, wrong: Filter[Any], right: Filter[Any], seen: str
) -> None:
    put(monkeypatch, wrong, right)
    with pytest.raises(AssertionError, match=f"seed .* {seen} "):
        search(0, 10 * GUESTS)
