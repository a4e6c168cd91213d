# SPDX-License-Identifier: Apache-2.0
"""Where a program's functions start, and its line info in the form that the kernel requires."""

from __future__ import annotations

from collections.abc import Sequence

from lightexit.errors import Location
from lightexit.isa.instruction import Instruction
from lightexit.isa.program import Program


def function_starts(code: Sequence[Instruction]) -> list[int]:
    """The slots: 0, and those that are called; in rising order."""
    return sorted({0} | {each.target for each in code if each.op.name == "call_local"})


def lines_of(program: Program, code: Sequence[Instruction]) -> list[tuple[int, Location]]:
    """Slots and their source lines in ascending order, with a line at the start of each function.

    Empty if the first instruction has no line: the kernel refuses such line info.
    """
    known = {line.slot: line.where for line in program.lines}
    starts = set(function_starts(code))
    found: list[tuple[int, Location]] = []
    where = None
    for each in code:
        if each.slot in known:
            where = known[each.slot]
        elif each.slot not in starts:
            continue
        if where is None:
            return []
        found.append((each.slot, where))
    return found
