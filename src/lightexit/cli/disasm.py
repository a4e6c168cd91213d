# SPDX-License-Identifier: Apache-2.0
"""`lightexit disasm`: bytecode as text."""

from __future__ import annotations

from lightexit.cli.programs import ProgramFile, load_programs


def disasm(file: ProgramFile) -> None:
    """Print programs as assembler text that `lightexit asm` reads back."""
    from lightexit.isa import disassemble

    for program in load_programs(file):
        print(disassemble(program))
