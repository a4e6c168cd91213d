# SPDX-License-Identifier: Apache-2.0
"""An input on which source and bytecode differ: replayed before it is shown, and a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import z3

from lightexit.abi import STATE_OFFSET, IoContext, StateMemory, Struct, Verdict
from lightexit.engine.interpreter import InterpreterEngine
from lightexit.errors import LightexitError
from lightexit.isa.program import Program
from lightexit.prover.memory import SymbolicMemory
from lightexit.prover.sides import FAULTS, Start, spans


@dataclass(frozen=True)
class Input:
    """An access and states, as bytes."""

    context: bytes
    states: tuple[bytes, ...]

    @classmethod
    def of_model(cls, start: Start, model: z3.ModelRef) -> Input:
        """What a model of z3 says of the start."""
        context = _content(start.regions[0], model)
        states = [
            _content(region, model)[STATE_OFFSET : STATE_OFFSET + kind.layout.size]
            for region, kind in zip(start.regions[1:], start.states, strict=False)
        ]
        return cls(context, tuple(states))


def _content(region: SymbolicMemory, model: z3.ModelRef) -> bytes:
    return bytes(
        model.eval(region.byte(at), model_completion=True).as_long()
        for at in range(len(region.bytes))
    )


@dataclass(frozen=True)
class Result:
    """What a run left: a verdict or an error in words, `ctx` unless it passed, the states."""

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
            found.append(
                f"verdict: {self.python.verdict} in Python, {self.bytecode.verdict} in bytecode"
            )
        pairs: list[tuple[type[Struct], bytes, bytes]] = [
            (IoContext, self.python.context, self.bytecode.context)
        ]
        pairs += zip(self.kinds, self.python.states, self.bytecode.states, strict=True)
        for kind, ours, theirs in pairs:
            if ours and theirs:
                found += _different_fields(kind, ours, theirs)
        return found

    def as_test(self, name: str) -> str:
        """A test for pytest that fails as long as they differ."""
        lines = [f"def test_{name}_does_what_its_source_says() -> None:"]
        lines += [f"    {each}" for each in _assignments("ctx", IoContext, self.given.context)]
        names = [f"state{number or ''}" for number in range(len(self.kinds))]
        for each, kind, data in zip(names, self.kinds, self.given.states, strict=True):
            lines += [f"    {line}" for line in _assignments(each, kind, data)]
        lines.append(f"    assert_same({', '.join([name, 'ctx', *names])})")
        return "\n".join(lines)


def _different_fields(kind: type[Struct], ours: bytes, theirs: bytes) -> Iterator[str]:
    for span in spans(kind, kind.layout.size):
        part = slice(span.offset, span.offset + span.size)
        a, b = (int.from_bytes(each[part], "little") for each in (ours, theirs))
        if a != b:
            yield f"{kind.__name__}.{span.name}: {a:#x} in Python, {b:#x} in bytecode"


def _assignments(name: str, kind: type[Struct], data: bytes) -> Iterator[str]:
    yield f'{name} = {kind.__name__}.view(bytearray.fromhex("{data.hex()}"))'


def replayed(
    function: Callable[..., Any], program: Program, start: Start, given: Input
) -> Counterexample | None:
    """The input as a counterexample, if it is one."""
    python = _by_python(function, start.states, given)
    bytecode = _by_interpreter(program, start.states, given)
    if python == bytecode:
        return None
    return Counterexample(given, python, bytecode, start.states)


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
        verdict = InterpreterEngine().load(program).run(context, memories)
    except LightexitError as error:
        return Result(str(error), b"", given.states)
    kept = b"" if verdict == Verdict.PASS else bytes(context)
    states = tuple(bytes(each.state) for each in memories)
    return Result(Verdict(verdict).name if verdict in (0, 1) else str(verdict), kept, states)
