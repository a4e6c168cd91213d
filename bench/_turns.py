# SPDX-License-Identifier: Apache-2.0
"""Rivals in turns: `in_turns`."""

from __future__ import annotations

from collections.abc import Callable, Sequence


def in_turns(rounds: int, rivals: Sequence[Callable[[], float]]) -> list[list[float]]:
    """What each returned in each round; every other round begins with the last.

    Who comes after whom counts: one leaves caches and branch predictors to the next. Rounds of
    one order alone would give each the same neighbour every time.
    """
    found: list[list[float]] = []
    for number in range(rounds):
        order = range(len(rivals)) if number % 2 == 0 else reversed(range(len(rivals)))
        times = {index: rivals[index]() for index in order}
        found.append([times[index] for index in range(len(rivals))])
    return found
