# SPDX-License-Identifier: Apache-2.0
"""The command line of a law that runs for long: seeds, and an end by count or process time."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass


@dataclass(frozen=True)
class Asked:
    """Which seeds, and how much process time at most."""

    seed: int
    count: int
    end_s: float


def command_line(description: str | None, count: int) -> Asked:
    """What the command line says; `count` seeds unless told."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=count)
    parser.add_argument("--seconds", type=float, help="of process time; an end before the count's")
    given = parser.parse_args()
    return Asked(given.seed, given.count, float("inf") if given.seconds is None else given.seconds)


def tried(description: str | None, attempt: Callable[[int], object]) -> int:
    """Call `attempt` for every seed asked for, print what it raises, and say how many did."""
    given = command_line(description, 1_000)
    found, number = 0, given.seed
    with suppress(KeyboardInterrupt):  # what was seen so far is told
        while number < given.seed + given.count and time.process_time() < given.end_s:
            found += not _holds(attempt, number)
            number += 1
            if (number - given.seed) % 100 == 0:
                print(f"to seed {number - 1}: {found} found", file=sys.stderr, flush=True)
    print(f"seeds {given.seed} to {number - 1}: {found} found, {time.process_time():.0f} s")
    return found


def _holds(attempt: Callable[[int], object], number: int) -> bool:
    try:
        attempt(number)
    except AssertionError as error:
        print(f"seed {number}: {error}", flush=True)
        return False
    return True
