# SPDX-License-Identifier: Apache-2.0
"""All benchmarks: `python -m bench`, or `python -m bench NAME ...`.

`python -m bench --docs` writes their ratios to docs/benchmarks.md, with a plot.

Each prints ratios measured in one run. None passes or fails.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path


def names() -> list[str]:
    """Every benchmark beside this file."""
    return sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))


def main(chosen: list[str]) -> int:
    """Run the chosen ones, or all."""
    if chosen == ["--docs"]:
        importlib.import_module("bench._docs").write(names())
        return 0
    unknown = set(chosen) - set(names())
    if unknown:
        print(f"no benchmark {', '.join(sorted(unknown))}; there are: {', '.join(names())}")
        return 2
    for name in chosen or names():
        module = importlib.import_module(f"bench.{name}")
        print(f"== {name}: {(module.__doc__ or '').strip().splitlines()[0]}", flush=True)
        module.main()
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
