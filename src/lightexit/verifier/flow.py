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
from itertools import accumulate
from typing import NamedTuple

from lightexit.errors import AuthorError
from lightexit.isa import FRAME_POINTER, Instruction, Kind, Program, decode
from lightexit.verifier.cells import span
from lightexit.verifier.state import CONTEXT_SHIFT, STACK_SHIFT, STACK_SIZE

CONTEXT_SIZE = 64
_STACK = span(STACK_SHIFT, STACK_SIZE)
_ARGUMENTS = span(1, 5)
_DATA_OFFSET = 8
_ACTIONS_OFFSET = 32


class Effect(NamedTuple):
    """What an instruction overwrites, what it makes that from, and what it needs whatever comes."""

    overwrites: int
    sources: int
    needs: int


def _bit(register: int) -> int:
    return 1 << register


def _memory(i: Instruction, base: int) -> int:
    """The bytes an access may mean, as far as the instruction alone tells."""
    size = i.op.width // 8
    if base == FRAME_POINTER:
        start = i.offset + STACK_SIZE
        return span(STACK_SHIFT + start, size) if 0 <= start <= STACK_SIZE - size else 0
    if 0 <= i.offset <= CONTEXT_SIZE - size:
        return span(CONTEXT_SHIFT + i.offset, size)
    return 0


def _operand(i: Instruction) -> int:
    return 0 if i.op.uses_imm or i.op.name in ("neg", "ja") else _bit(i.src)


def _alu(i: Instruction) -> Effect:
    kept = 0 if i.op.name in ("mov", "movsx") else _bit(i.dst)
    return Effect(_bit(i.dst), kept | _operand(i), 0)


def _end(i: Instruction) -> Effect:
    return Effect(_bit(i.dst), _bit(i.dst), 0)


def _lddw(i: Instruction) -> Effect:
    return Effect(_bit(i.dst), 0, 0)


def _load(i: Instruction) -> Effect:
    return Effect(_bit(i.dst), _memory(i, i.src), _bit(i.src))


def _store(i: Instruction) -> Effect:
    if i.dst == FRAME_POINTER:
        return Effect(_memory(i, i.dst), _operand(i), _bit(i.dst))
    if i.offset == _DATA_OFFSET or _ACTIONS_OFFSET <= i.offset < CONTEXT_SIZE:
        return Effect(0, 0, _bit(i.dst) | _operand(i))
    # Sources of what is never needed: live, but not relevant.
    return Effect(0, _operand(i), _bit(i.dst))


def _atomic(i: Instruction) -> Effect:
    result = 0
    if i.op.fetch:
        result = _bit(0 if i.op.name == "cmpxchg" else i.src)
    compared = _bit(0) if i.op.name == "cmpxchg" else 0
    return Effect(result, _bit(i.src) | compared, _bit(i.dst) | _memory(i, i.dst) & _STACK)


def _jump(i: Instruction) -> Effect:
    return Effect(0, 0, 0 if i.op.name == "ja" else _bit(i.dst) | _operand(i))


def _call(_i: Instruction) -> Effect:
    return Effect(_bit(0) | _ARGUMENTS, 0, _ARGUMENTS)


def _exit(_i: Instruction) -> Effect:
    return Effect(0, 0, _bit(0))


_EFFECTS: dict[Kind, Callable[[Instruction], Effect]] = {
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


def effect(i: Instruction) -> Effect:
    """The instruction's effect on registers, stack and context bytes."""
    return _EFFECTS[i.op.kind](i)


def _has_frame_pointer_value(i: Instruction) -> bool:
    """Whether r10 becomes the value of something else, so that the stack has other names."""
    kind, op = i.op.kind, i.op
    if kind in (Kind.ALU, Kind.STORE, Kind.ATOMIC) and not op.uses_imm and op.name != "neg":
        return i.src == FRAME_POINTER
    return False


class Flow:
    """A program's instructions by slot, and the answers to the three questions by slot."""

    def __init__(self, program: Program) -> None:
        self.instructions = decode(program)
        self.at = {i.slot: i for i in self.instructions}
        self.successors = {i.slot: _successors(i) for i in self.instructions}
        self._predecessors: dict[int, list[int]] = {i.slot: [] for i in self.instructions}
        for slot, successors in self.successors.items():
            for each in successors:
                self._predecessors[each].append(slot)
        self._check_reachable(program)
        self.joins = self._joins()
        self.looping = self._looping()
        self._escapes = any(_has_frame_pointer_value(i) for i in self.instructions)
        effects = {i.slot: effect(i) for i in self.instructions}
        self.live = self._solve(effects, _live)
        self.relevant = self._solve(effects, _relevant)
        self.steering = self._steering(effects) if self.looping else {}

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
                    f"{program.name}: nothing leads to instruction {i.slot}, `{i}`",
                    where=program.where(i.slot),
                    expected="only instructions that some path reaches, as the kernel demands",
                    hint="leave out the dead code",
                )

    def _joins(self) -> frozenset[int]:
        """Slots that more than one instruction leads to."""
        entries = Counter(i.target for i in self.instructions if i.op.name == "call_local")
        entries[0] += 1
        return frozenset(
            slot
            for slot, before in self._predecessors.items()
            if len(set(before)) + entries.get(slot, 0) > 1
        )

    def _looping(self) -> frozenset[int]:
        """Slots between a backward jump and its target: every loop is among them."""
        changes: Counter[int] = Counter()
        for i in self.instructions:
            if i.op.kind is Kind.JUMP and i.target <= i.slot:
                changes[i.target] += 1
                changes[i.slot + 1] -= 1
        depths = accumulate(changes[slot] for slot in range(self.instructions[-1].slot + 1))
        return frozenset(slot for slot, depth in enumerate(depths) if depth)

    def _steering(self, effects: dict[int, Effect]) -> dict[int, int]:
        inside = {
            slot: e
            if slot in self.looping and self.at[slot].op.kind is Kind.JUMP
            else Effect(e.overwrites, e.sources, 0)
            for slot, e in effects.items()
        }
        solved = self._solve(inside, _relevant)
        return {slot: needed for slot, needed in solved.items() if slot in self.looping}

    def _solve(
        self, effects: dict[int, Effect], before: Callable[[Effect, int], int]
    ) -> dict[int, int]:
        """The least sets that satisfy `before` everywhere, from the end backwards."""
        always = _STACK if self._escapes else 0
        needed = dict.fromkeys(self.at, 0)
        todo = [i.slot for i in self.instructions]
        waiting = set(todo)
        while todo:
            slot = todo.pop()
            waiting.discard(slot)
            after = 0
            for each in self.successors[slot]:
                after |= needed[each]
            now = before(effects[slot], after) | always
            if now != needed[slot]:
                needed[slot] = now
                for each in self._predecessors[slot]:
                    if each not in waiting:
                        todo.append(each)
                        waiting.add(each)
        return needed


def _live(own: Effect, after: int) -> int:
    return after & ~own.overwrites | own.sources | own.needs


def _relevant(own: Effect, after: int) -> int:
    return after & ~own.overwrites | own.needs | (own.sources if after & own.overwrites else 0)


def _successors(i: Instruction) -> tuple[int, ...]:
    if i.op.kind is Kind.EXIT:
        return ()
    if i.op.kind is not Kind.JUMP:
        return (i.next_slot,)
    return (i.target,) if i.op.name == "ja" else (i.next_slot, i.target)
