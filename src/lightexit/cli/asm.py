# SPDX-License-Identifier: Apache-2.0
"""`lightexit asm`: text to bytecode."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lightexit.cli.compile import summary, write_bytes
from lightexit.cli.programs import assembled
from lightexit.files import check_writable


def asm(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE.s", help="Assembler text, as `lightexit disasm` prints it."),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="OUT", help="File to write; default: FILE.bin beside FILE.s."
        ),
    ] = None,
) -> None:
    """Assemble text to raw bytecode."""
    target = output or file.with_suffix(".bin")
    check_writable(target)
    program = assembled(file)
    write_bytes(target, program.code)
    print(f"{target}: {summary(program)}")
