# SPDX-License-Identifier: Apache-2.0
"""`KernelEngine`: programs in this machine's kernel, checked by its verifier, run by bpf(2).

A program is bound to its maps when it is loaded. States made by `KernelEngine.memory` are such
maps, and the program works on them in place; any other state is copied in and out.

A program is loaded with CAP_BPF as the thread's only capability. With CAP_PERFMON, as root has
it, the kernel masks no index against Spectre v1, and a guest chooses what filters index with.
"""

from __future__ import annotations

import ctypes
import errno
import mmap
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, TypeVar

from lightexit.abi import IoContext, StateMemory, Struct, value_size
from lightexit.engine.kernel.bpf import (
    ArrayMap,
    Descriptor,
    FrozenMap,
    Refused,
    host_error,
    load_program,
    test_run,
)
from lightexit.engine.kernel.lines import line_info
from lightexit.engine.kernel.rights import CAP_BPF, only
from lightexit.engine.states import CONTEXT_SIZE, check_states, context_bytes
from lightexit.errors import AuthorError, HostError
from lightexit.isa import Map, Program, assemble, decode

S = TypeVar("S", bound=Struct)

_INSTRUCTION = re.compile(r"(\d+): \([0-9a-f]{2}\)")
_NAMED = re.compile(r"\binsn (\d+)")
_SUMMARY = re.compile(r"processed \d+ insns|verification time|stack depth|mark_precise")


def available() -> str | None:
    """Why the kernel engine cannot be used here; None if it can."""
    probe = Program("probe", assemble("r0 = 0\nexit").code, (Map("probe", mmap.PAGESIZE),))
    try:
        KernelProgram(probe)
    except HostError as error:
        return error.found
    return None


class KernelMemory(StateMemory[S]):
    """A state that is the value of a BPF array map."""

    def __init__(self, kind: type[S]) -> None:
        # Whole pages are mapped in any case; their rest is room for a program's map to be larger.
        self.map = ArrayMap(kind.__name__, _round_up(value_size(kind)))
        super().__init__(kind, self.map.mapping)


class KernelEngine:
    """Loads programs as BPF_PROG_TYPE_SYSCALL and runs them by BPF_PROG_TEST_RUN.

    Not `masked`, they are loaded with all that the thread may do: the kernel accepts more then,
    loops over arrays for one. That is for tests and measurements, never for a guest's accesses.
    """

    name, in_kernel = "kernel", True

    def __init__(self, masked: bool = True) -> None:
        self._masked = masked

    def memory(self, kind: type[S]) -> KernelMemory[S]:
        """A state that the kernel and this process share. Raises HostError without bpf(2)."""
        return KernelMemory(kind)

    def load(self, program: Program) -> KernelProgram:
        """Have the kernel verify and compile `program`.

        Raises AuthorError where its verifier refuses, HostError where bpf(2) is not to be had.
        """
        return KernelProgram(program, self._masked)


class KernelProgram:
    """A program in the kernel; `masked` as for KernelEngine."""

    def __init__(self, program: Program, masked: bool = True) -> None:
        decode(program)
        self._program = program
        self._masked = masked
        self._scratch = tuple(ArrayMap(each.name, each.size) for each in program.maps)
        self._rodata = (FrozenMap(".rodata", program.rodata),) if program.rodata else ()
        self._lines = line_info(program)
        self._bound: dict[tuple[ArrayMap, ...], Descriptor] = {}
        self.bind(self._scratch)

    @property
    def address(self) -> int:
        """There is none: raises HostError."""
        raise HostError(
            f"{self._program.name} runs in the kernel, which has no entry for native code here",
            expected="a way to run filters that crosses no system call",
            hint="another engine: native or interpreter",
        )

    def run(self, context: IoContext, states: Sequence[StateMemory[Any]]) -> int:
        """Run it once and return the low 32 bits of r0, all that bpf(2) tells."""
        check_states(self._program, states)
        pairs = list(zip(states, self._scratch, strict=True))
        maps = (s.map if isinstance(s, KernelMemory) else own for s, own in pairs)
        program = self.bind(tuple(maps))
        buffer = (ctypes.c_char * CONTEXT_SIZE).from_buffer(context_bytes(context))
        with _copied([pair for pair in pairs if not isinstance(pair[0], KernelMemory)]):
            return test_run(program, buffer)

    def bind(self, maps: tuple[ArrayMap, ...]) -> Descriptor:
        """The program, loaded with these maps. Raises AuthorError, HostError."""
        if maps not in self._bound:
            try:
                self._bound[maps] = self._load(maps, self._masked)
            except Refused as refusal:
                raise self._explain(maps, refusal) from refusal
        return self._bound[maps]

    def _load(self, maps: tuple[ArrayMap, ...], masked: bool) -> Descriptor:
        with only(CAP_BPF) if masked else nullcontext():
            program, every = self._program, (*maps, *self._rodata)
            return load_program(program.name, program.code, every, self._lines)

    def _explain(self, maps: tuple[ArrayMap, ...], refusal: Refused) -> AuthorError | HostError:
        error = _explained(self._program, refusal)
        if self._masked and isinstance(error, AuthorError) and self._loads_without_masks(maps):
            error.expected = "array indices that Linux can mask against Spectre v1"
            error.hint = "no loop over an array here, or another engine: native or interpreter"
        return error

    def _loads_without_masks(self, maps: tuple[ArrayMap, ...]) -> bool:
        """Whether masks are all that is wrong; it is not kept."""
        try:
            self._load(maps, masked=False)
        except Refused:
            return False
        return True


@contextmanager
def _copied(pairs: Sequence[tuple[StateMemory[Any], ArrayMap]]) -> Iterator[None]:
    """Have the states' bytes in the maps for as long as this lasts."""
    for state, own in pairs:
        own.mapping[: own.size] = ctypes.string_at(state.address, own.size)
    yield
    for state, own in pairs:
        ctypes.memmove(state.address, own.mapping[: own.size], own.size)


def _round_up(size: int) -> int:
    return -(-size // mmap.PAGESIZE) * mmap.PAGESIZE


def _explained(program: Program, refusal: Refused) -> AuthorError | HostError:
    """The verifier's refusal in the author's terms, or why there was none."""
    said = [line for line in refusal.log.splitlines() if line and not _SUMMARY.search(line)]
    if not said or refusal.number == errno.EPERM:
        return host_error(f"load {program.name}", refusal.number)
    named = _NAMED.search(said[-1])
    slots = [int(match[1]) for line in said if (match := _INSTRUCTION.match(line))]
    slot = int(named[1]) if named else slots[-1] if slots else 0
    return AuthorError(
        f"the kernel's verifier refuses {program.name} at instruction {slot}: {said[-1].strip()}",
        where=program.where(slot),
        expected="what Documentation/bpf/verifier.rst allows",
    )
