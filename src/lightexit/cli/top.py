# SPDX-License-Identifier: Apache-2.0
"""`lightexit top`: which registers the VMs on this host access, how often, and who answers."""

from __future__ import annotations

import contextlib
import math
import os
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from lightexit.cli.streams import standard_output
from lightexit.cli.topoptions import (
    AsCsv,
    AsJson,
    BenchFile,
    CeilingPercent,
    IntervalLength,
    MetricsAddress,
    MonitorSockets,
    OnceOption,
    TopOptions,
    WholeExits,
)
from lightexit.cli.vmoptions import Duration, ProcessNumbers, VmNames
from lightexit.errors import AuthorError

if TYPE_CHECKING:
    from lightexit.cli.topoutput import TopInterval, Writer
    from lightexit.cli.topsavings import Savings
    from lightexit.trace.access import CountSource
    from lightexit.trace.watching import VmWatch


def top(
    pid: ProcessNumbers = None,
    vm: VmNames = None,
    once: OnceOption = False,
    seconds: Duration = None,
    interval: IntervalLength = 1.0,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    bench: BenchFile = None,
    qmp: MonitorSockets = None,
    ceiling: CeilingPercent = 5.0,
    whole_exits: WholeExits = False,
    metrics: MetricsAddress = None,
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
    if os.environ.get("TERM", "dumb") == "dumb":
        return False
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
