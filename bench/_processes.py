# SPDX-License-Identifier: Apache-2.0
"""A benchmark's ratios, measured in processes of its own: `python -m bench --ratios NAME`.

Where a module says `PROCESSES`, its ratios are the medians over so many.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from statistics import median
from types import ModuleType

from bench._ratio import Ratio

RATIOS = "--ratios"


def print_ratios(module: ModuleType) -> None:
    """As one line of JSON, for `measured`."""
    print(json.dumps([asdict(each) for each in module.ratios()]))


def measured(module: ModuleType) -> list[Ratio]:
    """The ratios of a benchmark; none where it has no such function."""
    if not hasattr(module, "ratios"):
        return []
    name = module.__name__.rpartition(".")[2]
    return medians([measured_once(name) for _ in range(getattr(module, "PROCESSES", 1))])


def measured_once(name: str) -> list[Ratio]:
    """In one process. Raises CalledProcessError if it fails."""
    command = [sys.executable, "-m", "bench", RATIOS, name]
    output = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    return [Ratio(**each) for each in json.loads(output.splitlines()[-1])]


def medians(runs: Sequence[Sequence[Ratio]]) -> list[Ratio]:
    """Of the same ratios, measured several times."""
    return [
        replace(same[0], value=median(each.value for each in same))
        for same in zip(*runs, strict=True)
    ]
