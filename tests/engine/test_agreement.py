# SPDX-License-Identifier: Apache-2.0
"""The law of agreement: same verdict, context and states in every engine."""

from __future__ import annotations

import contextlib
import re
from itertools import product
from random import Random

import pytest

from engine.running import ENGINES, INTERPRETER, NATIVE, assert_agreement, make_context
from lightexit.abi import IoContext
from lightexit.engine.api import Engine
from lightexit.engine.interpreter import ExecutionError, InterpreterEngine
from lightexit.errors import AuthorError
from lightexit.isa import ROWS, Kind, Op, assemble, build
from lightexit.isa.generate import RUNNABLE, random_program, runnable_program
from programs import Case, check, runnable

EDGES = (0, 5, 0x80, 2**31, 2**32 - 1, 2**63 - 1, 2**63, 2**64 - 1)
PAIRS = [make_context(a, b) for a, b in product(EDGES, EDGES)]
FEW_PAIRS = PAIRS[::5]
IMMEDIATES = (1, 2, 7, 31, -1, -3, 2**31 - 1, -(2**31))
PRELUDE = ".map results 144\nr6 = r1\nr7 = map_value(0) + 16\n"
LOADS = "r2 = *(u64 *)(r6 + 0)\nr3 = *(u64 *)(r6 + 16)\n"
EPILOGUE = "r0 = 1\nexit"


def rows(*kinds: Kind) -> list[object]:
    return [
        pytest.param(op, id=f"{op.name}{op.width}-{op.opcode:#x}-{op.fixed and op.fixed[1]}")
        for op in ROWS
        if op.kind in kinds and op.name not in ("ja", "callx")
    ]


def variants(op: Op) -> list[str]:
    """The instruction on r2 and r3, with several immediates where it takes one."""
    if op.kind is Kind.END or not op.uses_imm:
        fields = {name: number for name, number in (("dst", 2), ("src", 3)) if name in op.fields}
        return [_text(op, **fields)]
    shift = op.name in ("lsh", "rsh", "arsh")
    chosen = [imm % op.width if shift else imm for imm in IMMEDIATES]
    return [_text(op, dst=2, imm=imm) for imm in chosen]


def _text(op: Op, **fields: int) -> str:
    jump = {"offset": 1} if op.target_field else {}
    return re.sub(r"goto \w+", "goto +1", str(build(op, **fields, **jump)))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("op", rows(Kind.ALU, Kind.END))
def test_arithmetic(engine: Engine, op: Op) -> None:
    steps = (f"{LOADS}{text}\n*(u64 *)(r7 + {8 * i}) = r2\n" for i, text in enumerate(variants(op)))
    assert_agreement(engine, assemble(PRELUDE + "".join(steps) + EPILOGUE), PAIRS)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("op", rows(Kind.JUMP))
def test_conditions(engine: Engine, op: Op) -> None:
    steps = (f"{LOADS}{text}\n*(u8 *)(r7 + {i}) = 1\n" for i, text in enumerate(variants(op)))
    assert_agreement(engine, assemble(PRELUDE + "".join(steps) + EPILOGUE), PAIRS)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("base", ["r7", "r10"])
@pytest.mark.parametrize("op", rows(Kind.ATOMIC))
def test_atomics(engine: Engine, op: Op, base: str) -> None:
    offset = 0 if base == "r7" else -16
    text = str(build(op, dst=int(base[1:]), src=3, offset=offset))
    program = assemble(
        f"{PRELUDE}{LOADS}r0 = 5\n*(u64 *)({base} {offset:+d}) = r2\n{text}\n".replace("+-", "-")
        + f"r4 = *(u64 *)({base} {offset:+d})\n*(u64 *)(r7 + 8) = r4\n"
        + "*(u64 *)(r7 + 16) = r3\n*(u64 *)(r7 + 24) = r0\n"
        + EPILOGUE
    )
    assert_agreement(engine, program, FEW_PAIRS)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("op", rows(Kind.LOAD))
def test_loads(engine: Engine, op: Op) -> None:
    text = str(build(op, dst=4, src=10, offset=-16))
    program = assemble(
        f"{PRELUDE}{LOADS}*(u64 *)(r10 - 16) = r2\n{text}\n*(u64 *)(r7 + 0) = r4\n"
        f"*(u64 *)(r7 + 8) = r3\n{text.replace('r10 - 16', 'r7 + 8')}\n*(u64 *)(r7 + 16) = r4\n"
        f"{EPILOGUE}"
    )
    assert_agreement(engine, program, FEW_PAIRS)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("op", rows(Kind.STORE))
def test_stores(engine: Engine, op: Op) -> None:
    def store(base: int, offset: int) -> str:
        value = {"imm": -2} if op.uses_imm else {"src": 2}
        return str(build(op, dst=base, offset=offset, **value))

    program = assemble(
        f"{PRELUDE}{LOADS}*(u64 *)(r10 - 8) = r3\n{store(10, -8)}\n{store(7, 16)}\n"
        f"r4 = *(u64 *)(r10 - 8)\n*(u64 *)(r7 + 0) = r4\n{EPILOGUE}"
    )
    assert_agreement(engine, program, FEW_PAIRS)


HAND_WRITTEN = {
    "wide constant": "r0 = 0x123456789abcdef0 ll\n*(u64 *)(r1 + 8) = r0\nr0 >>= 32\nexit",
    "long jump": "r0 = *(u64 *)(r1 + 0)\nif r0 > 9 goto +2\nr0 = 2\ngotol +1\nr0 += 3\nexit",
    "loop": """
        r2 = *(u8 *)(r1 + 0)
        r0 = 0
        again:
        r0 += r2
        r0 *= 3
        r2 += -1
        if r2 s> 0 goto again
        exit""",
    "recursion of the stack": """
        r6 = *(u64 *)(r1 + 0)
        *(u64 *)(r10 - 8) = r6
        r7 = 77
        r1 = r6
        r2 = 1
        r3 = 2
        r4 = 3
        r5 = 4
        call pc outer
        r2 = *(u64 *)(r10 - 8)
        r0 += r2
        r0 += r6
        r0 += r7
        exit
        outer:
        r6 = r1
        r1 += 1
        r6 += r4
        *(u64 *)(r10 - 8) = r6
        call pc inner
        r1 = *(u64 *)(r10 - 8)
        r0 += r1
        exit
        inner:
        *(u64 *)(r10 - 8) = r1
        r0 = *(u32 *)(r10 - 4)
        r0 ^= r1
        exit""",
    "a pointer to the caller's stack": """
        r6 = *(u64 *)(r1 + 16)
        *(u64 *)(r10 - 24) = r6
        r1 = r10
        r1 += -24
        call pc change
        r0 = *(u64 *)(r10 - 24)
        exit
        change:
        r2 = *(u64 *)(r1 + 0)
        r2 *= r2
        *(u64 *)(r1 + 0) = r2
        r0 = 0
        exit""",
    "pointers kept on the stack": """
        *(u64 *)(r10 - 8) = r1
        r2 = r10
        *(u64 *)(r10 - 16) = r2
        r3 = *(u64 *)(r10 - 16)
        r4 = *(u64 *)(r3 - 8)
        r0 = *(u16 *)(r4 + 0)
        *(u64 *)(r4 + 8) = r0
        exit""",
    "computed stack address": """
        *(u64 *)(r10 - 16) = 11
        *(u64 *)(r10 - 8) = 22
        r2 = *(u64 *)(r1 + 0)
        r2 &= 8
        r3 = r10
        r3 += -16
        r3 += r2
        r0 = *(u64 *)(r3 + 0)
        *(u64 *)(r3 + 0) = r2
        r4 = *(u64 *)(r10 - 16)
        r0 += r4
        exit""",
    "two states": """
        .map one 32
        .map two 24
        r2 = map_value(0) + 24
        r3 = map_value(1) + 16
        r4 = *(u64 *)(r1 + 0)
        *(u64 *)(r2 + 0) = r4
        r4 = *(u64 *)(r2 - 8)
        r4 += 3
        *(u64 *)(r3 + 0) = r4
        r0 = 1
        exit""",
    "unaligned": """
        *(u64 *)(r10 - 8) = 0
        r2 = *(u64 *)(r1 + 0)
        *(u8 *)(r10 - 7) = r2
        r0 = *(u8 *)(r10 - 7)
        exit""",
    "functions that share code": """
        call pc one
        r6 = r0
        call pc two
        r0 += r6
        exit
        one:
        r0 = 1
        goto common
        two:
        r0 = 2
        common:
        r0 <<= 4
        exit""",
}
NOT_FOR_THE_KERNEL = {
    "functions that share code": "a jump out of its function",
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", HAND_WRITTEN)
def test_hand_written(engine: Engine, name: str) -> None:
    if engine.name == "kernel" and name in NOT_FOR_THE_KERNEL:
        pytest.skip(f"the kernel's verifier refuses {NOT_FOR_THE_KERNEL[name]}")
    assert_agreement(engine, assemble(HAND_WRITTEN[name]), FEW_PAIRS, [bytes(range(16))])


#: The kernel's verifier takes no instructions that cannot be reached.
WITHOUT_DEAD_CODE = [op for op in RUNNABLE if op.name != "ja"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("seed", range(60))
def test_random_programs(engine: Engine, seed: int) -> None:
    random = Random(seed)
    program = runnable_program(
        random, random.randrange(5, 80), WITHOUT_DEAD_CODE, context_size=IoContext.layout.size
    )
    contexts = [IoContext.view(bytearray(random.randbytes(64))) for _ in range(5)]
    assert_agreement(engine, program, contexts)


@pytest.mark.parametrize("engine", [pytest.param(INTERPRETER, id="interpreter"), *ENGINES])
@pytest.mark.parametrize("case", runnable(), ids=lambda case: case.name)
def test_corpus(engine: Engine, case: Case) -> None:
    check(case, engine)


@pytest.mark.parametrize("seed", range(40))
def test_any_legal_program_runs_or_is_refused(seed: int) -> None:
    program = random_program(Random(seed), length=30)
    interpreter = InterpreterEngine(budget=1000).load(program)
    with pytest.raises(ExecutionError):  # no random program does nothing wrong in 30 steps
        interpreter.run(make_context(), [])
    with contextlib.suppress(AuthorError):
        assert NATIVE.load(program).address
