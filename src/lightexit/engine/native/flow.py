# SPDX-License-Identifier: Apache-2.0
"""Where an instruction may lead, and the registers that it writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lightexit.isa import Instruction, Kind

#: Instructions by slot.
Code = Mapping[int, Instruction]
_RESULTS_OF_CALLS = range(6)


def successors(i: Instruction) -> list[int]:
    """The slots of this function that may come next."""
    if i.op.kind is Kind.EXIT:
        return []
    if i.op.kind is Kind.JUMP:
        return [i.target] if i.op.name == "ja" else [i.next_slot, i.target]
    return [i.next_slot]


def written(i: Instruction) -> Sequence[int]:
    """The registers that may hold something else afterwards."""
    if i.op.kind is Kind.CALL:
        return _RESULTS_OF_CALLS
    if i.op.name == "cmpxchg":
        return (0,)
    field = i.op.written_field
    return (getattr(i, field),) if field else ()


def acyclic(code: Code, entry: int) -> set[int]:
    """The slots of the function at `entry` that no loop comes before."""
    waiting_for: dict[int, int] = {entry: 0}
    ways = [entry]
    for slot in ways:  # grows
        for after in successors(code[slot]):
            if after not in waiting_for:
                ways.append(after)
            waiting_for[after] = waiting_for.get(after, 0) + 1
    found = [entry] if not waiting_for[entry] else []
    for slot in found:  # grows
        for after in successors(code[slot]):
            waiting_for[after] -= 1
            if not waiting_for[after]:
                found.append(after)
    return set(found)
