# SPDX-License-Identifier: Apache-2.0
"""How likely branches are, for LLVM to lay out the code by: an access is handled.

LLVM's own guess is that of C: few numbers are 0, as that is an error or a null pointer. It is good
for flags. But what is left of a register (after bits were acknowledged, say) is as often 0 as not,
and a wrong guess costs a small filter a quarter of its time. In loops, LLVM guesses by the loop.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from lightexit.engine.native.flow import Code, acyclic, successors, written
from lightexit.isa import Instruction, Kind

#: Of a branch and of going on.
Weights = tuple[int, int]
_RARE, _OFTEN = 1, 1000
_MAIN = 0


class _Node(NamedTuple):
    """Before an instruction; `verdict` is what r0 holds on the way there, None if not known."""

    slot: int
    verdict: int | None


def weights_by_slot(code: Code, entry: int) -> dict[int, Weights]:
    """For the conditional jumps of the function at `entry` of which this knows better than LLVM."""
    straight = acyclic(code, entry)
    pass_only = _pass_only(code) if entry == _MAIN else set()
    found = {}
    for slot in {slot for slot, _ in pass_only} | straight:
        i = code[slot]
        if i.op.kind is Kind.JUMP and i.op.name != "ja":
            rare = [(slot, to) in pass_only for to in (i.target, i.next_slot)]
            if rare[0] != rare[1]:
                found[slot] = (_RARE, _OFTEN) if rare[0] else (_OFTEN, _RARE)
            elif slot in straight and _compares_rest(code, i):
                found[slot] = (1, 1)
    return found


def _compares_rest(code: Code, i: Instruction) -> bool:
    """Whether it compares what an operation has just left with 0."""
    before = code.get(i.slot - 1)
    if before is None or before.op.kind is not Kind.ALU or before.dst != i.dst:
        return False
    return i.op.name in ("jeq", "jne") and i.op.uses_imm and i.imm == 0


def _pass_only(code: Code) -> set[tuple[int, int]]:
    """The ways from slot to slot after which every run of the program returns 0."""
    before = _predecessors(code, _Node(_MAIN, None))
    waiting = [node for node in before if _may_handle(code[node.slot], node)]
    handled = set(waiting)
    while waiting:
        new = before[waiting.pop()] - handled
        handled |= new
        waiting += new
    ways = {(b.slot, node.slot) for node, froms in before.items() for b in froms}
    return ways - {(b.slot, node.slot) for node in handled for b in before[node]}


def _predecessors(code: Code, start: _Node) -> Mapping[_Node, set[_Node]]:
    found: dict[_Node, set[_Node]] = {start: set()}
    waiting = [start]
    while waiting:
        node = waiting.pop()
        for after in _after(code[node.slot], node):
            if after not in found:
                found[after] = set()
                waiting.append(after)
            found[after].add(node)
    return found


def _after(i: Instruction, node: _Node) -> Iterator[_Node]:
    verdict = node.verdict
    if 0 in written(i):
        verdict = i.imm if i.op.name == "mov" and i.op.uses_imm else None
    return (_Node(slot, verdict) for slot in successors(i))


def _may_handle(i: Instruction, node: _Node) -> bool:
    return i.op.kind is Kind.EXIT and node.verdict != 0
