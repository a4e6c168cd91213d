# SPDX-License-Identifier: Apache-2.0
"""The law of agreement: a compiled filter does what CPython does with the same source.

As a program (`python -m laws.agreement --programs 10000` in tests/) it runs for long.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from types import FunctionType
from typing import Any

from laws.filters import Main, Other, build, random_filter
from lightexit.abi import IoContext, StateMemory, Verdict
from lightexit.cache import Cache
from lightexit.compiler import generate
from lightexit.compiler.check import check
from lightexit.compiler.infer import infer_filter
from lightexit.engine.api import Engine
from lightexit.errors import AuthorError
from lightexit.isa.program import Program

#: What CPython raises where the compiled filter faults; anything else is a bug.
FAULTS = (IndexError, ZeroDivisionError)
_EDGES = (0, 1, 2, 3, 4, 7, 8, 9, 10, 31, 32, 63, 64, 2**31, 2**32 - 1, 2**63, 2**64 - 1)


@dataclass(frozen=True)
class Outcome:
    """What a run leaves behind. After PASS nothing but the verdict counts."""

    verdict: Verdict
    context: bytes = b""
    states: tuple[bytes, ...] = ()


@dataclass
class Tally:
    """What was tried."""

    programs: int = 0
    refused: int = 0
    runs: int = 0
    handled: int = 0


def random_input(random: Random) -> tuple[IoContext, StateMemory[Main], StateMemory[Other]]:
    """An access and two states of random bytes, with a liking for small and extreme numbers."""
    context, main, other = IoContext(), StateMemory(Main), StateMemory(Other)
    context.offset, context.data = _number(random), _number(random)
    context.now_ns, context.vcpu = _number(random), random.randrange(4)
    context.size, context.is_write = random.choice((1, 2, 4, 8)), random.random() < 0.5
    for memory in (main, other):
        sparse = random.random() < 0.5
        bytes_of = (0, 0, 1, 2, 255) if sparse else range(256)
        size = len(memory.state.buffer)
        memory.state.buffer[:] = bytes(random.choices(bytes_of, k=size))
    return context, main, other


def _number(random: Random) -> int:
    if random.random() < 0.6:
        return random.choice(_EDGES)
    return random.getrandbits(random.choice((3, 8, 16, 32, 33, 64)))


def expected(function: FunctionType, given: tuple[Any, ...]) -> Outcome:
    """What CPython makes of it."""
    context, main, other = _copies(given)
    try:
        verdict = function(context, main.state, other.state)
    except FAULTS:
        return Outcome(Verdict.PASS)
    return _outcome(verdict, context, main, other)


def actual(engine: Engine, program: Program, given: tuple[Any, ...]) -> Outcome:
    """What an engine makes of it."""
    context, main, other = _copies(given)
    verdict = engine.load(program).run(context, (main, other))
    return _outcome(verdict, context, main, other)


def _outcome(verdict: int, context: IoContext, *states: StateMemory[Any]) -> Outcome:
    if verdict == Verdict.PASS:
        return Outcome(Verdict.PASS)
    return Outcome(Verdict(verdict), bytes(context), tuple(bytes(each.state) for each in states))


def _copies(given: tuple[Any, ...]) -> tuple[IoContext, StateMemory[Main], StateMemory[Other]]:
    context, main, other = given
    copied = IoContext.view(bytearray(bytes(context)))
    memories = StateMemory(Main), StateMemory(Other)
    memories[0].state.buffer[:] = bytes(main.state)
    memories[1].state.buffer[:] = bytes(other.state)
    return copied, *memories


def try_program(seed: int, engines: list[Engine], tally: Tally, inputs: int = 4) -> None:
    """Compile the filter of that seed and hold every engine against CPython."""
    random = Random(seed)
    source = random_filter(random)
    function = build(source)
    tally.programs += 1
    try:
        program = generate(check(infer_filter(function)))
    except AuthorError:
        tally.refused += 1
        return
    loaded = [(engine.name, engine.load(program)) for engine in engines]
    for _ in range(inputs):
        given = random_input(random)
        wanted = expected(function, given)
        tally.runs += 1
        tally.handled += wanted.verdict == Verdict.HANDLED
        for name, code in loaded:
            context, main, other = _copies(given)
            outcome = _outcome(code.run(context, (main, other)), context, main, other)
            assert outcome == wanted, f"{name} differs from CPython, seed {seed}:\n{source}"


def main() -> None:
    """Run for long; the seed being tried is on the screen should the process die."""
    from lightexit.engine.interpreter import InterpreterEngine
    from lightexit.engine.native import NativeEngine

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    folder = TemporaryDirectory(prefix="lightexit-")
    engines: list[Engine] = [InterpreterEngine(), NativeEngine(Cache(Path(folder.name)))]
    tally, start = Tally(), time.monotonic()
    for seed in range(options.seed, options.seed + options.programs):
        print(f"\rseed {seed}: {tally}", end="", flush=True)
        try_program(seed, engines, tally)
    print(f"\r{tally}, {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
