# SPDX-License-Identifier: Apache-2.0
"""All benchmarks: `python -m bench`, or `python -m bench NAME ...`.

`python -m bench --docs` writes their ratios to docs/benchmarks.md, with a plot.
`python -m bench --readme [VMLINUZ]` runs commands of README.md and writes what they print there.

`python -m bench --against CHECKOUT [NAME ...]` holds them against another checkout's.

Each prints ratios measured in one run. None passes or fails. Each runs in a process of its own,
for what else a process has done changes figures.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from bench._processes import RATIOS, print_ratios


def names() -> list[str]:
    """Every benchmark beside this file."""
    return sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))


def main(arguments: Sequence[str]) -> int:
    """Run the chosen ones, or all."""
    if list(arguments) == ["--docs"]:
        importlib.import_module("bench._docs").write(names())
        return 0
    if arguments and arguments[0] == "--readme":
        importlib.import_module("bench._readme").write(arguments[1:])
        return 0
    if len(arguments) > 1 and arguments[0] == "--against":
        against = importlib.import_module("bench._against")
        chosen = arguments[2:] or [each for each in names() if hasattr(load(each), "ratios")]
        return int(against.print_against(Path(arguments[1]).resolve(), chosen))
    if len(arguments) == 2 and arguments[0] == RATIOS:
        print_ratios(load(arguments[1]))
        return 0
    unknown = set(arguments) - set(names())
    if unknown:
        print(f"no benchmark {', '.join(sorted(unknown))}; there are: {', '.join(names())}")
        return 2
    chosen = arguments or names()
    if len(chosen) > 1:
        return max(subprocess.call([sys.executable, "-m", "bench", name]) for name in chosen)
    run(chosen[0])
    return 0


def load(name: str) -> ModuleType:
    """The benchmark's module."""
    return importlib.import_module(f"bench.{name}")


def run(name: str) -> None:
    """One of them, here."""
    module = load(name)
    print(f"== {name}: {(module.__doc__ or '').strip().splitlines()[0]}", flush=True)
    module.main()
    print()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
