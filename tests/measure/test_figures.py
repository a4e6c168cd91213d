# SPDX-License-Identifier: Apache-2.0
"""Percentiles of made-up times."""

from __future__ import annotations

import statistics

import pytest

from lightexit.measure.figures import Figures, percentile


@pytest.mark.parametrize(
    ("count", "percent", "wanted"),
    [(1, 50, 1), (1, 99, 1), (2, 50, 1), (3, 50, 2), (100, 50, 50), (100, 99, 99), (101, 99, 100)],
)
def test_a_percentile_is_the_nearest_rank(count: int, percent: int, wanted: int) -> None:
    assert percentile(range(1, count + 1), percent) == wanted


def test_it_agrees_with_the_library_where_both_are_defined() -> None:
    times = [7, 3, 9, 1, 5]
    assert percentile(sorted(times), 50) == statistics.median(times)


def test_figures_are_of_times_in_any_order() -> None:
    times = [*range(200, 0, -1)]
    assert Figures.of(times) == Figures(count=200, min=1, p50=100, p99=198, max=200)


def test_what_is_taken_off_is_taken_off_each() -> None:
    assert Figures(3, 10, 20, 30, 40).less(15) == Figures(3, -5, 5, 15, 25)
