# SPDX-License-Identifier: Apache-2.0
"""`lightexit compile`: Python filters to eBPF."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lightexit.cli.programs import ProgramFile, programs
from lightexit.errors import AuthorError
from lightexit.files import check_writable

if TYPE_CHECKING:
    from lightexit.isa.program import Program


def compile_command(
    file: ProgramFile,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="OUT", help="Write the raw bytecode of one filter here."
        ),
    ] = None,
) -> None:
    """Compile Python filters to eBPF; print or write the bytecode."""
    from lightexit.isa import disassemble

    if output is not None:
        check_writable(output)
    if output is None:
        for program in programs(file):
            print(summary(program))
            print(disassemble(program))
        return
    program = _only(file)
    write_bytes(output, program.code)
    print(f"{output}: {summary(program)}")


def _only(file: str) -> Program:
    found = list(programs(file))
    if len(found) != 1:
        names = ", ".join(program.name for program in found)
        raise AuthorError(
            f"{file} holds {len(found)} filters, and --output takes one",
            expected=f"one of them named: {file}:NAME, with NAME one of {names}",
        )
    return found[0]


def summary(program: Program) -> str:
    """One line: name, length, states."""
    maps = ", ".join(f"{entry.name} ({entry.size} bytes)" for entry in program.maps) or "none"
    return f"{program.name}: {len(program.code) // 8} instruction slots; states: {maps}"


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file, or a clear AuthorError."""
    try:
        path.write_bytes(data)
    except OSError as error:
        raise AuthorError(f"{path}: {(error.strerror or str(error)).lower()}") from None
