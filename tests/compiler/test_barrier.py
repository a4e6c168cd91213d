# SPDX-License-Identifier: Apache-2.0
"""`full_barrier()`: in bytecode, in machine code of every target, and in CPython."""

from __future__ import annotations

import re
import struct
from typing import Any

import pytest

from compiler.authoring import compiled
from engine.running import INTERPRETER, NATIVE, make_context, needs_kernel
from isa.clang import COMPILERS, compile_c
from lightexit.abi import StateMemory, Struct, barrier, full_barrier, u32
from lightexit.engine import interpreter
from lightexit.engine.api import Engine
from lightexit.engine.kernel import KernelEngine
from lightexit.engine.native.engine import compile_program
from lightexit.isa import Program, assemble, decode, read_elf
from lightexit.verifier import verify

RING = """
class Queue(Struct):
    tail: u32
    asleep: u32

def f(ctx: IoContext, s: Queue) -> Verdict:
    if not ctx.is_write:
        return Verdict.PASS
    s.tail = u32(ctx.data)
    full_barrier()
    if s.asleep == 1:
        ctx.signal(0)
    return Verdict.HANDLED
"""
RING_IN_C = """#include <lightexit.h>
struct queue { __u32 tail, asleep; };
LIGHTEXIT_STATE(struct queue, s);
LIGHTEXIT_FILTER(f, context)
{
    if (!context->is_write)
        return LIGHTEXIT_VERDICT_PASS;
    s.state.tail = context->data;
    lightexit_full_barrier();
    if (s.state.asleep == 1)
        context->doorbells |= 1;
    return LIGHTEXIT_VERDICT_HANDLED;
}
"""
#: The store of the tail, the barrier, and the load behind it.
IN_BYTECODE = re.compile(
    r"\*\(u32 \*\)\(r\d \+ \d+\) = r\d\n(?s:.*?)r\d = xchg_64\(r10 - 8, r\d\)\n"
    r"(?s:.*?)r\d = \*\(u32 \*\)\(r\d \+ \d+\)"
)
#: A barrier in machine code of each target: mfence, or a locked `or` on the stack; dmb; fence.
FENCES = {
    "x86_64-unknown-linux-gnu": re.compile(rb"\x0f\xae\xf0|\xf0\x83[\x0c\x4c]\x24"),
    "aarch64-unknown-linux-gnu": re.compile(re.escape(struct.pack("<I", 0xD5033BBF))),
    "riscv64-unknown-linux-gnu": re.compile(re.escape(struct.pack("<I", 0x0330000F))),
}


class Queue(Struct):
    tail: u32
    asleep: u32


@pytest.fixture(params=["python", *COMPILERS])
def program(request: pytest.FixtureRequest) -> Program:
    if request.param == "python":
        return compiled(RING)
    (program,) = read_elf(compile_c(RING_IN_C, request.param), value_offset=16, file="f.o")
    return program


def text(program: Program) -> str:
    return "\n".join(map(str, decode(program)))


def test_it_stands_between_the_store_and_the_load_in_bytecode(program: Program) -> None:
    assert IN_BYTECODE.search(text(program)), text(program)
    assert verify(program).accepted


@pytest.mark.parametrize("target", FENCES)
def test_it_is_a_fence_in_machine_code(target: str, program: Program) -> None:
    fences = FENCES[target].findall(compile_program(program, target).text)
    assert len(fences) == 1
    without = assemble(re.sub(r"r\d = xchg_64.*\n", "", ".map s 24\n" + _labelled(program)))
    assert not FENCES[target].findall(compile_program(without, target).text)


def _labelled(program: Program) -> str:
    """The program without jumps: what is looked for is in a straight line."""
    return re.sub(r"(?:if .* )?goto .*\n", "", text(program) + "\n")


@needs_kernel
def test_linux_takes_it(program: Program) -> None:
    assert KernelEngine().load(program)


@pytest.mark.parametrize("engine", [INTERPRETER, NATIVE], ids=["interpreter", "native"])
@pytest.mark.parametrize("asleep", [0, 1])
def test_what_stands_around_it_is_done(engine: Engine, asleep: int, program: Program) -> None:
    memory: StateMemory[Any] = StateMemory(Queue)
    memory.state.asleep = asleep
    context = make_context()
    context.is_write, context.data = True, 0x1_2345_6789
    assert engine.load(program).run(context, [memory]) == 1
    assert (memory.state.tail, context.doorbells) == (0x2345_6789, asleep)


def test_the_interpreter_has_one_too(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    monkeypatch.setattr(interpreter, "full_barrier", lambda: calls.append(1))
    context = make_context()
    context.is_write = True
    INTERPRETER.load(compiled(RING)).run(context, [StateMemory(Queue)])
    assert calls == [1]


@pytest.mark.parametrize("target", FENCES)
@pytest.mark.parametrize("fetch", [True, False])
@pytest.mark.parametrize("base", ["r10 - 8", "r2 + 16"])
def test_atomics_that_fetch_are_barriers(target: str, fetch: bool, base: str) -> None:
    """As in Linux; on AArch64 an atomic operation by itself would not be one, on x86 it is."""
    plain = f"lock *(u64 *)({base}) += r3"
    atomic = f"r3 = atomic_fetch_add((u64 *)({base}), r3)" if fetch else plain
    before = ".map s 24\nr2 = map_value(0) + 0\nr3 = 1\n*(u64 *)(r10 - 8) = r3\n"
    program = assemble(f"{before}{atomic}\nr0 = 0\nexit")
    code = compile_program(program, target).text
    is_locked = target.startswith("x86") and base.startswith("r2")
    assert len(FENCES[target].findall(code)) == (fetch and not is_locked)
    assert (b"\xf0" in code) >= is_locked  # the prefix lock


def test_cpython_asks_the_system() -> None:
    full_barrier()


@pytest.mark.parametrize("reason", ["another system", "another CPU", "refused"])
def test_without_membarrier_it_is_a_lock(reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if reason == "another system":
        monkeypatch.setattr("sys.platform", "darwin")
    elif reason == "another CPU":
        monkeypatch.setattr("platform.machine", lambda: "s390x")
    else:
        monkeypatch.setattr(barrier, "_GLOBAL_EXPEDITED", 1 << 30)
    monkeypatch.setattr(barrier, "_barrier", barrier._barrier.__wrapped__)
    found = barrier._barrier()
    assert found.__qualname__.startswith("_by_lock")
    full_barrier()
