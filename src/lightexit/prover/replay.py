# SPDX-License-Identifier: Apache-2.0
"""One input, run by CPython and by the interpreter: what each does, and where they differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lightexit.abi import IoContext, StateMemory, Struct, Verdict
from lightexit.engine.interpreter import InterpreterEngine
from lightexit.errors import LightexitError
from lightexit.isa.program import Program
from lightexit.prover.fields import spans

#: What CPython raises where a compiled filter passes.
FAULTS = (IndexError, ZeroDivisionError)
#: Instructions of a run: as many as any host lets a filter take.
_BUDGET = 1 << 16


@dataclass(frozen=True)
class Input:
    """An access and states, as bytes."""

    context: bytes
    states: tuple[bytes, ...]


@dataclass(frozen=True)
class Result:
    """What a run left: a verdict or an error in words, the context unless it passed, the states."""

    verdict: str
    context: bytes
    states: tuple[bytes, ...]


@dataclass(frozen=True)
class Counterexample:
    """An input, and what CPython and the interpreter do with it."""

    given: Input
    python: Result
    bytecode: Result
    kinds: tuple[type[Struct], ...]

    def differences(self) -> list[str]:
        """Each part in which they differ, with both values."""
        found = []
        if self.python.verdict != self.bytecode.verdict:
            found.append(_both("verdict", self.python.verdict, self.bytecode.verdict))
        pairs: list[tuple[type[Struct], bytes, bytes]] = [
            (IoContext, self.python.context, self.bytecode.context)
        ]
        pairs += zip(self.kinds, self.python.states, self.bytecode.states, strict=True)
        for kind, ours, theirs in pairs:
            if ours and theirs:
                found += _different_fields(kind, ours, theirs)
        return found


def _different_fields(kind: type[Struct], ours: bytes, theirs: bytes) -> Iterator[str]:
    for span in spans(kind, kind.layout.size):
        part = slice(span.offset, span.offset + span.size)
        a, b = (int.from_bytes(each[part], "little") for each in (ours, theirs))
        if a != b:
            yield _both(f"{kind.__name__}.{span.name}", f"{a:#x}", f"{b:#x}")


def _both(name: str, python: str, bytecode: str) -> str:
    return f"{name}: {python} in Python, {bytecode} in bytecode"


def replayed(
    function: Callable[..., Any],
    program: Program,
    kinds: Sequence[type[Struct]],
    given: Input,
) -> Counterexample | None:
    """The input as a counterexample, if it is one."""
    python = _by_python(function, kinds, given)
    bytecode = _by_interpreter(program, kinds, given)
    if python == bytecode:
        return None
    return Counterexample(given, python, bytecode, tuple(kinds))


def _by_python(function: Callable[..., Any], kinds: Sequence[type[Struct]], given: Input) -> Result:
    context = IoContext.view(bytearray(given.context))
    states = [kind.view(bytearray(data)) for kind, data in zip(kinds, given.states, strict=True)]
    try:
        verdict = Verdict(function(context, *states))
    except FAULTS:
        return Result(Verdict.PASS.name, b"", given.states)
    except Exception as error:
        return Result(f"{type(error).__name__}: {error}", b"", given.states)
    kept = b"" if verdict == Verdict.PASS else bytes(context)
    return Result(verdict.name, kept, tuple(bytes(each) for each in states))


def _by_interpreter(program: Program, kinds: Sequence[type[Struct]], given: Input) -> Result:
    context = IoContext.view(bytearray(given.context))
    memories = [StateMemory(kind) for kind in kinds]
    for memory, data in zip(memories, given.states, strict=True):
        memory.state.buffer[:] = data
    try:
        verdict = InterpreterEngine(_BUDGET).load(program).run(context, memories)
    except LightexitError as error:
        return Result(str(error), b"", given.states)
    kept = b"" if verdict == Verdict.PASS else bytes(context)
    states = tuple(bytes(each.state) for each in memories)
    return Result(Verdict(verdict).name if verdict in (0, 1) else str(verdict), kept, states)
