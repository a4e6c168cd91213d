# SPDX-License-Identifier: Apache-2.0
"""The code made for AArch64 hosts, run on an emulated one: it agrees with the interpreter."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
import unicorn
from unicorn.arm64_const import (
    UC_ARM64_REG_LR,
    UC_ARM64_REG_SP,
    UC_ARM64_REG_X0,
    UC_ARM64_REG_X1,
    UC_ARM64_REG_X18,
)

from engine.running import assert_agreement
from lightexit.abi import IoContext, StateMemory
from lightexit.engine.native.engine import compile_program
from lightexit.engine.native.image import Image
from lightexit.isa import Program
from lightexit.isa.generate import runnable_program
from programs import Case, check, runnable

#: Its types are not declared.
UC: Any = unicorn.Uc  # type: ignore[attr-defined]
TRIPLE = "aarch64-unknown-linux-gnu"
CODE, CONTEXT, VALUES, STATES, STACK, END = (n << 20 for n in range(1, 7))
SIZE = 1 << 20
STATE_SIZE = 0x1000
RESERVED = 0x1818181818181818


class EmulatedEngine:
    """Runs programs as AArch64 code in Unicorn."""

    name, in_kernel = "aarch64", False

    def load(self, program: Program) -> EmulatedProgram:
        return EmulatedProgram(compile_program(program, TRIPLE))


class EmulatedProgram:
    address = 0

    def __init__(self, image: Image) -> None:
        self._start = CODE + image.symbols["run"]
        self._cpu = UC(unicorn.UC_ARCH_ARM64, unicorn.UC_MODE_ARM)
        for base in (CODE, CONTEXT, VALUES, STATES, STACK, END):
            self._cpu.mem_map(base, SIZE)
        self._cpu.mem_write(CODE, image.text)

    def run(self, context: IoContext, states: Sequence[StateMemory[Any]]) -> int:
        cpu = self._cpu
        cpu.mem_write(CONTEXT, bytes(context))
        for number, each in enumerate(states):
            where = STATES + number * STATE_SIZE
            cpu.mem_write(VALUES + 8 * number, where.to_bytes(8, "little"))
            cpu.mem_write(where, bytes(each.header) + bytes(each.state))
        cpu.reg_write(UC_ARM64_REG_X0, CONTEXT)
        cpu.reg_write(UC_ARM64_REG_X1, VALUES)
        cpu.reg_write(UC_ARM64_REG_X18, RESERVED)
        cpu.reg_write(UC_ARM64_REG_SP, STACK + SIZE)
        cpu.reg_write(UC_ARM64_REG_LR, END)
        cpu.emu_start(self._start, END)
        assert cpu.reg_read(UC_ARM64_REG_X18) == RESERVED
        context.buffer[:] = cpu.mem_read(CONTEXT, len(bytes(context)))
        for number, each in enumerate(states):
            where = STATES + number * STATE_SIZE + each.header.layout.size
            each.state.buffer[:] = cpu.mem_read(where, len(bytes(each.state)))
        return int(cpu.reg_read(UC_ARM64_REG_X0))


@pytest.mark.parametrize("case", runnable(), ids=lambda case: case.name)
def test_corpus(case: Case) -> None:
    check(case, EmulatedEngine())


@pytest.mark.parametrize("seed", range(30))
def test_random_programs(seed: int) -> None:
    random = Random(seed)
    program = runnable_program(random, random.randrange(5, 80), context_size=IoContext.layout.size)
    contexts = [IoContext.view(bytearray(random.randbytes(64))) for _ in range(5)]
    assert_agreement(EmulatedEngine(), program, contexts)
