# SPDX-License-Identifier: Apache-2.0
"""`lightexit top`: which registers the VMs on this host access, how often, and who answers."""

from __future__ import annotations

import contextlib
import math
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lightexit.cli.streams import standard_output
from lightexit.errors import AuthorError

if TYPE_CHECKING:
    from lightexit.cli.topoutput import TopInterval, Writer
    from lightexit.cli.topsavings import Savings
    from lightexit.trace.access import CountSource
    from lightexit.trace.watching import VmWatch


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


def top(
    pid: Annotated[
        list[int] | None,
        typer.Option(metavar="N", min=1, help="Only the VM of this process; may be repeated."),
    ] = None,
    vm: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Only the VMs of that name (QEMU's -name, libvirt's domain); may be repeated.",
        ),
    ] = None,
    once: Annotated[
        bool,
        typer.Option("--once", help="Print one interval, of --for or --interval seconds, and end."),
    ] = False,
    seconds: Annotated[
        float | None,
        typer.Option(
            "--for", metavar="SECONDS", min=0.1, max=10**9, help="End after so many seconds."
        ),
    ] = None,
    interval: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.1, max=3600, help="Length of an interval.")
    ] = 1.0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Write each interval as a line of JSON.")
    ] = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Write each interval as lines of CSV.")
    ] = False,
    bench: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Estimate what filters in the kernel might save, from what bench host --json"
            " wrote.",
        ),
    ] = None,
    qmp: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="SOCKET",
            help="Ask this monitor of QEMU's once where PCI functions are; may be repeated.",
        ),
    ] = None,
    ceiling: Annotated[
        float,
        typer.Option(
            metavar="PERCENT",
            min=0,
            max=100,
            help="Look at some accesses only where each would take more of a CPU; 0: at each.",
        ),
    ] = 5.0,
    whole_exits: Annotated[
        bool,
        typer.Option(
            "--whole-exits",
            help="Time all accesses, from the guest's exit to its entry; costs the guest more.",
        ),
    ] = False,
    metrics: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT", help="Serve metrics for Prometheus; on a terminal, too."),
    ] = None,
) -> None:
    """Show which registers this host's VMs access, and who answers.

    On a terminal, a live screen; its last line has the keys. Otherwise one interval is printed,
    with --for one after the other. Any VMM that uses KVM is seen, and no VM is changed. Loading
    the probes needs CAP_BPF and CAP_PERFMON, which are dropped then.
    """
    from lightexit.trace.selecting import selected

    is_printed = once or as_json or as_csv
    _check_alone(
        {"--json": as_json, "--csv": as_csv, "--metrics": metrics is not None},
        {"--once": once, "--metrics": metrics is not None},
        {"--qmp": bool(qmp), "--metrics": metrics is not None},
    )
    pids = selected(pid or (), vm or ())
    if once and seconds is not None:
        interval, seconds = seconds, None
    savings = _savings(bench)
    monitors = tuple(qmp or ())
    wanted = TopOptions(pids, interval, seconds, savings, ceiling, whole_exits, metrics, monitors)
    if not is_printed and _has_screen():
        _show(wanted)
    elif metrics is not None:
        _export(metrics, wanted)
    else:
        _print(wanted, _writer(as_json, as_csv))


def open_counts(wanted: TopOptions) -> CountSource:
    """The probes at KVM's tracepoints; all rights but those to read them are given up."""
    from lightexit.trace.probes import drop_rights, open_probes

    probes = open_probes(wanted.pids, wanted.ceiling, whole_exits=wanted.whole_exits)
    drop_rights()
    return probes


def _check_alone(*groups: dict[str, bool]) -> None:
    """Of each group one option at most may be given."""
    for group in groups:
        given = [name for name, is_given in group.items() if is_given]
        if len(given) > 1:
            raise AuthorError(f"{' with '.join(given)}", expected="one of them")


def _savings(bench: Path | None) -> Savings | None:
    if bench is None:
        return None
    from lightexit.cli.topsavings import read_savings

    return read_savings(bench)


def _has_screen() -> bool:
    """All three streams have to be the terminal: the screen reads keys, and draws to the third."""
    third = sys.__stderr__
    has_keys = sys.stdin.isatty() and third is not None and third.isatty()
    return has_keys and standard_output().is_terminal


def _counting(wanted: TopOptions) -> AbstractContextManager[CountSource]:
    """The source, as long as this lasts; shown at HOST:PORT, too, where that is wanted."""
    if wanted.metrics is None:
        return contextlib.closing(open_counts(wanted))
    from lightexit.cli.metrics import beside_screen

    return beside_screen(wanted.metrics, lambda: open_counts(wanted), wanted.interval)


def _export(where: str, wanted: TopOptions) -> None:
    from lightexit.cli.metrics import export

    export(
        where,
        lambda: open_counts(wanted),
        interval_s=wanted.interval,
        for_s=wanted.seconds,
    )


@contextlib.contextmanager
def _watching(wanted: TopOptions) -> Iterator[VmWatch]:
    """The VMs, watched; monitors are asked before there is no right to."""
    from lightexit.trace.watching import VmWatch, known_vms

    known = known_vms(wanted.monitors)
    with _counting(wanted) as source:
        yield VmWatch(source, known, wanted.pids)


def _print(wanted: TopOptions, write: Writer) -> None:
    with _watching(wanted) as watch:
        for number, each in enumerate(_intervals(watch, wanted)):
            sys.stdout.write(write(each, number == 0))
            sys.stdout.flush()


def _writer(as_json: bool, as_csv: bool) -> Writer:
    from lightexit.cli.table import terminal_width
    from lightexit.cli.topoutput import csv_writer, json_writer, text_writer

    if as_json:
        return json_writer
    return csv_writer if as_csv else text_writer(terminal_width())


def _intervals(watch: VmWatch, wanted: TopOptions) -> Iterator[TopInterval]:
    """One; or one after the other for `wanted.seconds`, the last one cut short."""
    from lightexit.cli.topoutput import TopInterval, now
    from lightexit.trace.advice import Advisor, advise

    advisor, begun = Advisor(vms=watch.known), time.monotonic()
    seconds = wanted.interval if wanted.seconds is None else wanted.seconds
    for number in range(1, math.ceil(seconds / wanted.interval) + 1):
        ends = begun + min(number * wanted.interval, seconds)
        time.sleep(max(ends - time.monotonic(), 0))
        found = watch.next()
        # Of one interval, it cannot be told what lasts.
        steady = wanted.seconds is not None
        advice = advisor.update(found) if steady else advise(found, watch.known)
        yield TopInterval(now(), found, watch.vms(found), advice, watch, wanted.savings)


def _show(wanted: TopOptions) -> None:
    from lightexit.extras import optional

    with optional("the screen of lightexit top (--once needs none)"):
        from lightexit.cli.topscreen import TopScreen

    with _watching(wanted) as watch:
        TopScreen(watch, wanted.interval, wanted.seconds, wanted.savings).show()
