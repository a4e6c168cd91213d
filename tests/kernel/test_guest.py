# SPDX-License-Identifier: Apache-2.0
"""What is read out of a guest's story; the guest itself takes minutes: `python -m kernel.guest`."""

from __future__ import annotations

import pytest

from kernel.inside.guest import Moment, Story, drift_ppm

SECOND = 10**9


@pytest.mark.parametrize("ppm", [-250, 0, 40])
def test_a_clock_that_runs_wrong_is_seen_through_delays(ppm: int) -> None:
    """Some delays are long; the least of each half are alike."""
    delays = (900, 5_000, 700, 70_000)
    times = [place * SECOND for place in (0, 1, 2, 3, 1000, 1001, 1002, 1003)]
    stamps = [
        (time + time * ppm // 10**6, time + delay)
        for time, delay in zip(times, delays * 2, strict=True)
    ]
    assert float(drift_ppm(stamps).split(" ± ")[0]) == pytest.approx(ppm, rel=0.01, abs=0.1)


def test_a_story_has_its_moments_by_their_marks() -> None:
    text = "#clocksource acpi_pm\ndate 7\n@100\n@200\n##reads 3\nbackwards 0\n@300\n"
    moments = [Moment(ns, ns) for ns in (1, 2, 5)]
    story = Story(text, 0, Moment(0, 0), moments, ())
    assert (story.said("clocksource"), story.said("reads"), story.said("no")) == (
        "acpi_pm",
        "3",
        "",
    )
    assert story.stamps == list(zip((100, 200, 300), moments, strict=True))
