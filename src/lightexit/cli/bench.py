# SPDX-License-Identifier: Apache-2.0
"""`lightexit bench host`: what an exit costs on this machine; `lightexit bench FILE`: a filter."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from lightexit.cli.state_sizes import StateOptions, told_states
from lightexit.cli.subjects import FilterNamed
from lightexit.errors import HostError

_FILTER = "filter"


class BenchGroup(TyperGroup):
    """What is no command is the name of a filter: `bench FILE` is `bench filter FILE`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """See the class."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [_FILTER, *args]
        return super().parse_args(ctx, args)


bench = typer.Typer(cls=BenchGroup, no_args_is_help=True, rich_markup_mode=None)


@bench.callback(subcommand_metavar="host | FILE[:NAME] [OPTIONS]")
def _bench() -> None:
    """Measure this machine, or a filter on it."""


@bench.command()
def host(
    accesses: Annotated[
        int,
        typer.Option(min=100, max=10**6, metavar="N", help="Accesses that are timed in each row."),
    ] = 8000,
    json_file: Annotated[
        Path | None,
        typer.Option("--json", metavar="FILE", help="Write all of it to this file, as JSON."),
    ] = None,
) -> None:
    """Measure what a guest's exits cost, by who answers.

    A guest times its own accesses. What this machine cannot measure is listed with the reason;
    the exit status is 2 where that is all.
    """
    from lightexit.cli.compile import write_bytes
    from lightexit.cli.hostreport import document, text
    from lightexit.files import check_writable
    from lightexit.measure.host import host_facts
    from lightexit.measure.series import measure

    if json_file is not None:
        check_writable(json_file)
    series = measure(accesses)
    facts = host_facts(series.cpu or 0)
    print(text(series, facts))
    if json_file is not None:
        write_bytes(json_file, json.dumps(document(series, facts), indent=2).encode() + b"\n")
    if not series.rows:
        raise HostError("nothing was measured", expected="a host where KVM works")


@bench.command(_FILTER)
def filter_(
    file: FilterNamed,
    access: Annotated[
        str | None,
        typer.Option(
            metavar="ACCESS",
            help='What is timed: "read OFFSET SIZE" or "write OFFSET SIZE VALUE"; default: the '
            "first that the filter handles.",
        ),
    ] = None,
    before: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ACCESS",
            help="An access that the device's model answers first, to prepare it. May be repeated.",
        ),
    ] = None,
    seconds: Annotated[
        float, typer.Option(min=0.1, max=3600, metavar="N", help="For how long.")
    ] = 8.0,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw it: a file that ends in .svg or .html."),
    ] = None,
    json_file: Annotated[
        Path | None,
        typer.Option("--json", metavar="FILE", help="Write all of it to this file, as JSON."),
    ] = None,
    state: StateOptions = None,
) -> None:
    """Measure one access by a filter, called and from guests, beside the device's model.

    All ways take turns, so that their ratios are of one run. What this machine cannot measure is
    listed with the reason; the exit status is 2 where that is all.
    """
    from lightexit.cli.compile import write_bytes
    from lightexit.cli.filterbench import check_plot, chosen, document, text
    from lightexit.files import check_writable
    from lightexit.measure.filter_series import measure_filter
    from lightexit.measure.host import host_facts

    draw = check_plot(plot)
    if json_file is not None:
        check_writable(json_file)
    subject = chosen(file, told_states(state), access, before or ())
    series = measure_filter(subject, seconds)
    emulated = host_facts(0).virtualization.is_emulated
    print(text(subject, series, emulated))
    if json_file is not None:
        found = document(subject, series, emulated)
        write_bytes(json_file, json.dumps(found, indent=2).encode() + b"\n")
    if plot is not None and draw is not None:
        write_bytes(plot, draw(subject, series, emulated).encode())
    if not series.rows:
        raise HostError("nothing was measured", expected="a host where native code runs")
