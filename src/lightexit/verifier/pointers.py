# SPDX-License-Identifier: Apache-2.0
"""Which registers may hold an address, by data flow alone.

The answer is three sets of registers in one integer: those that may point anywhere, those that may
point into the stack, and those that may point to the context. What is not in the sets holds no such
address, or no run comes there.
"""

from __future__ import annotations

from collections.abc import Sequence

from lightexit.isa import ARGUMENTS, FRAME_POINTER, Instruction, Kind

#: What `points >> register` is held against.
ADDRESS = 1
STACK = 1 << 16
CONTEXT = 1 << 32
_ANY = ADDRESS | STACK | CONTEXT
_REGISTERS = STACK - 1
_CLOBBERED = sum(_ANY << register for register in range(6))
_ARGUMENTS = sum(_ANY << register for register in ARGUMENTS)
_EVERYTHING = sum(_ANY << register for register in range(FRAME_POINTER + 1))
#: Loops nested deeper than this are not analysed: any register may hold any address.
_SWEEPS = 16


def any_of(points: int, registers: int) -> bool:
    """Whether one of these registers (as bits) may hold an address."""
    return bool(points & registers & _REGISTERS)


def may_point(
    instructions: Sequence[Instruction], successors: dict[int, tuple[int, ...]]
) -> dict[int, int]:
    """The sets before each instruction, by slot."""
    spilled = 0
    while True:
        points = _solve(instructions, successors, spilled)
        stored = 0
        for i in instructions:
            if i.op.kind is Kind.STORE and not i.op.uses_imm and i.op.width == 64:
                stored |= points[i.slot] >> i.src & _ANY
        if stored | spilled == spilled:
            return points
        spilled |= stored


def _solve(
    instructions: Sequence[Instruction], successors: dict[int, tuple[int, ...]], spilled: int
) -> dict[int, int]:
    points = dict.fromkeys(successors, (ADDRESS | STACK) << FRAME_POINTER)
    points[0] |= (ADDRESS | CONTEXT) << 1
    for i in instructions:
        if i.op.name == "call_local":
            points[i.target] |= _ARGUMENTS
    for _ in range(_SWEEPS):
        changed = False
        for i in instructions:
            after = _after(i, points[i.slot], spilled)
            for each in successors[i.slot]:
                if points[each] | after != points[each]:
                    points[each] |= after
                    changed = changed or each <= i.slot
        if not changed:
            return points
    return dict.fromkeys(successors, _EVERYTHING)


def _after(i: Instruction, points: int, spilled: int) -> int:
    kind = i.op.kind
    if kind in (Kind.ALU, Kind.END):
        made = _sum(i, points)
    elif kind is Kind.LDDW:
        made = ADDRESS if i.src else 0
    elif kind is Kind.LOAD:
        made = spilled if i.op.width == 64 else 0
    elif kind is Kind.CALL:
        return points & ~_CLOBBERED | (_ANY if i.op.name == "call_local" else ADDRESS)
    else:
        return points
    return points & ~(_ANY << i.dst) | made << i.dst


def _sum(i: Instruction, points: int) -> int:
    if i.op.width != 64 or i.op.name not in ("mov", "add", "sub"):
        return 0
    kept = 0 if i.op.name == "mov" else points >> i.dst
    return (kept if i.op.uses_imm else kept | points >> i.src) & _ANY
