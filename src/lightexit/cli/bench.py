# SPDX-License-Identifier: Apache-2.0
"""`lightexit bench host`: what an exit costs on this machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from lightexit.errors import HostError

bench = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@bench.callback()
def _bench() -> None:
    """Measure this machine."""


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
