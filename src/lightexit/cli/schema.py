# SPDX-License-Identifier: Apache-2.0
"""`lightexit schema`: the JSON Schema of what another command writes."""

from __future__ import annotations

from typing import Annotated

import typer

from lightexit.cli import schemas


def schema(
    command: Annotated[
        schemas.CommandSchema,
        typer.Argument(
            metavar="COMMAND",
            help="run, verify, explain, build, replay, report, top, devices, check, bench-host or "
            "bench-filter.",
        ),
    ],
) -> None:
    """Print the JSON Schema (2020-12) of a command's --json output."""
    print(schemas.text(command), end="")
