# SPDX-License-Identifier: Apache-2.0
"""`lightexit disasm`: bytecode as text."""

from __future__ import annotations

from lightexit.cli.programs import ProgramFile, programs
from lightexit.cli.state_sizes import StateOptions, state_sizes
from lightexit.shown import visible


def disasm(file: ProgramFile, state: StateOptions = None) -> None:
    """Print programs as assembler text, for `asm` to read back."""
    from lightexit.isa import disassemble

    for program in programs(file, state_sizes(state)):
        print(f"# {visible(program.name, plain='')}")  # an untrusted name cannot start a new line
        print(disassemble(program))
