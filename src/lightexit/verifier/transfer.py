# SPDX-License-Identifier: Apache-2.0
"""What an instruction does to a state whose requirements hold.

`Transfer.step` changes the state it is given and returns where control goes, with a state for
each way. What a run of the instruction means for the report is told to `Findings`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lightexit.abi import IoContext
from lightexit.isa import (
    ARGUMENTS,
    FRAME_POINTER,
    PSEUDO_MAP_IDX,
    PSEUDO_MAP_IDX_VALUE,
    STACK_SIZE,
    STACK_UNIT,
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
from lightexit.verifier.requirements import RequirementError
from lightexit.verifier.state import Frame, State
from lightexit.verifier.value import (
    ANY_NUMBER,
    RODATA,
    ZERO,
    AbstractRegion,
    Number,
    Pointer,
    RegionKind,
    Value,
    constant,
    frame_pointer,
)

#: Where control goes, and what holds there.
Ways = list[tuple[int, State]]
#: Changes the state it is given. None: on to the next instruction.
Step = Callable[["Transfer", Instruction, State], Ways | None]

_NOW = IoContext.layout.field("now_ns")
_ACTIONS = IoContext.layout.field("doorbells")


class Transfer:
    """Carries out instructions of one program on states."""

    def __init__(self, program: Program, findings: Findings, symbols: Iterator[int]) -> None:
        self.program = program
        self.findings = findings
        self.symbols = symbols

    # Values

    def _operand(self, i: Instruction, state: State) -> Value:
        held = constant(i.imm) if i.op.uses_imm else state.registers[i.src]
        assert held is not None
        return held

    def named(self, state: State, register: int) -> Value:
        """The register's value; a number that varies gets a symbol, so that copies stay linked."""
        held = state.registers[register]
        if isinstance(held, Number) and not held.symbol and not held.scalar.is_const:
            held = held._replace(symbol=next(self.symbols))
            state.registers[register] = held
        assert held is not None
        return held

    def _unary(self, i: Instruction, state: State) -> None:
        registers, name, width = state.registers, i.op.name, i.op.width
        source = registers[i.dst if name == "neg" else i.src]
        assert isinstance(source, Number)
        if name == "neg":
            registers[i.dst] = Number(scalar.negate(source.scalar, width))
        else:
            known = scalar.sign_extend(source.scalar, i.op.source_width, width)
            registers[i.dst] = Number(known)

    def _end(self, i: Instruction, state: State) -> None:
        held = state.registers[i.dst]
        assert isinstance(held, Number)
        state.registers[i.dst] = Number(scalar.swap_bytes(i.op.name, i.op.width, held.scalar))

    def _lddw(self, i: Instruction, state: State) -> None:
        if i.src == PSEUDO_MAP_IDX_VALUE:
            target = AbstractRegion(RegionKind.STATE, i.imm)
            if self.program.is_rodata(i.imm):
                target = RODATA
            state.registers[i.dst] = Pointer(target, scalar.const(i.next_imm))
        elif i.src == PSEUDO_MAP_IDX:
            state.registers[i.dst] = Pointer(AbstractRegion(RegionKind.HANDLE, i.imm), ZERO)
        else:
            state.registers[i.dst] = constant(i.imm64)

    # Memory

    def _load(self, i: Instruction, state: State) -> None:
        p = state.registers[i.src]
        assert isinstance(p, Pointer)
        value = self.loaded(p, i.offset, i.op.width // 8, state)
        if i.op.name == "ldxsx" and isinstance(value, Number):
            value = Number(scalar.sign_extend(value.scalar, i.op.width, 64))
        state.registers[i.dst] = value

    def loaded(self, p: Pointer, offset: int, size: int, state: State) -> Value:
        """What `size` bytes at the address hold."""
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
        elif p.region.kind is RegionKind.RODATA:
            known = self._constant(p, offset, size)
        else:
            self.findings.read_maps.add(p.region.number)
        return known or Number(scalar.sized(8 * size))

    def _constant(self, p: Pointer, offset: int, size: int) -> Number | None:
        """What read-only data holds, where it is clear which bytes of it are read."""
        if not p.offset.is_const:
            return None
        start = p.offset.const + offset & scalar.FULL64
        return constant(int.from_bytes(self.program.rodata[start : start + size], "little"))

    def _stack_span(self, p: Pointer, offset: int, size: int, state: State) -> tuple[int, int]:
        low, high = p.offset.wide.smin + offset, p.offset.wide.smax + offset
        if self.findings.touch_stack(state.frames[p.region.number].entry, -low):
            # The sum is looked at again in the end, over all chains of calls; but what is kept in
            # so much stack must not be paid for.
            used = self.findings.stack_of([frame.entry for frame in state.frames])
            if used > STACK_SIZE:
                raise too_deep(used)
        return low + STACK_SIZE, high - low + size

    def _store(self, i: Instruction, state: State) -> None:
        p = state.registers[i.dst]
        assert isinstance(p, Pointer)
        value = self._operand(i, state)
        if not i.op.uses_imm and p.region.kind is not RegionKind.STATE:
            value = self.named(state, i.src)
        self._put(i, p, _fitted(value, i.op.width), state)

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

    def _atomic(self, i: Instruction, state: State) -> None:
        p = state.registers[i.dst]
        assert isinstance(p, Pointer)
        before = self.loaded(p, i.offset, i.op.width // 8, state)
        assert isinstance(before, Number)
        self._put(i, p, self._stored(i, before, state), state)
        if i.op.fetch:
            result = 0 if i.op.name == "cmpxchg" else i.src
            state.registers[result] = before

    def _stored(self, i: Instruction, before: Number, state: State) -> Number:
        """What an atomic operation leaves in memory that held `before`."""
        operand, width = state.registers[i.src], i.op.width
        assert isinstance(operand, Number)
        new = scalar.truncate(operand.scalar, width)
        if i.op.name == "cmpxchg":
            return Number(scalar.join(before.scalar, new))
        if i.op.name == "xchg":
            return Number(new)
        return Number(scalar.binary(i.op.name, width, before.scalar, new))

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
        met, unmet = assume(name, width, a, b), assume(OPPOSITE[name], width, a, b)
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
            value = AbstractRegion(RegionKind.STATE, handle.region.number)
            state.registers[0] = Pointer(value, ZERO, null=next(self.symbols))
        for register in ARGUMENTS:
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


def _move(i: Instruction) -> Step:
    dst, src, wide = i.dst, i.src, i.op.width == 64
    if i.op.uses_imm:
        known = constant(i.imm if wide else i.imm & scalar.FULL32)

        def set_constant(_transfer: Transfer, _i: Instruction, state: State) -> None:
            state.registers[dst] = known

        return set_constant

    def copy(transfer: Transfer, _i: Instruction, state: State) -> None:
        source = state.registers[src]
        if wide or (isinstance(source, Number) and source.scalar.wide.umax >> 32 == 0):
            state.registers[dst] = transfer.named(state, src)
        else:
            assert isinstance(source, Number)
            state.registers[dst] = Number(scalar.low_half(source.scalar))

    return copy


def _load(i: Instruction) -> Step:
    """The most frequent loads at once: a whole field of the context, and from a state."""
    dst, src, offset, size = i.dst, i.src, i.offset, i.op.width // 8
    assert _NOW is not None
    clock = _NOW.offset < offset + size and offset < _NOW.offset + _NOW.size
    anything = Number(scalar.sized(8 * size))

    def step(transfer: Transfer, _i: Instruction, state: State) -> None:
        p = state.registers[src]
        assert isinstance(p, Pointer)
        kind = p.region.kind
        if kind is RegionKind.STATE:
            transfer.findings.read_maps.add(p.region.number)
            state.registers[dst] = anything
            return
        if kind is RegionKind.CONTEXT and not clock:
            cell = state.context.items.get(offset)
            if cell is not None and cell[0] == size:
                state.registers[dst] = cell[1]
                return
        state.registers[dst] = transfer.loaded(p, offset, size, state)

    return step


def _sum(i: Instruction) -> Step:
    """Of two operands, any but a move."""
    name, width, dst, src = i.op.name, i.op.width, i.dst, i.src
    known = constant(i.imm) if i.op.uses_imm else None

    def step(_transfer: Transfer, _i: Instruction, state: State) -> None:
        registers = state.registers
        left, right = registers[dst], known or registers[src]
        assert left is not None
        assert right is not None
        registers[dst] = _arithmetic(name, width, left, right)

    return step


def too_deep(used: int) -> RequirementError:
    """The refusal of a chain of calls that uses so much stack."""
    return RequirementError(
        f"the functions of one call chain use {used} bytes of stack",
        f"at most {STACK_SIZE} bytes together, each function's rounded up to {STACK_UNIT}",
    )


def _arithmetic(name: str, width: int, left: Value, right: Value) -> Value:
    if isinstance(left, Number) and isinstance(right, Number):
        result = scalar.binary(name, width, left.scalar, right.scalar)
        if left.symbol and right.scalar.is_const and name in ("add", "sub"):
            by = _distance(name, width, left.scalar, right.scalar)
            if by is not None:
                return Number(result, left.symbol, left.delta + by & scalar.FULL64)
        return Number(result)
    if isinstance(left, Pointer) and isinstance(right, Pointer):
        return Number(scalar.binary("sub", 64, left.offset, right.offset))
    if isinstance(left, Number):
        left, right = right, left
    assert isinstance(left, Pointer)
    assert isinstance(right, Number)
    offset = scalar.binary(name, 64, left.offset, right.scalar)
    if not left.symbol:
        return left._replace(offset=offset)
    by = _distance(name, 64, left.offset, right.scalar) if right.scalar.is_const else None
    if by is None:
        return left._replace(offset=offset, symbol=0, delta=0)
    return left._replace(offset=offset, delta=left.delta + by & scalar.FULL64)


def _distance(name: str, width: int, left: scalar.Scalar, right: scalar.Scalar) -> int | None:
    """What is added to the 64-bit number; None if a 32-bit sum may wrap."""
    if width == 64:
        return right.const if name == "add" else -right.const
    by = right.low.smin if name == "add" else -right.low.smin
    fits = left.umax <= scalar.FULL32 and left.umin + by >= 0 and left.umax + by <= scalar.FULL32
    return by if fits else None


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


def step_of(i: Instruction) -> Step:
    """What carries out instructions that are alike but for their slots: where control goes, with
    the state there; nowhere at the end."""
    if i.op.kind is Kind.ALU:
        if i.op.name == "mov":
            return _move(i)
        if i.op.name not in ("movsx", "neg"):
            return _sum(i)
    if i.op.kind is Kind.LOAD and i.op.name != "ldxsx":
        return _load(i)
    return _STEPS[i.op.kind]


_STEPS: dict[Kind, Callable[[Transfer, Instruction, State], Ways | None]] = {
    Kind.ALU: Transfer._unary,
    Kind.END: Transfer._end,
    Kind.LDDW: Transfer._lddw,
    Kind.LOAD: Transfer._load,
    Kind.STORE: Transfer._store,
    Kind.ATOMIC: Transfer._atomic,
    Kind.JUMP: Transfer._jump,
    Kind.CALL: Transfer._call,
    Kind.EXIT: Transfer._exit,
}
