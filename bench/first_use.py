# SPDX-License-Identifier: Apache-2.0
"""The first use of a filter in a process: from `load` to machine code that can be called.

*cold*: an empty cache, so everything is made; *warm*: another process has left all of it in the
cache. Every figure is the median of fresh processes; their own time counts, as others may run.
`import` is what Python takes to import the device and the native engine, before the load;
modules that only a cold load needs are imported before it too, but in the column `+ imports`.
Goals: 30 ms cold, 1 ms warm, the latter with whatever it imports.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench._first_use import STAGES
from bench._ratio import Ratio
from bench.lines import filters

ROUNDS = 7
COLD_MS, WARM_MS = 30.0, 1.0
AS_IT_IS, IMPORTED, TIMED = "as it is", "imported", "stages"


@dataclass(frozen=True)
class Use:
    """Medians of some first uses of one filter: milliseconds; `stages` of the cold ones."""

    name: str
    imports: float
    cold: float
    cold_with_imports: float
    warm: float
    stages: dict[str, float]


#: Python's own cache of imported modules: filled by a first process, whatever the user's habit.
MODULES = tempfile.TemporaryDirectory(prefix="lightexit-")


def used(mode: str, device: str, name: str, cache: str) -> dict[str, Any]:
    """One process; what it prints."""
    command = [sys.executable, "-m", "bench._first_use", mode, device, name]
    environment = os.environ | {"XDG_CACHE_HOME": cache, "PYTHONPYCACHEPREFIX": MODULES.name}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    process = subprocess.run(
        command,
        env=environment,
        cwd=Path(__file__).parents[1],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: dict[str, Any] = json.loads(process.stdout)
    return found


def measure(device: str, name: str) -> Use:
    """All in turns: each round has its own cache, filled by the first process in it."""
    cold: list[dict[str, Any]] = []
    bare: list[dict[str, Any]] = []
    warm: list[dict[str, Any]] = []
    timed: list[dict[str, Any]] = []
    used(IMPORTED, device, name, MODULES.name)
    for _ in range(ROUNDS):
        for mode, found in ((IMPORTED, cold), (TIMED, timed), (AS_IT_IS, bare)):
            with tempfile.TemporaryDirectory() as cache:
                found.append(used(mode, device, name, cache))
                if mode == AS_IT_IS:
                    warm.append(used(AS_IT_IS, device, name, cache))
    return Use(
        f"{device}.{name}",
        imports=median(each["import"] for each in bare),
        cold=median(each["load"] for each in cold),
        cold_with_imports=median(each["load"] for each in bare),
        warm=median(each["load"] for each in warm),
        stages={
            stage: median(each["stages"].get(stage, 0.0) for each in timed) for stage in STAGES
        },
    )


def uses() -> Iterator[Use]:
    """Every device's filter."""
    for each in filters():
        yield measure(each.function.__module__.rpartition(".")[2], each.name)


def ratios() -> list[Ratio]:
    """For docs/."""
    found = list(uses())
    return [
        *(Ratio("cold first use / 30 ms", use.name, use.cold / COLD_MS, 1.0) for use in found),
        *(Ratio("warm first use / 1 ms", use.name, use.warm / WARM_MS, 1.0) for use in found),
    ]


def main() -> None:
    found = []
    print(f"  {'ms':28}    import    cold  + imports    warm")
    for use in uses():
        found.append(use)
        print(
            f"  {use.name:28}{use.imports:10.1f}{use.cold:8.1f}"
            f"{use.cold_with_imports:11.1f}{use.warm:8.2f}",
            flush=True,
        )
    print(f"\n  cold ms by stage: {', '.join(f'({n}) {stage}' for n, stage in enumerate(STAGES))}")
    print(f"  {'':28}" + "".join(f"{f'({n})':>6}" for n in range(len(STAGES))))
    for use in found:
        print(f"  {use.name:28}" + "".join(f"{use.stages[stage]:6.1f}" for stage in STAGES))


if __name__ == "__main__":
    main()
