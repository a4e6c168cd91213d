# SPDX-License-Identifier: Apache-2.0
"""`Ratio`: what a benchmark found, for the table and the plot in docs/."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Ratio:
    """`value` is the median of ratios measured in turns; `goal` is the most it should be, or the
    least."""

    group: str
    name: str
    value: float
    goal: float | None = None
    at_least: bool = False

    @property
    def is_met(self) -> bool | None:
        """Whether the goal is reached; None where there is none."""
        if self.goal is None:
            return None
        return self.value >= self.goal if self.at_least else self.value <= self.goal

    @property
    def wanted(self) -> str:
        """The goal in words."""
        return (
            "" if self.goal is None else f"at {'least' if self.at_least else 'most'} {self.goal:g}"
        )
