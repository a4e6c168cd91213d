# SPDX-License-Identifier: Apache-2.0
"""What an instruction does to a state whose requirements hold.

`Transfer.step` changes the state it is given and returns where control goes, with a state for
each way. What a run of the instruction means for the report is told to `Findings`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lightexit.abi import IoContext
from lightexit.isa import (
    FRAME_POINTER,
    PSEUDO_MAP_IDX,
    PSEUDO_MAP_IDX_VALUE,
    Instruction,
    Kind,
    Program,
    compare,
)
from lightexit.verifier import scalar
from lightexit.verifier.cells import Cells
from lightexit.verifier.compare import OPPOSITE, assume
from lightexit.verifier.findings import Findings
from lightexit.verifier.helpers import HELPERS
from lightexit.verifier.state import STACK_SIZE, Frame, State
from lightexit.verifier.value import (
    ANY_NUMBER,
    ZERO,
    Number,
    Pointer,
    Region,
    RegionKind,
    Value,
    constant,
    frame_pointer,
)

#: Where control goes, and what holds there.
Ways = list[tuple[int, State]]

_NOW = IoContext.layout.field("now_ns")
_ACTIONS = IoContext.layout.field("doorbells")
_CALLER_SAVED = range(1, 6)


class Transfer:
    """Carries out instructions of one program on states."""

    def __init__(self, program: Program, findings: Findings, symbols: Iterator[int]) -> None:
        self.program = program
        self.findings = findings
        self.symbols = symbols

    def step(self, i: Instruction, state: State) -> Ways:
        """Where control goes from here, with the state there; nowhere at the end."""
        return _STEPS[i.op.kind](self, i, state)

    # Values

    def _operand(self, i: Instruction, state: State) -> Value:
        held = constant(i.imm) if i.op.uses_imm else state.registers[i.src]
        assert held is not None
        return held

    def _named(self, state: State, register: int) -> Value:
        """The register's value; a number that varies gets a symbol, so that copies stay linked."""
        held = state.registers[register]
        if isinstance(held, Number) and not held.symbol and not held.scalar.is_const:
            held = held._replace(symbol=next(self.symbols))
            state.registers[register] = held
        assert held is not None
        return held

    def _alu(self, i: Instruction, state: State) -> Ways:
        state.registers[i.dst] = self._alu_result(i, state)
        return [(i.next_slot, state)]

    def _alu_result(self, i: Instruction, state: State) -> Value:
        name, width = i.op.name, i.op.width
        if name == "mov":
            return self._moved(i, state)
        left = state.registers[i.dst]
        if name == "movsx":
            source = state.registers[i.src]
            assert isinstance(source, Number)
            return Number(scalar.sign_extend(source.scalar, i.op.source_width, width))
        if name == "neg":
            assert isinstance(left, Number)
            return Number(scalar.negate(left.scalar, width))
        assert left is not None
        return _arithmetic(name, width, left, self._operand(i, state))

    def _moved(self, i: Instruction, state: State) -> Value:
        if i.op.uses_imm:
            return constant(i.imm if i.op.width == 64 else i.imm & scalar.FULL32)
        source = state.registers[i.src]
        if i.op.width == 64 or (isinstance(source, Number) and source.scalar.umax >> 32 == 0):
            return self._named(state, i.src)
        assert isinstance(source, Number)
        return Number(scalar.low_half(source.scalar))

    def _end(self, i: Instruction, state: State) -> Ways:
        held = state.registers[i.dst]
        assert isinstance(held, Number)
        state.registers[i.dst] = Number(scalar.swap_bytes(i.op.name, i.op.width, held.scalar))
        return [(i.next_slot, state)]

    def _lddw(self, i: Instruction, state: State) -> Ways:
        if i.src == PSEUDO_MAP_IDX_VALUE:
            target = Region(RegionKind.STATE, i.imm)
            state.registers[i.dst] = Pointer(target, scalar.const(i.next_imm))
        elif i.src == PSEUDO_MAP_IDX:
            state.registers[i.dst] = Pointer(Region(RegionKind.HANDLE, i.imm), ZERO)
        else:
            state.registers[i.dst] = constant(i.imm64)
        return [(i.next_slot, state)]

    # Memory

    def _load(self, i: Instruction, state: State) -> Ways:
        p = state.registers[i.src]
        assert isinstance(p, Pointer)
        value = self._loaded(p, i.offset, i.op.width // 8, state)
        if i.op.name == "ldxsx" and isinstance(value, Number):
            value = Number(scalar.sign_extend(value.scalar, i.op.width, 64))
        state.registers[i.dst] = value
        return [(i.next_slot, state)]

    def _loaded(self, p: Pointer, offset: int, size: int, state: State) -> Value:
        known: Value | None = None
        if p.region.kind is RegionKind.CONTEXT:
            assert _NOW is not None
            if _NOW.offset < offset + size and offset < _NOW.offset + _NOW.size:
                self.findings.reads_clock = True
            known = state.context.load(offset, size)
        elif p.region.kind is RegionKind.STACK:
            start, length = self._stack_span(p, offset, size, state)
            if length == size:
                known = state.frames[p.region.number].stack.load(start, size)
        else:
            self.findings.read_maps.add(p.region.number)
        return known or Number(scalar.sized(8 * size))

    def _stack_span(self, p: Pointer, offset: int, size: int, state: State) -> tuple[int, int]:
        low, high = p.offset.wide.smin + offset, p.offset.wide.smax + offset
        self.findings.touch_stack(state.frames[p.region.number].entry, -low)
        return low + STACK_SIZE, high - low + size

    def _store(self, i: Instruction, state: State) -> Ways:
        p = state.registers[i.dst]
        assert isinstance(p, Pointer)
        value = self._operand(i, state)
        if not i.op.uses_imm and p.region.kind is not RegionKind.STATE:
            value = self._named(state, i.src)
        self._put(i, p, _fitted(value, i.op.width), state)
        return [(i.next_slot, state)]

    def _put(self, i: Instruction, p: Pointer, value: Value, state: State) -> None:
        size = i.op.width // 8
        if p.region.kind is RegionKind.CONTEXT:
            state.context = state.context.store(i.offset, size, value)
            assert _ACTIONS is not None
            if i.offset >= _ACTIONS.offset:
                self.findings.ask(i.slot, state)
        elif p.region.kind is RegionKind.STACK:
            start, length = self._stack_span(p, i.offset, size, state)
            stack = state.frames[p.region.number].stack
            exact = length == size
            changed = stack.store(start, size, value) if exact else stack.blur(start, length)
            state.set_stack(p.region.number, changed)
        else:
            self.findings.written_maps.setdefault(p.region.number, i.slot)
            if state.wrote < 0:
                state.wrote = i.slot

    def _atomic(self, i: Instruction, state: State) -> Ways:
        p = state.registers[i.dst]
        assert isinstance(p, Pointer)
        if p.region.kind is RegionKind.STATE:
            self.findings.read_maps.add(p.region.number)
        self._put(i, p, Number(scalar.sized(i.op.width)), state)
        if i.op.fetch:
            result = 0 if i.op.name == "cmpxchg" else i.src
            state.registers[result] = Number(scalar.sized(i.op.width))
        return [(i.next_slot, state)]

    # Control

    def _jump(self, i: Instruction, state: State) -> Ways:
        if i.op.name == "ja":
            return [(i.target, state)]
        left, right = state.registers[i.dst], self._operand(i, state)
        if isinstance(left, Number) and isinstance(right, Number):
            return self._branch(i, state, left, right)
        if isinstance(left, Pointer) and isinstance(right, Pointer):
            return [(i.next_slot, state.copy()), (i.target, state)]
        pointer = left if isinstance(left, Pointer) else right
        assert isinstance(pointer, Pointer)
        return _null_branch(i, state, pointer)

    def _branch(self, i: Instruction, state: State, left: Number, right: Number) -> Ways:
        name, width = i.op.name, i.op.width
        a, b = left.scalar, right.scalar
        if a.is_const and b.is_const:
            taken = compare(name, width, a.const, b.const)
            return [(i.target if taken else i.next_slot, state)]
        met = assume(name, width, a, b)
        unmet = assume(OPPOSITE[name], width, a, b)
        ways: Ways = []
        if unmet is not None:
            other = state.copy() if met is not None else state
            if _learn(i, other, unmet):
                ways.append((i.next_slot, other))
        if met is not None and _learn(i, state, met):
            ways.append((i.target, state))
        return ways

    def _call(self, i: Instruction, state: State) -> Ways:
        if i.op.name == "call":
            return self._helper(i, state)
        caller = state.frames[-1]
        self.findings.calls.add((caller.entry, i.target))
        saved = tuple(state.registers[6:FRAME_POINTER])
        state.frames += (Frame(i.target, Cells({}), i.next_slot, saved),)
        state.registers[6:FRAME_POINTER] = [None] * 4
        state.registers[0] = None
        state.registers[FRAME_POINTER] = frame_pointer(len(state.frames) - 1)
        return [(i.target, state)]

    def _helper(self, i: Instruction, state: State) -> Ways:
        helper = HELPERS[i.imm]
        handle = state.registers[1]
        self.findings.reads_clock |= helper.reads_clock
        state.registers[0] = ANY_NUMBER
        if helper.result == "value or null" and isinstance(handle, Pointer):
            value = Region(RegionKind.STATE, handle.region.number)
            state.registers[0] = Pointer(value, ZERO, next(self.symbols))
        for register in _CALLER_SAVED:
            state.registers[register] = None
        return [(i.next_slot, state)]

    def _exit(self, _i: Instruction, state: State) -> Ways:
        if len(state.frames) == 1:
            self.findings.answer(state)
            return []
        frame = state.frames[-1]
        state.frames = state.frames[:-1]
        state.registers[1:] = [
            *([None] * 5),
            *frame.saved,
            frame_pointer(len(state.frames) - 1),
        ]
        return [(frame.return_to, state)]


def _arithmetic(name: str, width: int, left: Value, right: Value) -> Value:
    if isinstance(left, Number) and isinstance(right, Number):
        result = scalar.binary(name, width, left.scalar, right.scalar)
        if left.symbol and width == 64 and right.scalar.is_const and name in ("add", "sub"):
            by = right.scalar.const if name == "add" else -right.scalar.const
            return Number(result, left.symbol, left.delta + by & scalar.FULL64)
        return Number(result)
    if isinstance(left, Pointer) and isinstance(right, Pointer):
        return Number(scalar.binary("sub", 64, left.offset, right.offset))
    if isinstance(left, Number):
        left, right = right, left
    assert isinstance(left, Pointer)
    assert isinstance(right, Number)
    return left._replace(offset=scalar.binary(name, 64, left.offset, right.scalar))


def _fitted(value: Value, width: int) -> Value:
    """What is left of a value stored in `width` bits."""
    if isinstance(value, Pointer) or value.scalar.umax >> width == 0:
        return value
    return Number(scalar.truncate(value.scalar, width))


def _learn(i: Instruction, state: State, known: tuple[scalar.Scalar, scalar.Scalar]) -> bool:
    if not state.learn(i.dst, known[0]):
        return False
    if i.op.uses_imm:
        return True
    source = state.registers[i.src]
    assert isinstance(source, Number)
    met = scalar.meet(source.scalar, known[1])
    return met is not None and state.learn(i.src, met)


def _null_branch(i: Instruction, state: State, pointer: Pointer) -> Ways:
    """A pointer against 0."""
    if_null = i.target if i.op.name == "jeq" else i.next_slot
    if_not = i.next_slot if i.op.name == "jeq" else i.target
    if not pointer.null:
        return [(if_not, state)]
    other = state.copy()
    other.learn_null(pointer.null, is_null=True)
    state.learn_null(pointer.null, is_null=False)
    return [(if_null, other), (if_not, state)]


_STEPS: dict[Kind, Callable[[Transfer, Instruction, State], Ways]] = {
    Kind.ALU: Transfer._alu,
    Kind.END: Transfer._end,
    Kind.LDDW: Transfer._lddw,
    Kind.LOAD: Transfer._load,
    Kind.STORE: Transfer._store,
    Kind.ATOMIC: Transfer._atomic,
    Kind.JUMP: Transfer._jump,
    Kind.CALL: Transfer._call,
    Kind.EXIT: Transfer._exit,
}
