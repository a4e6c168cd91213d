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
        Path | None, typer.Argument(metavar="[FILE.py]", help="Print the structs of this file.")
    ] = None,
) -> None:
    """Print the C header that filters in C include, or the structs of a Python file."""
    if file is None:
        print(c_header.header(), end="")
        return
    print("\n".join(c_header.c_struct(kind) for kind in load_structs(file)), end="")
