# SPDX-License-Identifier: Apache-2.0
"""What registers are known to hold before an instruction, whichever way led there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lightexit.engine.native.flow import Code, successors, written
from lightexit.isa import Instruction, Kind


@dataclass(frozen=True)
class InContext:
    """The address of the context, plus `offset`."""

    offset: int


@dataclass(frozen=True)
class Narrow:
    """A number of no more than so many bits, as a load has left it."""

    bits: int


#: By register.
Known = Mapping[int, InContext | Narrow]


def known_by_slot(code: Code, entry: int, at_entry: Known) -> dict[int, Known]:
    """For each instruction that can be reached from `entry`, in order of slots."""
    found = {entry: at_entry}
    waiting = [entry]
    while waiting:
        slot = waiting.pop()
        after = _after(code[slot], found[slot])
        for successor in successors(code[slot]):
            before = found.get(successor)
            both = after if before is None else _common(before, after)
            if both != before:
                found[successor] = both
                waiting.append(successor)
    return dict(sorted(found.items()))


def narrowed(i: Instruction, known: Known) -> int:
    """The bits that suffice for the result of an ALU instruction, which may be all."""
    dst = _bits(i, known.get(i.dst))
    src = i.op.width if i.op.uses_imm else _bits(i, known.get(i.src))
    if i.op.name == "and":
        return min(dst, src)
    return max(dst, src) if i.op.name in ("or", "xor") else i.op.width


def _bits(i: Instruction, operand: InContext | Narrow | None) -> int:
    return min(operand.bits, i.op.width) if isinstance(operand, Narrow) else i.op.width


def _common(a: Known, b: Known) -> Known:
    return {register: what for register, what in a.items() if b.get(register) == what}


def _after(i: Instruction, before: Known) -> Known:
    lost = written(i)
    after = {register: what for register, what in before.items() if register not in lost}
    result = _result(i, before)
    return after | {i.dst: result} if result else after


def _result(i: Instruction, before: Known) -> InContext | Narrow | None:
    dst, op = before.get(i.dst), i.op
    if op.name == "ldx" and op.width < 64:
        return Narrow(op.width)
    if op.kind is not Kind.ALU:
        return None
    if op.width == 64 and not op.uses_imm and op.name == "mov":
        return before.get(i.src)
    if op.width == 64 and op.uses_imm and op.name == "add" and isinstance(dst, InContext):
        return InContext(dst.offset + i.imm)
    bits = narrowed(i, before)
    return Narrow(bits) if bits < op.width else None
