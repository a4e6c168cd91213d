# SPDX-License-Identifier: Apache-2.0
"""Every ratio of this checkout against another's: `python -m bench --against FOLDER [NAME ...]`.

Both are measured in turns, every other time in the other order; printed is the median of the
quotients, this one's through the other's, with its 95 % interval by order statistics. What came
out worse by more than 3 % even at the interval's better end is marked.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from bench._processes import RATIOS
from bench._ratio import Ratio

HERE = Path(__file__).parents[1]
#: Rounds, for as many as give an interval of order statistics.
ROUNDS = int(os.environ.get("LIGHTEXIT_BENCH_ROUNDS", "9"))
MOST = 1.03

Key = tuple[str, str]


def measured_in(checkout: Path, name: str) -> dict[Key, Ratio]:
    """The ratios of one benchmark, once, by a checkout's own code."""
    command = [sys.executable, "-m", "bench", RATIOS, name]
    environment = {**os.environ, "PYTHONPATH": str(checkout / "src")}
    output = subprocess.run(
        command, cwd=checkout, env=environment, stdout=subprocess.PIPE, check=True
    ).stdout
    ratios = [Ratio(**each) for each in json.loads(output.splitlines()[-1])]
    return {(each.group, each.name): each for each in ratios}


def quotients(other: Path, name: str) -> dict[Key, list[float]]:
    """For each ratio that both have, this one's through the other's, in every round. Above 1 is
    worse, for ratios that should be large as well."""
    found: dict[Key, list[float]] = {}
    for number in range(ROUNDS):
        order = (HERE, other) if number % 2 else (other, HERE)
        both = {checkout: measured_in(checkout, name) for checkout in order}
        for key, ours in both[HERE].items():
            theirs = both[other].get(key)
            if theirs is not None and theirs.value:
                quotient = ours.value / theirs.value
                found.setdefault(key, []).append(1 / quotient if ours.at_least else quotient)
    return found


def interval(values: Sequence[float]) -> tuple[float, float]:
    """The 95 % interval of the median; all of the values where there are few."""
    ordered, half = sorted(values), 0.98 * math.sqrt(len(values))
    low = max(round(len(values) / 2 - half), 0)
    high = min(round(len(values) / 2 + half), len(values) - 1)
    return ordered[low], ordered[high]


def print_against(other: Path, names: Sequence[str]) -> int:
    """1 where a ratio is worse."""
    worse = 0
    for name in names:
        for (group, what), values in quotients(other, name).items():
            low, high = interval(values)
            is_worse = low > MOST
            worse |= is_worse
            mark = "  WORSE" if is_worse else ""
            label = f"{group}: {what}"
            print(f"{label:70} {median(values):6.3f} [{low:.3f}, {high:.3f}]{mark}", flush=True)
    return worse
