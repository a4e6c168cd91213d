# SPDX-License-Identifier: Apache-2.0
"""`lightexit compile`: Python filters to eBPF."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lightexit.cli.programs import ProgramFile, load_filters, programs, split_name
from lightexit.cli.state_sizes import StateOptions, state_sizes
from lightexit.errors import AuthorError
from lightexit.files import check_writable
from lightexit.filter import Filter

if TYPE_CHECKING:
    from lightexit.isa.program import Program


def compile_command(
    file: ProgramFile,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="OUT",
            help="Write one filter to FILE: an ELF object if it ends in .o, else raw bytecode.",
        ),
    ] = None,
    state: StateOptions = None,
) -> None:
    """Compile Python filters to eBPF; print or write the bytecode."""
    from lightexit.isa import disassemble

    if output is not None:
        check_writable(output)
    if output is None:
        for program in programs(file, state_sizes(state)):
            print(summary(program))
            print(disassemble(program))
        return
    found = _only(file, state_sizes(state))
    program = found.program if isinstance(found, Filter) else found
    write_bytes(output, _object(found) if output.suffix == ".o" else _raw(program, output))
    print(f"{output}: {summary(program)}")


def _only(file: str, sizes: dict[str, int]) -> Program | Filter[Any]:
    is_source = split_name(file)[0].suffix == ".py" and not sizes
    found = load_filters(file) if is_source else list(programs(file, sizes))
    if len(found) != 1:
        names = ", ".join(each.name for each in found)
        raise AuthorError(
            f"{file} holds {len(found)} filters, and --output takes one",
            expected=f"one of them named: {file}:NAME, with NAME one of {names}",
        )
    return found[0]


def _object(found: Program | Filter[Any]) -> bytes:
    """With all types that are known."""
    from lightexit.build.bpf import filter_object, program_object

    return filter_object(found) if isinstance(found, Filter) else program_object(found)


def _raw(program: Program, output: Path) -> bytes:
    """Its bytecode alone."""
    if program.rodata:
        raise AuthorError(
            f"{program.name} has read-only data, which raw bytecode cannot hold",
            expected="an object",
            hint=f"-o {output.with_suffix('.o')}",
        )
    return program.code


def summary(program: Program) -> str:
    """One line: name, length, states."""
    maps = ", ".join(f"{entry.name} ({entry.size} bytes)" for entry in program.maps) or "none"
    rodata = f"; read-only data: {len(program.rodata)} bytes" if program.rodata else ""
    return f"{program.name}: {len(program.code) // 8} instruction slots; states: {maps}{rodata}"


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file, or a clear AuthorError."""
    try:
        path.write_bytes(data)
    except OSError as error:
        raise AuthorError(f"{path}: {(error.strerror or str(error)).lower()}") from None
