# SPDX-License-Identifier: Apache-2.0
"""docs/benchmarks.md and its plot: all ratios, measured in one run."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path

from bench._ratio import Ratio

DOCS = Path(__file__).parents[1] / "docs"
TEXT = """<!-- SPDX-License-Identifier: Apache-2.0 -->
<!-- Written by `python -m bench --docs`; do not edit. -->
# Benchmarks

Ratios against the limit, all of one run of `python -m bench --docs` on two shared cores. What is
compared runs in turns within one process; each figure is the median of the ratios of all turns, so
that what others do on the machine counts little. `python -m bench` prints times too, and
`python -m bench NAME` one of them: each file in `bench/` says what it measures and how.

{table}

![Ratios](benchmarks.svg)

- Filters under 3 ns are much the same few instructions as gcc's. What makes them differ by up to
  1 ns was not found out, and two were seen at 1.6 times gcc in one process and 0.6 in others:
  read a ratio far from 1 there with care.
- Two vCPUs need two cores: where others took more than a little of them, that row tells of the
  load, as its C loop shows.
- At random over 10,000 ranges the CPU's caches are measured: windows and counters of all ranges
  do not fit the inner ones.
- What the trivial hook costs depends on the process: `python -m bench unicorn_in`, alone in one,
  gave 1.8 for the PIT filter and 1.3 for port 0x92 in every run, a run of all benchmarks once 1.35
  and 0.99. Believe the higher.
- On Unicorn a trivial hook costs 20 to 30 ns, so that the goal leaves a filter 3 to 5 ns for
  dispatch, version words, the cycle counter and its own work.
"""


def write(names: Sequence[str]) -> None:
    """Measure all benchmarks that have ratios, and write the files."""
    ratios: list[Ratio] = []
    for name in names:
        measure = getattr(importlib.import_module(f"bench.{name}"), "ratios", None)
        if measure is not None:
            print(f"{name} ...", flush=True)
            ratios += measure()
    (DOCS / "benchmarks.md").write_text(TEXT.format(table=table(ratios)), encoding="utf-8")
    plot(ratios, DOCS / "benchmarks.svg")


def table(ratios: Sequence[Ratio]) -> str:
    """In Markdown."""
    lines = ["| | what | ratio | goal |", "|---|---|---:|---|"]
    group = ""
    for each in ratios:
        head = each.group if each.group != group else ""
        group = each.group
        lines.append(f"| {head} | {each.name} | {each.value:.2f} | {goal(each)} |")
    return "\n".join(lines)


def goal(ratio: Ratio) -> str:
    """The goal, and whether it is met."""
    return f"{ratio.wanted}: **missed**" if ratio.is_met is False else ratio.wanted


def plot(ratios: Sequence[Ratio], path: Path) -> None:
    """Bars, and a mark at each goal."""
    try:
        import matplotlib
    except ImportError:
        print("no plot: it needs matplotlib (pip install -e '.[bench]')")
        return
    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "lightexit"
    from matplotlib import pyplot

    shown = list(reversed(ratios))
    figure, axes = pyplot.subplots(figsize=(9, 0.22 * len(shown) + 1), layout="constrained")
    colours = ["tab:red" if each.is_met is False else "tab:blue" for each in shown]
    axes.barh([f"{r.group}: {r.name}" for r in shown], [r.value for r in shown], color=colours)
    for row, each in enumerate(shown):
        if each.goal is not None:
            axes.plot([each.goal] * 2, [row - 0.5, row + 0.5], color="black")
    axes.set_xscale("log")
    axes.set_xlabel("ratio to the limit (a black mark is a goal)")
    axes.axvline(1, color="grey", linewidth=0.5)
    axes.tick_params(labelsize=7)
    figure.savefig(path, metadata={"Date": None})
