# SPDX-License-Identifier: Apache-2.0
"""`lightexit header`: the contract, and the states of a file, as C."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lightexit.abi import header as c_header
from lightexit.cli.programs import load_structs


def header(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE.py", help="Print the structs that this Python file declares."),
    ] = None,
) -> None:
    """Print the C header for filters in C, or a Python file's structs."""
    if file is None:
        print(c_header.header(), end="")
        return
    print(c_header.c_struct(*load_structs(file)), end="")
