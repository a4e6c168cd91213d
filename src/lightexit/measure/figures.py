# SPDX-License-Identifier: Apache-2.0
"""Percentiles of many times, in TSC cycles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


def percentile(ordered: Sequence[int], percent: int) -> int:
    """The smallest value that at least `percent` of 100 values do not exceed (nearest rank)."""
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(rank, 1) - 1]


@dataclass(frozen=True)
class Figures:
    """Of `count` accesses, in TSC cycles."""

    count: int
    min: int
    p50: int
    p99: int
    max: int

    @classmethod
    def of(cls, times: Sequence[int]) -> Figures:
        """Of times in any order, at least one."""
        ordered = sorted(times)
        p50, p99 = percentile(ordered, 50), percentile(ordered, 99)
        return cls(len(ordered), ordered[0], p50, p99, ordered[-1])

    def less(self, cycles: int) -> Figures:
        """With so many cycles taken off each."""
        values = (self.min, self.p50, self.p99, self.max)
        return Figures(self.count, *(value - cycles for value in values))
