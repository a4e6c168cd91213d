# SPDX-License-Identifier: Apache-2.0
"""Every golden trace through a whole PC on the real bus, with filters and without."""

from __future__ import annotations

import pytest

import scale
from devices.replay import ROOT, trace_files
from laws.pc_coverage import Coverage
from laws.pc_traces import case_of
from laws.whole_pc import hold

DEVICES = sorted({path.parent.name for path in ROOT.glob("*/*/*.jsonl")})
#: How many traces there are: none may get lost.
TRACES = 196
#: Local APICs are the back end's.
WITHOUT_FILTERS = ("lapic",)


def test_no_trace_is_missing() -> None:
    assert sum(len(trace_files(device)) for device in DEVICES) == TRACES


@pytest.mark.parametrize("device", DEVICES)
def test_a_trace_gives_the_same_with_filters_and_without(device: str) -> None:
    coverage = Coverage()
    for path in scale.part(trace_files(device)):
        config, steps = case_of(path)
        hold(config, *steps, coverage=coverage)
    assert sum(coverage.handled.values()) > 0 or device in WITHOUT_FILTERS
