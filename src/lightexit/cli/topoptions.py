# SPDX-License-Identifier: Apache-2.0
"""The options of `lightexit top`: what each is called, takes and says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from lightexit.cli.topsavings import Savings

OnceOption = Annotated[
    bool,
    typer.Option("--once", help="Print one interval, of --for or --interval seconds, and end."),
]
IntervalLength = Annotated[
    float, typer.Option(metavar="SECONDS", min=0.1, max=3600, help="Length of an interval.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Write each interval as a line of JSON.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Write each interval as lines of CSV.")]
BenchFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Estimate what filters in the kernel might save, from what bench host --json wrote.",
    ),
]
MonitorSockets = Annotated[
    list[Path] | None,
    typer.Option(
        metavar="SOCKET",
        help="Ask this monitor of QEMU's once where PCI functions are; may be repeated.",
    ),
]
CeilingPercent = Annotated[
    float,
    typer.Option(
        metavar="PERCENT",
        min=0,
        max=100,
        help="What the probes may take of each CPU; above, some accesses are passed over. 0: all.",
    ),
]
WholeExits = Annotated[
    bool,
    typer.Option(
        "--whole-exits",
        help="Time all accesses, from the guest's exit to its entry; costs the guest more.",
    ),
]
MetricsAddress = Annotated[
    str | None,
    typer.Option(metavar="HOST:PORT", help="Serve metrics for Prometheus; on a terminal, too."),
]


@dataclass(frozen=True)
class TopOptions:
    """What to watch, and for how long: `seconds` None is until somebody ends it.

    `ceiling` is in percent of each CPU's time; `metrics` is HOST:PORT.
    """

    pids: tuple[int, ...]
    interval: float
    seconds: float | None
    savings: Savings | None
    ceiling: float
    whole_exits: bool
    metrics: str | None
    monitors: tuple[Path, ...]
