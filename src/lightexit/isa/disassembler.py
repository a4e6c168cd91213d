# SPDX-License-Identifier: Apache-2.0
"""Program to text that assembles to the same bytes, maps and read-only data."""

from __future__ import annotations

from lightexit.isa.decode import decode
from lightexit.isa.program import Program
from lightexit.isa.syntax import instruction_text, label

_BYTES_A_LINE = 32


def disassemble(code: Program | bytes) -> str:
    """One instruction a line; a slot that something leads to is labelled `L` and its number.

    Raises AuthorError for illegal bytecode.
    """
    instructions = decode(code)
    targets = {each.target for each in instructions if each.op.target_field}
    lines = _data_lines(code) if isinstance(code, Program) else []
    for each in instructions:
        if each.slot in targets:
            lines.append(f"{label(each.slot)}:")
        lines.append(f"    {instruction_text(each)}")
    return "\n".join(lines) + "\n"


def _data_lines(program: Program) -> list[str]:
    starts = range(0, len(program.rodata), _BYTES_A_LINE)
    parts = [program.rodata[start : start + _BYTES_A_LINE] for start in starts]
    maps = [f".map {each.name} {each.size}" for each in program.maps]
    return maps + [f".rodata {part.hex(' ')}" for part in parts]
