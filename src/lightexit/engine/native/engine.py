# SPDX-License-Identifier: Apache-2.0
"""`NativeEngine`: programs as machine code, called without entering Python."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

from lightexit.abi import IoContext, StateMemory
from lightexit.cache import Cache
from lightexit.engine.native.code import NativeCode, load_code
from lightexit.engine.native.image import Image
from lightexit.engine.states import CONTEXT_SIZE, check_states, context_bytes
from lightexit.isa.program import Program

_RUN = ctypes.CFUNCTYPE(ctypes.c_uint64, ctypes.c_void_p, ctypes.c_void_p)


class NativeEngine:
    """Runs verified programs; it checks no access, as the verifier has."""

    name, in_kernel = "native", False

    def __init__(self, cache: Cache | None = None) -> None:
        self._cache = cache

    def load(self, program: Program) -> NativeProgram:
        """Machine code for `program`, from the cache where it has been compiled before.

        Raises AuthorError for programs that need helpers or maps by descriptor.
        """
        source = ("program", str(len(program.maps)), program.code, program.rodata)
        code = load_code(source, lambda triple: compile_program(program, triple), self._cache)
        return NativeProgram(program, code)


def compile_program(program: Program, triple: str) -> Image:
    """Machine code of `program`, its entry `run`."""
    from lightexit.engine.native.elf import extract
    from lightexit.engine.native.llvm import compile_translated
    from lightexit.engine.native.translate import translate

    return extract(compile_translated(translate(program, triple), triple), constants=True)


class NativeProgram:
    """A program in executable memory."""

    def __init__(self, program: Program, code: NativeCode) -> None:
        self._program = program
        self._code = code
        self.address = code.address("run")
        self._run = _RUN(self.address)

    def run(self, context: IoContext, states: Sequence[StateMemory[Any]]) -> int:
        """Run it once and return r0. Takes no lock: its caller wraps the run."""
        check_states(self._program, states)
        values = (ctypes.c_void_p * max(len(states), 1))(*(state.address for state in states))
        c_context = (ctypes.c_char * CONTEXT_SIZE).from_buffer(context_bytes(context))
        return int(self._run(ctypes.addressof(c_context), ctypes.addressof(values)))
