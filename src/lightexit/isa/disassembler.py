# SPDX-License-Identifier: Apache-2.0
"""Program to text that assembles to the same bytes and maps."""

from __future__ import annotations

from lightexit.isa.decode import decode
from lightexit.isa.program import Program
from lightexit.isa.syntax import instruction_text, label


def disassemble(code: Program | bytes) -> str:
    """One instruction a line; a slot that something leads to is labelled `L` and its number.

    Raises AuthorError for illegal bytecode.
    """
    instructions = decode(code)
    targets = {each.target for each in instructions if each.op.target_field}
    maps = code.maps if isinstance(code, Program) else ()
    lines = [f".map {each.name} {each.size}" for each in maps]
    for each in instructions:
        if each.slot in targets:
            lines.append(f"{label(each.slot)}:")
        lines.append(f"    {instruction_text(each)}")
    return "\n".join(lines) + "\n"
