# SPDX-License-Identifier: Apache-2.0
"""The table of commands."""

from __future__ import annotations

import typer

from lightexit.cli.asm import asm
from lightexit.cli.cache import cache
from lightexit.cli.compile import compile_command
from lightexit.cli.disasm import disasm
from lightexit.cli.header import header
from lightexit.cli.run import run
from lightexit.cli.verify import verify

app = typer.Typer(
    help="Answer guest device-register accesses by verified bytecode, where the exit happens.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain text, as all that goes to a terminal
    add_completion=False,
)

app.command()(run)
app.command("compile")(compile_command)
app.command()(verify)
app.command()(disasm)
app.command()(asm)
app.command()(header)
app.command()(cache)
