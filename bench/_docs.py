# SPDX-License-Identifier: Apache-2.0
"""docs/benchmarks.md and its plot: all ratios of all benchmarks."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path

from bench._processes import measured
from bench._ratio import Ratio

DOCS = Path(__file__).parents[1] / "docs"
TEXT = """<!-- SPDX-License-Identifier: Apache-2.0 -->
<!-- Written by `python -m bench --docs`; do not edit. -->
# Benchmarks

Ratios against the limit, as `python -m bench --docs` found them on two shared cores. What is
compared runs in turns within one process, which runs nothing else, every other time in the other
order, beside a twin of one of them that shows the noise; each figure is the median of the ratios of
all turns, so that what others do on the machine counts little. Filters' code and gcc's have loops
and pages of their own, and lower quartiles are compared. For Unicorn and the filters' code, a
figure is the median over several processes.
`python -m bench` prints times too, and `python -m bench NAME` one of them: each file in `bench/`
says what it measures and how. Rows of an *emulated* KVM are of a host that has no VMX or SVM of its
own.

{table}

![Ratios](benchmarks.svg)

- A filter's code is called from a place of its own: from one place for all, what ran first took
  0.65 of gcc's time, and 1.34 to 1.57 with the order swapped. Some filters are faster than gcc's
  code, as their branches are laid out for accesses that are handled.
- Two vCPUs need two cores: where others took more than a little of them, that row tells of the
  load, as its C loop shows.
- First uses are times, not ratios of two: on a shared host they came out up to 1.3 times these in
  other runs, which puts three or four more of them above their goal.
- At random over 10,000 ranges the CPU's caches are measured: windows and counters of all ranges
  do not fit the inner ones.
- On Unicorn an `in` with a trivial hook takes some 20 ns, so that the goal leaves a filter 3. The
  C hooks, which do one device's work and no more, show what is left.
- That is a guest of one loop. With 1,000 blocks of code translated, Unicorn takes 35 ns for the
  same `in`, with 10,000 it takes 39, and what a filter adds stays much the same: with 1,000, ratios
  of 1.41 for the PIT and 1.15 for port 0x92 were seen where one loop gave 1.77 and 1.28.

## Measure your own host

<!-- not run: needs KVM and most of a minute; tests/kernel/inside/test_bench.py runs it -->

```sh
lightexit bench host --json host.json
```

A guest accesses registers in a loop and times each access by rdtsc: all rows are measured in the
same way, and no compiler is needed. Rows take turns, in one thread on one CPU; the first accesses
of a turn are not counted. 8,000 of each row are (`--accesses N`). Their p50, p99 and least are
printed in cycles and in ns, less what two rdtsc take with nothing in between.

| access | answered by |
|---|---|
| nothing: the empty pair of rdtsc | nobody |
| CPUID: the plain exit | KVM itself |
| PIO read, counter 1 of the PIT | KVM's PIT, module, native filter, Python model |
| MMIO read, a free-running counter | module, native filter, Python model |
| PIO write, a doorbell | KVM's ioeventfd, module, native filter, Python model |
| MMIO write, a doorbell | KVM's ioeventfd, module, native filter, Python model |

The module runs the very filter inside KVM that is native code in user space in the next row.

What a paper's other table wants is printed, too: CPU, microcode, mitigations, frequency governor
and turbo, kernel, KVM's modules and their parameters. What this host cannot measure is listed with
the reason, such as a module that is not loaded. Where KVM is not on a CPU's own VMX or SVM, table
and JSON call the figures *emulated*.

As few others as possible should use the machine. Steadier figures come with
`cpupower frequency-set -g performance`, and with a kernel started with `isolcpus=N nohz_full=N`
and the command by `taskset -c N`; the report shows these settings. JSON of a machine with VMX or
SVM is welcome as `docs/hosts/NAME.json`. There is none yet, so all figures of KVM and of the kernel
module in this repository are emulated.
"""


def write(names: Sequence[str]) -> None:
    """Measure all benchmarks that have ratios, and write the files."""
    ratios: list[Ratio] = []
    for name in names:
        print(f"{name} ...", flush=True)
        ratios += measured(importlib.import_module(f"bench.{name}"))
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
