# SPDX-License-Identifier: Apache-2.0
"""The interpreter: what it refuses and in which words, what a trace sees, its native entry."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

import pytest

from engine.running import INTERPRETER, make_context, raw_state
from lightexit.abi import IoContext, StateMemory
from lightexit.engine.interpreter import ExecutionError, InterpreterEngine
from lightexit.engine.memory import Memory, MemoryPointer, Value
from lightexit.errors import AuthorError
from lightexit.isa import Program, assemble

FAULTS = {
    "empty register": ("r0 = r7\nexit", "r7 is read before it was written"),
    "empty verdict": ("exit", "r0 is read before it was written"),
    "number as address": ("r0 = 16\nr0 = *(u64 *)(r0 + 0)\nexit", "r0 is the number 0x10"),
    "before the context": ("r0 = *(u8 *)(r1 - 1)\nexit", "1 bytes at context-1 are outside"),
    "behind the context": (
        "r0 = *(u32 *)(r1 + 61)\nexit",
        "4 bytes at context+61 are outside its bytes 0 to 63",
    ),
    "header of a state": (
        ".map s 24\nr2 = map_value(0) + 8\nr0 = *(u64 *)(r2 + 0)\nexit",
        "8 bytes at s+8 are outside its bytes 16 to 23",
    ),
    "behind a state": (
        ".map s 24\nr2 = map_value(0) + 16\n*(u64 *)(r2 + 8) = 0\nexit",
        "8 bytes at s+24 are outside",
    ),
    "no such state": (".map s 24\nr2 = map_value(1) + 0\nexit", "the program has 1 maps"),
    "above the stack": ("*(u64 *)(r10 - 4) = 0\nexit", "8 bytes at stack0-4 are outside"),
    "below the stack": ("*(u8 *)(r10 - 513) = 0\nexit", "1 bytes at stack0-513 are outside"),
    "unwritten stack": (
        "*(u8 *)(r10 - 8) = 0\nr0 = *(u16 *)(r10 - 8)\nexit",
        "2 bytes at stack0-8 were never written",
    ),
    "stack of a function that returned": (
        "call pc f\nr0 = *(u64 *)(r0 - 8)\nexit\nf:\n*(u64 *)(r10 - 8) = 1\nr0 = r10\nexit",
        "8 bytes at stack1-8 are outside",
    ),
    "register after a call": (
        "r0 = 0\ncall pc f\nr0 = r1\nexit\nf:\nr0 = 0\nexit",
        "r1 is read before",
    ),
    "callee's r6": (
        "r6 = 0\ncall pc f\nexit\nf:\nr0 = r6\nexit",
        "r6 is read before it was written",
    ),
    "endless recursion": ("f:\ncall pc f\nexit", "more than 8 functions would be running"),
    "pointer in a state": (
        ".map s 24\nr2 = map_value(0) + 16\n*(u64 *)(r2 + 0) = r1\nexit",
        "the pointer context+0 would be stored into s",
    ),
    "part of a pointer": (
        "*(u64 *)(r10 - 8) = r1\nr0 = *(u32 *)(r10 - 8)\nexit",
        "4 bytes at stack0-8 are part of a pointer",
    ),
    "half a pointer": ("*(u32 *)(r10 - 8) = r1\nexit", "only 4 bytes of the pointer context+0"),
    "broken pointer": (
        "*(u64 *)(r10 - 8) = r1\n*(u8 *)(r10 - 4) = 0\nr0 = *(u64 *)(r10 - 8)\nexit",
        "8 bytes at stack0-8 were never written",
    ),
    "pointer as verdict": ("r0 = r1\nexit", "r0 is the pointer context+0"),
    "product of a pointer": ("r1 *= 2\nexit", "mul of 64 bits on a pointer"),
    "half of a pointer": ("w0 = w1\nexit", "mov of 32 bits on a pointer"),
    "pointers into different memory": (
        "r1 -= r10\nexit",
        "context+0 and stack0+0 are pointers into different memory",
    ),
    "pointer against number": ("if r1 > 5 goto +0\nexit", "jgt of 64 bits on a pointer"),
    "swapped pointer": ("r1 = bswap64 r1\nexit", "r1 is the pointer context+0"),
    "misaligned atomic": (
        "r2 = 0\n*(u64 *)(r10 - 16) = r2\n*(u64 *)(r10 - 8) = r2\n"
        "lock *(u64 *)(r10 - 12) += r2\nexit",
        "an atomic access at stack0-12 is not aligned to 8 bytes",
    ),
    "atomic on a pointer": (
        "r2 = 0\n*(u64 *)(r10 - 8) = r1\nlock *(u64 *)(r10 - 8) += r2\nexit",
        "stack0-8 holds the pointer context+0",
    ),
    "helper": ("call 5\nexit", "only functions of the program itself can be called"),
    "map by descriptor": ("r1 = map_by_fd(3)\nexit", "only constants and states by map index"),
    "endless loop": ("r0 = 0\ngoto -2", "the instruction budget is used up"),
}


def run(program: Program, context: IoContext | None = None) -> int:
    states = [StateMemory(raw_state(each.size - 16)) for each in program.maps]
    return INTERPRETER.load(program).run(context or make_context(), states)


@pytest.mark.parametrize("name", FAULTS)
def test_faults(name: str) -> None:
    text, message = FAULTS[name]
    with pytest.raises(ExecutionError) as caught:
        run(assemble(text))
    assert message in caught.value.found
    assert caught.value.where is not None


def test_a_fault_names_instruction_and_line() -> None:
    with pytest.raises(ExecutionError) as caught:
        run(assemble("r0 = 1\n    r2 = *(u64 *)(r0 + 8)   # no pointer\nexit", "bad.s"))
    assert str(caught.value) == (
        "bad.s:2:5: bad: instruction 1, `r2 = *(u64 *)(r0 + 8)`: "
        "r0 is the number 0x1, where a pointer is needed\n"
        "    r2 = *(u64 *)(r0 + 8)   # no pointer\n"
        "    ^^^^^^^^^^^^^^^^^^^^^"
    )


POINTER_PROGRAMS = {
    "distance": ("r2 = r1\nr2 += 40\nr2 -= r1\nr0 = r2\nexit", 40),
    "negative distance": ("r2 = r1\nr2 += -8\nr2 -= r1\nr0 = r2\nexit", 2**64 - 8),
    "number plus pointer": ("r2 = 8\nr2 += r1\nr2 -= r1\nr0 = r2\nexit", 8),
    "below": ("r0 = 1\nr2 = r10\nr2 += -8\nif r2 < r10 goto +1\nr0 = 0\nexit", 1),
    "signed below": ("r0 = 1\nr2 = r10\nr2 += -8\nif r2 s< r10 goto +1\nr0 = 0\nexit", 1),
    "equal": ("r0 = 1\nr2 = r1\nif r2 == r1 goto +1\nr0 = 0\nexit", 1),
    "never null": ("r0 = 1\nif r1 != 0 goto +1\nr0 = 0\nexit", 1),
    "never equal to null": ("r0 = 1\nif r1 == 0 goto +1\nr0 = 0\nexit", 0),
}


@pytest.mark.parametrize("name", POINTER_PROGRAMS)
def test_pointer_arithmetic(name: str) -> None:
    text, expected = POINTER_PROGRAMS[name]
    assert run(assemble(text)) == expected


def test_budget_counts_instructions() -> None:
    program = assemble("r0 = 0\nr0 += 1\nexit")
    assert InterpreterEngine(budget=3).load(program).run(make_context(), []) == 1
    with pytest.raises(ExecutionError, match="instruction 2, `exit`: the instruction budget"):
        InterpreterEngine(budget=2).load(program).run(make_context(), [])


def test_trace_sees_every_state() -> None:
    steps: list[tuple[int, Value | None, Value | None]] = []

    def trace(slot: int, registers: Sequence[Value | None], memory: Memory) -> None:
        steps.append((slot, registers[0], registers[2]))
        assert registers[10] == MemoryPointer(memory.frames[-1], 0)

    program = assemble("r2 = 7 ll\nr0 = r2\nr2 = r1\nexit")
    InterpreterEngine(trace=trace).load(program).run(make_context(), [])
    slots = [slot for slot, _, _ in steps]
    assert slots == [0, 2, 3, 4]
    assert [r0 for _, r0, _ in steps] == [None, None, 7, 7]
    assert isinstance(steps[-1][2], MemoryPointer)
    assert str(steps[-1][2]) == "context+0"


def test_states_must_fit() -> None:
    program = assemble(".map big 5000\nr0 = 0\nexit")
    loaded = INTERPRETER.load(program)
    with pytest.raises(AuthorError, match="was given 0 states") as missing:
        loaded.run(make_context(), [])
    assert missing.value.expected == "1: big"
    with pytest.raises(AuthorError, match="was given a Raw8 of 24 bytes for its map big"):
        loaded.run(make_context(), [StateMemory(raw_state(8))])


NATIVE_RUN = ctypes.CFUNCTYPE(ctypes.c_uint64, ctypes.c_void_p, ctypes.c_void_p)


def call(address: int, states: Sequence[StateMemory[object]]) -> int:  # type: ignore[type-var]
    values = (ctypes.c_void_p * 2)(*(each.address for each in states))
    context = ctypes.create_string_buffer(64)
    return int(NATIVE_RUN(address)(ctypes.addressof(context), ctypes.addressof(values)))


def test_native_entry_reaches_states() -> None:
    text = ".map s 24\nr2 = map_value(0) + 16\n*(u64 *)(r2 + 0) = 5\nr0 = 1\nexit"
    loaded = INTERPRETER.load(assemble(text))
    memory = StateMemory(raw_state(8))
    assert call(loaded.address, [memory]) == 1  # type: ignore[list-item]
    assert memory.state.data[0] == 5  # type: ignore[attr-defined]
    assert loaded.error is None


def test_native_entry_passes_on_a_fault_and_remembers_it() -> None:
    loaded = INTERPRETER.load(assemble("r0 = 1\nr2 = *(u64 *)(r0 + 0)\nexit"))
    assert call(loaded.address, []) == 0
    assert isinstance(loaded.error, ExecutionError)
