# SPDX-License-Identifier: Apache-2.0
"""The interpreter: what a program means. Slow, every access checked, every step observable.

Numbers and addresses are kept apart: a register holds an unsigned number, a `MemoryPointer`, or
nothing. What would let a program see or make an address is a fault, as it is for the verifier.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

from lightexit.abi import IoContext, StateMemory, full_barrier
from lightexit.engine.memory import (
    BoundedRegion,
    Memory,
    MemoryFault,
    MemoryPointer,
    ReadOnly,
    StackFrame,
    Value,
    map_value,
)
from lightexit.engine.states import CONTEXT_SIZE, check_states, context_bytes
from lightexit.errors import AuthorError
from lightexit.isa import (
    FRAME_POINTER,
    MAX_FRAMES,
    PSEUDO_MAP_IDX_VALUE,
    SAVED,
    Instruction,
    Kind,
    alu,
    byte_swap,
    compare,
    decode,
    signed,
)
from lightexit.isa.program import Program

DEFAULT_BUDGET = 1_000_000
_SAVED = slice(SAVED.start, SAVED.stop)
_MASK = 2**64 - 1

#: Called before each instruction with its slot, the registers r0 to r10 and the memory.
Trace = Callable[[int, Sequence[Value | None], Memory], None]
_NATIVE_RUN = ctypes.CFUNCTYPE(ctypes.c_uint64, ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p))


class ExecutionError(AuthorError):
    """A program did what no program may, or ran for too long."""


class InterpreterEngine:
    """Runs any legal program, verified or not; `budget` is in instructions a run."""

    name, in_kernel = "interpreter", False

    def __init__(self, budget: int = DEFAULT_BUDGET, trace: Trace | None = None) -> None:
        self._budget = budget
        self._trace = trace

    def load(self, program: Program) -> InterpretedProgram:
        """Decode `program`. Raises AuthorError for illegal bytecode."""
        return InterpretedProgram(program, self._budget, self._trace)


class InterpretedProgram:
    """A program ready to be interpreted.

    `address` is a native entry into Python; where a run through it fails, it answers PASS and
    leaves the reason in `error`.
    """

    def __init__(self, program: Program, budget: int, trace: Trace | None) -> None:
        self._program = program
        self._code = {each.slot: each for each in decode(program)}
        self._budget = budget
        self._trace = trace
        self._entry = _NATIVE_RUN(self._run_native)
        self.address: int = ctypes.cast(self._entry, ctypes.c_void_p).value or 0
        self.error: Exception | None = None

    def run(self, context: IoContext, states: Sequence[StateMemory[Any]]) -> int:
        """Run it once and return r0. Takes no lock: its caller wraps the run.

        Raises ExecutionError where the program faults or exceeds its budget.
        """
        check_states(self._program, states)
        return self._run(context_bytes(context), [state.address for state in states])

    def _run_native(self, context: int, map_values: Any) -> int:
        try:
            count = len(self._program.maps)
            return self._run(_view(context, CONTEXT_SIZE), [map_values[i] for i in range(count)])
        except Exception as error:
            self.error = error
            return 0

    def _run(self, context: memoryview, addresses: Sequence[int]) -> int:
        maps = [
            map_value(each.name, _view(address, each.size))
            for each, address in zip(self._program.maps, addresses, strict=True)
        ]
        if self._program.rodata:
            maps.append(ReadOnly("rodata", memoryview(self._program.rodata)))
        memory = Memory(BoundedRegion("context", context), maps)
        return _Run(self._program, self._code, memory, self._trace).execute(self._budget)


def _view(address: int, size: int) -> memoryview:
    return memoryview((ctypes.c_ubyte * size).from_address(address)).cast("B")


class _Run:
    """One execution: registers, memory, and where each running function returns to."""

    def __init__(
        self,
        program: Program,
        code: dict[int, Instruction],
        memory: Memory,
        trace: Trace | None,
    ) -> None:
        self._program = program
        self._code = code
        self._memory = memory
        self._trace = trace
        self._registers: list[Value | None] = [None] * (FRAME_POINTER + 1)
        self._callers: list[tuple[int, list[Value | None]]] = []
        self._registers[1] = MemoryPointer(memory.context, 0)
        self._enter_frame()

    def execute(self, budget: int) -> int:
        """Run to the end and return r0."""
        slot: int | None = 0
        while slot is not None:
            instruction = self._code[slot]
            if budget == 0:
                raise self._error(instruction, "the instruction budget is used up")
            budget -= 1
            if self._trace is not None:
                self._trace(slot, tuple(self._registers), self._memory)
            try:
                slot = _HANDLERS[instruction.op.kind](self, instruction)
            except MemoryFault as fault:
                raise self._error(instruction, str(fault)) from None
        return self._number(0)

    def _error(self, i: Instruction, found: str) -> ExecutionError:
        place = f"{self._program.name}: instruction {i.slot}, `{i}`"
        return ExecutionError(f"{place}: {found}", where=self._program.where(i.slot))

    # Registers

    def _read(self, register: int) -> Value:
        value = self._registers[register]
        if value is None:
            raise MemoryFault(f"r{register} is read before it was written")
        return value

    def _number(self, register: int) -> int:
        value = self._read(register)
        if isinstance(value, MemoryPointer):
            raise MemoryFault(f"r{register} is the pointer {value}, where a number is needed")
        return value

    def _operand(self, i: Instruction) -> Value:
        return i.imm if i.op.uses_imm else self._read(i.src)

    def _address(self, register: int, offset: int) -> MemoryPointer:
        value = self._read(register)
        if not isinstance(value, MemoryPointer):
            raise MemoryFault(f"r{register} is the number {value:#x}, where a pointer is needed")
        return _moved(value, offset)

    # Instructions: each handler returns the slot to go on at, None at the end of the program.

    def _alu(self, i: Instruction) -> int:
        op = i.op
        dst = 0 if op.name in ("mov", "movsx") else self._read(i.dst)
        src = 0 if op.name == "neg" else self._operand(i)
        if isinstance(dst, MemoryPointer) or isinstance(src, MemoryPointer):
            self._registers[i.dst] = _pointer_alu(op.name, op.width, dst, src)
        else:
            self._registers[i.dst] = alu(op.name, op.width, dst, src, op.source_width)
        return i.next_slot

    def _end(self, i: Instruction) -> int:
        self._registers[i.dst] = byte_swap(i.op.name, i.op.width, self._number(i.dst))
        return i.next_slot

    def _lddw(self, i: Instruction) -> int:
        if i.src == 0:
            self._registers[i.dst] = i.imm64
        elif i.src != PSEUDO_MAP_IDX_VALUE:
            raise MemoryFault("only constants and states by map index can be loaded")
        elif not 0 <= i.imm < len(self._memory.maps):
            raise MemoryFault(f"the program has {len(self._memory.maps)} maps")
        else:
            self._registers[i.dst] = MemoryPointer(self._memory.maps[i.imm], i.next_imm)
        return i.next_slot

    def _load(self, i: Instruction) -> int:
        at = self._address(i.src, i.offset)
        value = at.region.load(at.offset, i.op.width // 8)
        if i.op.name == "ldxsx" and not isinstance(value, MemoryPointer):
            value = signed(value, i.op.width) & _MASK
        self._registers[i.dst] = value
        return i.next_slot

    def _store(self, i: Instruction) -> int:
        at = self._address(i.dst, i.offset)
        at.region.store(at.offset, i.op.width // 8, self._operand(i))
        return i.next_slot

    def _atomic(self, i: Instruction) -> int:
        op, size = i.op, i.op.width // 8
        at = self._address(i.dst, i.offset)
        if at.offset % size:
            raise MemoryFault(f"an atomic access at {at} is not aligned to {size} bytes")
        before = at.region.load(at.offset, size)
        if isinstance(before, MemoryPointer):
            raise MemoryFault(f"{at} holds the pointer {before}, where a number is needed")
        after = self._atomic_result(i, before)
        at.region.store(at.offset, size, after)
        if op.fetch:
            full_barrier()
            self._registers[0 if op.name == "cmpxchg" else i.src] = before
        return i.next_slot

    def _atomic_result(self, i: Instruction, before: int) -> int:
        source = self._number(i.src)
        if i.op.name == "xchg":
            return source
        if i.op.name == "cmpxchg":
            return source if compare("jeq", i.op.width, before, self._number(0)) else before
        return alu(i.op.name, i.op.width, before, source)

    def _jump(self, i: Instruction) -> int:
        if i.op.name == "ja":
            return i.target
        dst, src = self._read(i.dst), self._operand(i)
        if isinstance(dst, MemoryPointer) or isinstance(src, MemoryPointer):
            taken = _pointer_compare(i.op.name, i.op.width, dst, src)
        else:
            taken = compare(i.op.name, i.op.width, dst, src)
        return i.target if taken else i.next_slot

    def _call(self, i: Instruction) -> int:
        if i.op.name != "call_local":
            raise MemoryFault("only functions of the program itself can be called")
        if len(self._memory.frames) == MAX_FRAMES:
            raise MemoryFault(f"more than {MAX_FRAMES} functions would be running")
        self._callers.append((i.next_slot, self._registers[_SAVED]))
        self._registers[_SAVED] = [None] * len(SAVED)
        self._registers[0] = None
        self._enter_frame()
        return i.target

    def _exit(self, i: Instruction) -> int | None:
        if not self._callers:
            self._number(0)
            return None
        self._memory.frames.pop().release()
        slot, saved = self._callers.pop()
        self._registers[1:] = [None] * 5 + saved + [MemoryPointer(self._memory.frames[-1], 0)]
        return slot

    def _enter_frame(self) -> None:
        frame = StackFrame(len(self._memory.frames))
        self._memory.frames.append(frame)
        self._registers[FRAME_POINTER] = MemoryPointer(frame, 0)


_HANDLERS: dict[Kind, Callable[[_Run, Instruction], int | None]] = {
    Kind.ALU: _Run._alu,
    Kind.END: _Run._end,
    Kind.LDDW: _Run._lddw,
    Kind.LOAD: _Run._load,
    Kind.STORE: _Run._store,
    Kind.ATOMIC: _Run._atomic,
    Kind.JUMP: _Run._jump,
    Kind.CALL: _Run._call,
    Kind.EXIT: _Run._exit,
}


def _moved(pointer: MemoryPointer, distance: int) -> MemoryPointer:
    return MemoryPointer(pointer.region, signed(pointer.offset + distance, 64))


def _pointer_alu(name: str, width: int, dst: Value, src: Value) -> Value:
    """`+`, `-` and `=`: the arithmetic that gives a pointer, or a distance within a region."""
    if width == 64:
        if name == "mov":
            return src
        if (
            isinstance(dst, MemoryPointer)
            and not isinstance(src, MemoryPointer)
            and name in ("add", "sub")
        ):
            return _moved(dst, src if name == "add" else -src)
        if isinstance(src, MemoryPointer) and not isinstance(dst, MemoryPointer) and name == "add":
            return _moved(src, dst)
        if isinstance(dst, MemoryPointer) and isinstance(src, MemoryPointer) and name == "sub":
            return _distance(dst, src) & _MASK
    raise MemoryFault(f"{name} of {width} bits on a pointer ({dst} and {src})")


def _pointer_compare(name: str, width: int, dst: Value, src: Value) -> bool:
    """Pointers into one region compare by offset; no pointer is 0."""
    if width == 64:
        if name in ("jeq", "jne") and 0 in (dst, src):
            return name == "jne"
        if isinstance(dst, MemoryPointer) and isinstance(src, MemoryPointer) and name != "jset":
            # No region crosses the middle of the address space: any base there does.
            return compare(name, width, 2**62 + _distance(dst, src), 2**62)
    raise MemoryFault(f"{name} of {width} bits on a pointer ({dst} and {src})")


def _distance(a: MemoryPointer, b: MemoryPointer) -> int:
    if a.region is not b.region:
        raise MemoryFault(f"{a} and {b} are pointers into different memory")
    return a.offset - b.offset
