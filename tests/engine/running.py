# SPDX-License-Identifier: Apache-2.0
"""A run as a value: what went in, what came out, in any engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from lightexit.abi import STATE_OFFSET, Array, IoContext, StateMemory, Struct, array, u8
from lightexit.cache import Cache
from lightexit.engine.api import Engine, Loaded
from lightexit.engine.interpreter import InterpreterEngine
from lightexit.engine.kernel import KernelEngine, available
from lightexit.engine.native import NativeEngine
from lightexit.isa import Program

INTERPRETER = InterpreterEngine()
CACHE = TemporaryDirectory(prefix="lightexit-")
NATIVE = NativeEngine(Cache(Path(CACHE.name)))
NO_KERNEL = available()
needs_kernel = pytest.mark.skipif(NO_KERNEL is not None, reason=str(NO_KERNEL))

#: Every engine but the one that defines what is right.
ENGINES = [
    pytest.param(NATIVE, id="native"),
    # Without masks it takes all that its verifier can prove.
    pytest.param(KernelEngine(masked=False), id="kernel", marks=needs_kernel),
]


@dataclass(frozen=True)
class Outcome:
    """What a run leaves behind; `verdict` is the low half of r0, all that the kernel tells."""

    verdict: int
    context: bytes
    states: tuple[bytes, ...]


@cache
def raw_state(size: int) -> type[Struct]:
    """A state of `size` plain bytes."""
    body = {"__annotations__": {"data": Array[u8]}, "data": array(u8, size)}
    return type(f"Raw{size}", (Struct,), body)


def make_context(first: int = 0, second: int = 0) -> IoContext:
    """A context with two numbers in it, at 0 and 16."""
    context = IoContext()
    context.offset, context.now_ns = first, second
    return context


def run(
    loaded: Loaded, program: Program, context: IoContext, states: Sequence[bytes] = ()
) -> Outcome:
    """Run on copies of the context and of the states' bytes (zeros where there are none)."""
    own = IoContext.view(bytearray(bytes(context)))
    memories: list[StateMemory[Any]] = []
    for number, each in enumerate(program.maps):
        memory = StateMemory(raw_state(each.size - STATE_OFFSET))
        if number < len(states):
            memory.state.buffer[: len(states[number])] = states[number]
        memories.append(memory)
    verdict = loaded.run(own, memories) & 0xFFFFFFFF
    return Outcome(verdict, bytes(own), tuple(bytes(memory.state) for memory in memories))


def assert_agreement(
    engine: Engine, program: Program, contexts: Sequence[IoContext], states: Sequence[bytes] = ()
) -> None:
    """The engine does what the interpreter does, from each of the contexts."""
    definition, loaded = INTERPRETER.load(program), engine.load(program)
    for context in contexts:
        expected = run(definition, program, context, states)
        assert run(loaded, program, context, states) == expected, f"{program}, {context}"
