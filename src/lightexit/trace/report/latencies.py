# SPDX-License-Identifier: Apache-2.0
"""Times in logarithmic classes: of any number of accesses, and their percentiles.

There are 16 classes to a factor of two, so a percentile is told at most 4.5 % too high.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

CLASSES = 16
#: SQL for the class of `duration_ns`; 0 ns is in the class of 1 ns.
CLASS_SQL = f"CAST(floor(log2(greatest(duration_ns, 1)) * {CLASSES}) AS INTEGER)"
PERCENTILES = (50, 90, 99)


def upper(number: int) -> float:
    """Where the class ends, in ns."""
    return float(2 ** ((number + 1) / CLASSES))


@dataclass(frozen=True, slots=True)
class Latencies:
    """How many accesses took how long: accesses by class."""

    counts: Mapping[int, int] = field(default_factory=dict)

    @property
    def timed(self) -> int:
        """How many were timed."""
        return sum(self.counts.values())

    def percentile(self, percent: int) -> float | None:
        """So many percent took at most that many ns; None where none was timed."""
        wanted, reached = -(-self.timed * percent // 100), 0
        for number, count in sorted(self.counts.items()):
            reached += count
            if reached >= wanted:
                return upper(number)
        return None
