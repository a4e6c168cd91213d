# SPDX-License-Identifier: Apache-2.0
"""The table of commands."""

from __future__ import annotations

from typing import Annotated

import typer

from lightexit.cli.advice import advice
from lightexit.cli.asm import asm
from lightexit.cli.bench import bench
from lightexit.cli.build import build
from lightexit.cli.cache import cache
from lightexit.cli.check import check
from lightexit.cli.compile import compile_command
from lightexit.cli.devices import devices
from lightexit.cli.disasm import disasm
from lightexit.cli.explain import explain
from lightexit.cli.header import header
from lightexit.cli.new import new
from lightexit.cli.prove import prove
from lightexit.cli.record import record
from lightexit.cli.recordings import report
from lightexit.cli.replay import replay
from lightexit.cli.run import run
from lightexit.cli.schema import schema
from lightexit.cli.top import top
from lightexit.cli.verify import verify

NAME = "lightexit"

app = typer.Typer(
    help="Answer a guest's device-register accesses by verified bytecode.",
    epilog="`lightexit COMMAND --help` shows each command's options.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain text, as all that goes to a terminal
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from lightexit.cli.version import version

        print(version())
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Show versions, of lightexit and of what it runs on, and exit.",
            callback=_print_version,
            is_eager=True,
        ),
    ] = False,
) -> None:
    """Options that stand before a command."""


app.command()(new)
app.command()(run)
app.command("compile")(compile_command)
app.command()(verify)
app.command()(prove)
app.command()(explain)
app.command()(build)
app.command()(record)
app.command()(report)
app.command()(devices)
app.command()(check)
app.command()(replay)
app.command()(top)
app.add_typer(bench, name="bench")
app.command()(disasm)
app.command()(asm)
app.command()(header)
app.command()(schema)
app.command()(advice)
app.command()(cache)
