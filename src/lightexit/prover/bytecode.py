# SPDX-License-Identifier: Apache-2.0
"""Bytecode on symbolic values (RFC 9669): the interpreter once more, along all of its paths.

A register holds a word, a `SymbolicPointer`, or nothing. What the interpreter faults at ends the
proof.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import z3

from lightexit.isa import (
    FRAME_POINTER,
    MAX_FRAMES,
    PSEUDO_MAP_IDX_VALUE,
    SAVED,
    Instruction,
    Kind,
    decode,
)
from lightexit.isa.program import Program
from lightexit.prover import division
from lightexit.prover.integers import WORD, Bits, UnsupportedError, fitted, simplified
from lightexit.prover.memory import SymbolicMemory, blank
from lightexit.prover.pointers import (
    SymbolicPointer,
    Value,
    distance,
    is_zero,
    moved,
    pointer_alu,
)
from lightexit.prover.query import Assumptions

_STACK_SIZE = 512
#: Instructions of one run; the verifier has bounded loops long before.
_MOST_STEPS = 1_000_000


@dataclass
class ProgramState:
    """Registers and memory of a run: first the context, then maps, read-only data, frames."""

    slot: int
    registers: list[Value]
    regions: list[SymbolicMemory]
    callers: list[tuple[int, list[Value]]] = field(default_factory=list)
    steps: int = 0

    def copy(self) -> ProgramState:
        """One that goes another way from here."""
        return ProgramState(
            self.slot,
            list(self.registers),
            [each.copy() for each in self.regions],
            [(slot, list(saved)) for slot, saved in self.callers],
            self.steps,
        )


@dataclass(frozen=True)
class Ended:
    """The end of a path: r0 and memory; the assumptions are those of the path, until the next."""

    verdict: Bits
    regions: Sequence[SymbolicMemory]


class Executor:
    """Runs a program under assumptions, which are a path of the source."""

    def __init__(self, program: Program, assumptions: Assumptions) -> None:
        self._program = program
        self._code = {each.slot: each for each in decode(program)}
        self._assumptions = assumptions
        self._maps = len(program.maps) + bool(program.rodata)

    def run(self, regions: Sequence[SymbolicMemory]) -> Iterator[Ended]:
        """Every path from the start: `regions` are the context, the maps and read-only data."""
        machine = ProgramState(0, [None] * (FRAME_POINTER + 1), [each.copy() for each in regions])
        machine.registers[1] = SymbolicPointer(0, 0)
        _enter(machine)
        yield from self._paths(machine)

    def _paths(self, machine: ProgramState) -> Iterator[Ended]:
        while True:
            machine.steps += 1
            if machine.steps > _MOST_STEPS:
                raise UnsupportedError(f"a run of more than {_MOST_STEPS} instructions")
            i = self._code[machine.slot]
            if i.op.kind is Kind.EXIT and not machine.callers:
                yield Ended(_word(machine.registers[0]), machine.regions)
                return
            if i.op.kind is not Kind.JUMP or i.op.name == "ja":
                _HANDLERS[i.op.kind](self, machine, i)
                continue
            ways = self._ways(machine, i)
            if len(ways) != 1:
                yield from self._fork(machine, ways)
                return
            machine.slot = ways[0][1]

    def _ways(self, machine: ProgramState, i: Instruction) -> list[tuple[z3.BoolRef, int]]:
        """Conditions of a jump that may hold, and where each leads."""
        taken = simplified(_condition(machine, i))
        ways = [(taken, i.target), (z3.Not(taken), i.next_slot)]
        return [each for each in ways if self._assumptions.may_hold(each[0])]

    def _fork(
        self, machine: ProgramState, ways: Sequence[tuple[z3.BoolRef, int]]
    ) -> Iterator[Ended]:
        for condition, slot in ways:
            other = machine.copy()
            other.slot = slot
            self._assumptions.push()
            self._assumptions.add(condition)
            try:
                yield from self._paths(other)
            finally:
                self._assumptions.pop()

    # Instructions that go on at the next one

    def _alu(self, machine: ProgramState, i: Instruction) -> None:
        name, width = i.op.name, i.op.width
        dst = z3.BitVecVal(0, WORD) if name in ("mov", "movsx") else machine.registers[i.dst]
        src = z3.BitVecVal(0, WORD) if name == "neg" else _operand(machine, i)
        if isinstance(dst, SymbolicPointer) or isinstance(src, SymbolicPointer):
            machine.registers[i.dst] = pointer_alu(name, width, dst, src)
        else:
            value = alu(name, width, _word(dst), _word(src), i.op.source_width)
            machine.registers[i.dst] = self._without_zero(name, width, value, src)
        machine.slot = i.next_slot

    def _without_zero(self, name: str, width: int, value: Bits, divisor: Value) -> Bits:
        """A quotient or rest as it is where the divisor is not 0, if it cannot be."""
        if name not in ("div", "mod") or not z3.is_app_of(value, z3.Z3_OP_ITE):
            return value
        is_zero = fitted(_word(divisor), width) == 0
        if self._assumptions.may_hold(is_zero):
            return value
        return simplified(z3.substitute(value, (simplified(is_zero), z3.BoolVal(False))))

    def _end(self, machine: ProgramState, i: Instruction) -> None:
        machine.registers[i.dst] = swapped(i.op.name, i.op.width, _word(machine.registers[i.dst]))
        machine.slot = i.next_slot

    def _lddw(self, machine: ProgramState, i: Instruction) -> None:
        if i.src == 0:
            machine.registers[i.dst] = z3.BitVecVal(i.imm64, WORD)
        elif i.src == PSEUDO_MAP_IDX_VALUE and 0 <= i.imm < self._maps:
            machine.registers[i.dst] = SymbolicPointer(1 + i.imm, i.next_imm)
        else:
            raise UnsupportedError(f"`{i}`")
        machine.slot = i.next_slot

    def _load(self, machine: ProgramState, i: Instruction) -> None:
        size = i.op.width // 8
        word = self._loaded(machine, _address(machine, i.src, i.offset), size)
        if isinstance(word, z3.BitVecRef):
            word = fitted(word, WORD, is_signed=i.op.name == "ldxsx")
        machine.registers[i.dst] = word
        machine.slot = i.next_slot

    def _store(self, machine: ProgramState, i: Instruction) -> None:
        value = _operand(machine, i)
        if value is None:
            raise UnsupportedError(f"`{i}` reads a register that was not written")
        self._stored(machine, _address(machine, i.dst, i.offset), i.op.width // 8, value)
        machine.slot = i.next_slot

    def _atomic(self, machine: ProgramState, i: Instruction) -> None:
        at, size, width = _address(machine, i.dst, i.offset), i.op.width // 8, i.op.width
        before = self._loaded(machine, at, size)
        source = _word(machine.registers[i.src])
        if i.op.name == "xchg":
            after = source
        elif i.op.name == "cmpxchg":
            same = fitted(_word(machine.registers[0]), width) == before
            after = z3.If(same, source, fitted(before, WORD))
        else:
            after = alu(i.op.name, width, fitted(before, WORD), source)
        self._stored(machine, at, size, after)
        if i.op.fetch:
            machine.registers[0 if i.op.name == "cmpxchg" else i.src] = fitted(before, WORD)
        machine.slot = i.next_slot

    def _jump(self, machine: ProgramState, i: Instruction) -> None:
        machine.slot = i.target

    def _call(self, machine: ProgramState, i: Instruction) -> None:
        if i.op.name != "call_local" or len(machine.callers) + 1 == MAX_FRAMES:
            raise UnsupportedError(f"`{i}`")
        saved = slice(SAVED.start, SAVED.stop)
        machine.callers.append((i.next_slot, machine.registers[saved]))
        machine.registers[saved] = [None] * len(SAVED)
        machine.registers[0] = None
        _enter(machine)
        machine.slot = i.target

    def _exit(self, machine: ProgramState, i: Instruction) -> None:
        machine.regions.pop()
        machine.slot, saved = machine.callers.pop()
        frame = SymbolicPointer(len(machine.regions) - 1, _STACK_SIZE)
        machine.registers[1:] = [None] * 5 + saved + [frame]

    # Memory

    def _loaded(self, machine: ProgramState, at: SymbolicPointer, size: int) -> Any:
        return machine.regions[at.region].load(at.offset, size, self._assumptions)

    def _stored(self, machine: ProgramState, at: SymbolicPointer, size: int, value: Any) -> None:
        word = value if isinstance(value, SymbolicPointer) else fitted(value, 8 * size)
        if isinstance(word, SymbolicPointer) and (size != 8 or not isinstance(at.offset, int)):
            raise UnsupportedError("a pointer is stored elsewhere than as a whole")
        machine.regions[at.region].store(at.offset, size, word, self._assumptions)


_HANDLERS: dict[Kind, Callable[[Executor, ProgramState, Instruction], None]] = {
    Kind.ALU: Executor._alu,
    Kind.END: Executor._end,
    Kind.LDDW: Executor._lddw,
    Kind.LOAD: Executor._load,
    Kind.STORE: Executor._store,
    Kind.ATOMIC: Executor._atomic,
    Kind.JUMP: Executor._jump,
    Kind.CALL: Executor._call,
    Kind.EXIT: Executor._exit,
}


def _enter(machine: ProgramState) -> None:
    machine.regions.append(blank("the stack", _STACK_SIZE))
    machine.registers[FRAME_POINTER] = SymbolicPointer(len(machine.regions) - 1, _STACK_SIZE)


def _word(value: Any) -> Bits:
    if not isinstance(value, z3.BitVecRef):
        raise UnsupportedError("a register holds no number where one is needed")
    return value


def _operand(machine: ProgramState, i: Instruction) -> Value:
    return z3.BitVecVal(i.imm, WORD) if i.op.uses_imm else machine.registers[i.src]


def _address(machine: ProgramState, register: int, offset: int) -> SymbolicPointer:
    value = machine.registers[register]
    if not isinstance(value, SymbolicPointer):
        raise UnsupportedError("an access to memory by a number")
    return moved(value, offset)


def _pointer_condition(name: str, width: int, dst: Value, src: Value) -> z3.BoolRef:
    """Pointers into one region compare by offset; no pointer is 0."""
    if width == WORD and name in ("jeq", "jne") and (is_zero(dst) or is_zero(src)):
        return z3.BoolVal(name == "jne")
    if width == WORD and name != "jset":
        # No region crosses the middle of the address space: any base there does.
        base = z3.BitVecVal(1 << 62, WORD)
        return compare(name, width, base + distance(dst, src), base)
    raise UnsupportedError(f"{name} of {width} bits on a pointer")


def _condition(machine: ProgramState, i: Instruction) -> z3.BoolRef:
    dst, src = machine.registers[i.dst], _operand(machine, i)
    if isinstance(dst, SymbolicPointer) or isinstance(src, SymbolicPointer):
        return _pointer_condition(i.op.name, i.op.width, dst, src)
    return compare(i.op.name, i.op.width, _word(dst), _word(src))


def alu(name: str, width: int, dst: Bits, src: Bits, source_width: int = 0) -> Bits:
    """`isa.alu`, on words; division by zero gives 0, the remainder of it `dst`."""
    if name == "movsx":
        return fitted(fitted(fitted(src, source_width), width, is_signed=True), WORD)
    a, b = fitted(dst, width), fitted(src, width)
    return simplified(fitted(_ARITHMETIC[name](a, b), WORD))


def _divided(a: Bits, b: Bits) -> Bits:
    result = fitted(division.quotient(fitted(a, WORD), fitted(b, WORD)), a.size())
    return z3.If(b == 0, z3.BitVecVal(0, a.size()), result)


def _rest(a: Bits, b: Bits) -> Bits:
    result = fitted(division.remainder(fitted(a, WORD), fitted(b, WORD)), a.size())
    return z3.If(b == 0, a, result)


def _magnitude(a: Bits) -> Bits:
    return z3.If(a < 0, -a, a)


def _divided_signed(a: Bits, b: Bits) -> Bits:
    result = _divided(_magnitude(a), _magnitude(b))
    return z3.If((a < 0) != (b < 0), -result, result)


def _rest_signed(a: Bits, b: Bits) -> Bits:
    return a - b * _divided_signed(a, b)


def _masked(a: Bits, b: Bits) -> Bits:
    """A mask that clears low bits only is a difference, as most sources write it."""
    low = simplified(~b)
    if z3.is_bv_value(low) and low.as_long() & low.as_long() + 1 == 0:
        return a - (a & low)
    return a & b


def _shifted(a: Bits, b: Bits) -> Bits:
    """By a constant it is a product, which goes together with others in a sum."""
    count = simplified(_count(b))
    return a * (1 << count.as_long()) if z3.is_bv_value(count) else a << count


def _shifted_back(a: Bits, b: Bits, *, is_signed: bool) -> Bits:
    """To the right; by as much as it was shifted to the left before, it is an extension."""
    count, a = simplified(_count(b)), simplified(a)
    if z3.is_bv_value(count) and z3.is_app_of(a, z3.Z3_OP_BMUL) and a.num_args() == 2:
        by, value = count.as_long(), a.arg(1)
        if z3.is_bv_value(a.arg(0)) and a.arg(0).as_long() == 1 << by:
            return fitted(fitted(value, a.size() - by), a.size(), is_signed=is_signed)
    return a >> count if is_signed else z3.LShR(a, count)


def _count(b: Bits) -> Bits:
    return b & (b.size() - 1)


_ARITHMETIC: dict[str, Callable[[Bits, Bits], Bits]] = {
    "add": lambda a, b: a + b,
    "sub": division.difference,
    "mul": lambda a, b: a * b,
    "div": _divided,
    "sdiv": _divided_signed,
    "or": lambda a, b: a | b,
    "and": _masked,
    "lsh": _shifted,
    "rsh": lambda a, b: _shifted_back(a, b, is_signed=False),
    "neg": lambda a, b: -a,
    "mod": _rest,
    "smod": _rest_signed,
    "xor": lambda a, b: a ^ b,
    "mov": lambda a, b: b,
    "arsh": lambda a, b: _shifted_back(a, b, is_signed=True),
}


def swapped(name: str, width: int, value: Bits) -> Bits:
    """`isa.byte_swap`, on a word."""
    low = fitted(value, width)
    if name != "le" and width > 8:
        low = z3.Concat(*[z3.Extract(at + 7, at, low) for at in range(0, width, 8)])
    return simplified(fitted(low, WORD))


_COMPARISONS: dict[str, Callable[[Bits, Bits], Any]] = {
    "jeq": lambda a, b: a == b,
    "jne": lambda a, b: a != b,
    "jgt": z3.UGT,
    "jge": z3.UGE,
    "jlt": z3.ULT,
    "jle": z3.ULE,
    "jset": lambda a, b: a & b != 0,
    "jsgt": lambda a, b: a > b,
    "jsge": lambda a, b: a >= b,
    "jslt": lambda a, b: a < b,
    "jsle": lambda a, b: a <= b,
}


def compare(name: str, width: int, a: Bits, b: Bits) -> z3.BoolRef:
    """`isa.compare`, on words."""
    return _COMPARISONS[name](fitted(a, width), fitted(b, width))
