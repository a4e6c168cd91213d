# SPDX-License-Identifier: Apache-2.0
"""What can be said of a program without running it: where control goes, what is still needed.

Three questions are answered for every instruction by the same backward pass over sets of
registers, stack bytes and context bytes, kept as bits of one integer:

- *live*: may be read later. The rest is forgotten where paths meet.
- *relevant*: may decide a branch, an address, a verdict or an answer. Numbers that are live
  but not relevant (they only end up in a state) are forgotten too, but for being numbers.
- *steering*: may decide a branch inside a loop. Paths that differ here are never merged.

Forgetting is always sound; it only lets paths that differ in nothing that matters be one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from lightexit.errors import AuthorError
from lightexit.isa import ARGUMENTS, FRAME_POINTER, STACK_SIZE, Instruction, Kind, Program, decode
from lightexit.verifier import pointers
from lightexit.verifier.cells import span
from lightexit.verifier.state import (
    ANSWER,
    CONTEXT_SHIFT,
    CONTEXT_SIZE,
    REGISTERS,
    STACK,
    STACK_SHIFT,
    WRITABLE_BYTES,
    Needs,
    listed,
)

_STACK = span(STACK_SHIFT, STACK_SIZE)
_ARGUMENTS = span(ARGUMENTS.start, len(ARGUMENTS))
_ANSWERS = WRITABLE_BYTES << CONTEXT_SHIFT
_ANYTHING = span(0, CONTEXT_SHIFT + CONTEXT_SIZE)
#: Loops nested deeper than this are not analysed: everything counts as needed.
_SWEEPS = 16


class Effect(NamedTuple):
    """What an instruction overwrites for certain, what it may give a value, what it makes that
    from, and what it needs whatever comes."""

    overwrites: int
    gives: int
    sources: int
    needs: int


def _bit(register: int) -> int:
    return 1 << register


def _memory(i: Instruction, base: int, points: int) -> int:
    """The bytes an access may touch; `points` says where registers may point."""
    size = i.op.width // 8
    if base == FRAME_POINTER:
        start = i.offset + STACK_SIZE
        return span(STACK_SHIFT + start, size) if 0 <= start <= STACK_SIZE - size else 0
    found = _STACK if points >> base & pointers.STACK else 0
    if points >> base & pointers.CONTEXT and 0 <= i.offset <= CONTEXT_SIZE - size:
        found |= span(CONTEXT_SHIFT + i.offset, size)
    return found


def _operand(i: Instruction) -> int:
    return 0 if i.op.uses_imm or i.op.name in ("neg", "ja") else _bit(i.src)


def _alu(i: Instruction, points: int) -> Effect:
    kept = 0 if i.op.name in ("mov", "movsx") else _bit(i.dst)
    operands = kept | _operand(i)
    # What is added to a pointer is held against its bounds, whatever becomes of the sum.
    moves = i.op.name in ("add", "sub") and pointers.any_of(points, operands)
    return Effect(_bit(i.dst), _bit(i.dst), operands, operands if moves else 0)


def _end(i: Instruction, _points: int) -> Effect:
    return Effect(_bit(i.dst), _bit(i.dst), _bit(i.dst), 0)


def _lddw(i: Instruction, _points: int) -> Effect:
    return Effect(_bit(i.dst), _bit(i.dst), 0, 0)


def _load(i: Instruction, points: int) -> Effect:
    return Effect(_bit(i.dst), _bit(i.dst), _memory(i, i.src, points), _bit(i.src))


def _store(i: Instruction, points: int) -> Effect:
    there = _memory(i, i.dst, points)
    if i.dst == FRAME_POINTER:
        return Effect(there, there, _operand(i), _bit(i.dst))
    answers = there & _ANSWERS
    return Effect(0, there, _operand(i), _bit(i.dst) | (_operand(i) if answers else 0))


def _atomic(i: Instruction, points: int) -> Effect:
    result, there = 0, _memory(i, i.dst, points) & _STACK
    if i.op.fetch:
        result = _bit(0 if i.op.name == "cmpxchg" else i.src)
    compared = _bit(0) if i.op.name == "cmpxchg" else 0
    return Effect(result, result | there, _bit(i.src) | compared | there, _bit(i.dst))


def _jump(i: Instruction, _points: int) -> Effect:
    return Effect(0, 0, 0, 0 if i.op.name == "ja" else _bit(i.dst) | _operand(i))


def _call(_i: Instruction, _points: int) -> Effect:
    return Effect(_bit(0) | _ARGUMENTS, _bit(0), 0, _ARGUMENTS)


def _exit(_i: Instruction, _points: int) -> Effect:
    return Effect(0, 0, 0, _bit(0))


_EFFECTS: dict[Kind, Callable[[Instruction, int], Effect]] = {
    Kind.ALU: _alu,
    Kind.END: _end,
    Kind.LDDW: _lddw,
    Kind.LOAD: _load,
    Kind.STORE: _store,
    Kind.ATOMIC: _atomic,
    Kind.JUMP: _jump,
    Kind.CALL: _call,
    Kind.EXIT: _exit,
}


def effect(i: Instruction, points: int) -> Effect:
    """The instruction's effect on registers, stack and context bytes; `points` tells where
    registers may point (`pointers.py`)."""
    return _EFFECTS[i.op.kind](i, points)


class Flow:
    """A program's instructions by slot, and the answers to the three questions by slot."""

    def __init__(self, program: Program) -> None:
        self.instructions = decode(program)
        self.at = {i.slot: i for i in self.instructions}
        self.successors = {i.slot: _successors(i) for i in self.instructions}
        self.predecessors: dict[int, list[int]] = {i.slot: [] for i in self.instructions}
        for slot, successors in self.successors.items():
            for each in successors:
                self.predecessors[each].append(slot)
        self._check_reachable(program)
        self.joins = self._joins()
        jumps = [i for i in self.instructions if i.op.kind is Kind.JUMP]
        #: The slots that jumps lead back to.
        self._backwards = frozenset(i.target for i in jumps if i.target <= i.slot)
        self.looping = self._looping()
        #: Where the rounds of loops start.
        self.heads = self._backwards & self.looping
        points = pointers.may_point(self.instructions, self.successors)
        effects = {i.slot: effect(i, points[i.slot]) for i in self.instructions}
        #: Through another register than r10, any byte of the stack may be read.
        self._always = _STACK if any(map(_takes_frame_pointer, self.instructions)) else 0
        self._needs: dict[int, Needs] = {}
        self.live = self._solve({slot: _read(each) for slot, each in effects.items()})
        self.relevant = self._solve(effects)
        self.steering = self._steering(effects) if self.looping else {}

    def needs(self, slot: int) -> Needs:
        """What to forget there, and what to keep."""
        found = self._needs.get(slot)
        if found is None:
            live, relevant = self.live[slot], self.relevant[slot]
            found = self._needs[slot] = Needs(
                listed(~live & REGISTERS),
                listed(live & ~relevant & REGISTERS),
                (live >> STACK_SHIFT & STACK, relevant >> STACK_SHIFT & STACK),
                live >> CONTEXT_SHIFT | ANSWER,
            )
        return found

    def _check_reachable(self, program: Program) -> None:
        seen: set[int] = set()
        work = [0]
        while work:
            slot = work.pop()
            if slot not in seen:
                seen.add(slot)
                work.extend(self.successors[slot])
                i = self.at[slot]
                if i.op.name == "call_local":
                    work.append(i.target)
        for i in self.instructions:
            if i.slot not in seen:
                raise AuthorError(
                    f"{program.name}: instruction {i.slot} is unreachable: `{i}`",
                    where=program.where(i.slot),
                    expected="instructions that some path reaches, as Linux's verifier requires",
                    hint="remove the dead code",
                )

    def _joins(self) -> frozenset[int]:
        """Slots that more than one way leads to."""
        entries = Counter(i.target for i in self.instructions if i.op.name == "call_local")
        entries[0] += 1
        return frozenset(
            slot
            for slot, before in self.predecessors.items()
            if len(before) + entries.get(slot, 0) > 1
        )

    def _looping(self) -> frozenset[int]:
        """Every slot that lies in a loop; and those between two loops."""
        if not self._backwards:
            return frozenset()
        inside = set(self.at)
        for ways, back in (
            (self.successors, self.predecessors),
            (self.predecessors, self.successors),
        ):
            left = {slot: sum(each in inside for each in ways[slot]) for slot in inside}
            ended = [slot for slot, count in left.items() if not count]
            while ended:
                slot = ended.pop()
                inside.discard(slot)
                for each in back[slot]:
                    if each in inside:
                        left[each] -= 1
                        if not left[each]:
                            ended.append(each)
        return frozenset(inside)

    def _steering(self, effects: dict[int, Effect]) -> dict[int, int]:
        inside = {
            slot: e
            if slot in self.looping and self.at[slot].op.kind is Kind.JUMP
            else e._replace(needs=0)
            for slot, e in effects.items()
        }
        solved = self._solve(inside)
        return {slot: needed for slot, needed in solved.items() if slot in self.looping}

    def _solve(self, effects: dict[int, Effect]) -> dict[int, int]:
        """What is needed before each instruction, from the end backwards; all sets hold
        everything if that takes too long."""
        always = self._always
        needed = dict.fromkeys(self.at, 0)
        backwards = [
            (i.slot, self.successors[i.slot], effects[i.slot]) for i in reversed(self.instructions)
        ]
        for _ in range(_SWEEPS):
            changed = False
            for slot, successors, (overwrites, gives, sources, needs) in backwards:
                after = 0
                for each in successors:
                    after |= needed[each]
                now = after & ~overwrites | needs | always
                if after & gives:
                    now |= sources
                if now != needed[slot]:
                    needed[slot] = now
                    changed = True
            if not changed or not self._backwards:
                return needed
        return dict.fromkeys(self.at, _ANYTHING)


def _read(own: Effect) -> Effect:
    """Whatever it makes of it, the instruction reads its sources."""
    return Effect(own.overwrites, 0, 0, own.sources | own.needs)


def _takes_frame_pointer(i: Instruction) -> bool:
    """Whether r10 becomes the value of something else, so that the stack has other names."""
    takes = i.op.kind in (Kind.ALU, Kind.STORE, Kind.ATOMIC)
    return takes and not i.op.uses_imm and i.op.name != "neg" and i.src == FRAME_POINTER


def _successors(i: Instruction) -> tuple[int, ...]:
    kind, slot = i.op.kind, i.slot
    if kind is Kind.JUMP:
        return (i.target,) if i.op.name == "ja" else (slot + 1, slot + 1 + i.offset)
    if kind is Kind.EXIT:
        return ()
    return (slot + 2,) if kind is Kind.LDDW else (slot + 1,)
