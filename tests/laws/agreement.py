# SPDX-License-Identifier: Apache-2.0
"""The law of agreement: a compiled filter gives CPython's results for the same source.

And whatever the front end accepts, the verifier accepts, and Linux's too where it can be asked.
As a program (`python -m laws.agreement --count 50000` in tests/) it runs for long.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from types import FunctionType
from typing import Any, NamedTuple

from laws.coverage import Coverage
from laws.expressions import EDGES
from laws.filters import Main, Other, Third, build, helpers
from laws.statements import random_filter
from lightexit.abi import IntType, IoContext, StateMemory, Struct, Verdict
from lightexit.cache import Cache
from lightexit.compiler import generate
from lightexit.compiler.syntax.infer import infer_filter
from lightexit.compiler.typed.check import check
from lightexit.compiler.typed.tree import TypedFilter
from lightexit.engine.api import Engine
from lightexit.engine.interpreter import InterpreterEngine
from lightexit.engine.kernel import KernelEngine, available
from lightexit.engine.native import NativeEngine
from lightexit.errors import AuthorError
from lightexit.isa.program import Program
from lightexit.verifier import Limits, verify

#: What CPython raises where the compiled filter faults; anything else is a bug.
FAULTS = (IndexError, ZeroDivisionError)
STATES: tuple[type[Struct], ...] = (Main, Other, Third)
#: These programs are small; where loops meet branches some take longer, which is counted.
LIMITS = Limits(states=30_000)
#: Small numbers more often, for they are indices, and what lies beside those.
_NUMBERS: tuple[int, ...] = (*EDGES, *range(12), 2**63 + 5, 2**40 + 1)


class Given(NamedTuple):
    """What a filter is run with."""

    context: bytes
    states: tuple[bytes, ...]


@dataclass(frozen=True)
class Outcome:
    """Verdict, state and context after a run. After PASS the context is ignored."""

    verdict: Verdict
    context: bytes
    states: tuple[bytes, ...]


@dataclass
class Tally:
    """What was tried; `coverage` says of what kinds it was."""

    programs: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    handled: int = 0
    faults: int = 0
    complex: int = 0
    #: Seeds of what is proved here and takes Linux more than it grants any program.
    beyond_linux: list[int] = field(default_factory=list)
    by_engine: Counter[str] = field(default_factory=Counter)
    coverage: Coverage = field(default_factory=Coverage)

    def add(self, other: Tally) -> None:
        """Count what another has counted."""
        self.programs += other.programs
        self.runs += other.runs
        self.handled += other.handled
        self.faults += other.faults
        self.complex += other.complex
        self.beyond_linux += other.beyond_linux
        self.refused += other.refused
        self.by_engine += other.by_engine
        self.coverage.add(other.coverage)

    def __str__(self) -> str:
        engines = ", ".join(f"{count} runs {name}" for name, count in self.by_engine.items())
        return (
            f"{self.programs} programs, {self.refused.total()} refused by the front end, "
            f"{self.complex} too complex for a proof, "
            f"{len(self.beyond_linux)} for Linux {self.beyond_linux}; "
            f"{self.runs} inputs ({self.handled} HANDLED, {self.faults} faults), {engines}"
        )


def random_input(random: Random) -> Given:
    """A random access and states; small numbers and the limits of every width are frequent."""
    context = IoContext()
    context.offset, context.data = _number(random, 64), _number(random, 64)
    context.now_ns, context.vcpu = _number(random, 64), random.randrange(4)
    context.size, context.is_write = random.choice((1, 2, 4, 8)), random.random() < 0.5
    return Given(bytes(context), tuple(_random_state(random, each) for each in STATES))


def _random_state(random: Random, struct: type[Struct]) -> bytes:
    memory = StateMemory(struct)
    size = len(memory.state.buffer)
    memory.state.buffer[:] = bytes(random.choices((0, 0, 1, 2, 3, 5, 255, 256 % 77), k=size))
    if random.random() < 0.3:
        memory.state.buffer[:] = random.randbytes(size)
    for one in struct.layout.fields:
        if isinstance(one.type, IntType):
            setattr(memory.state, one.name, one.type(_number(random, one.type.bits)))
    return bytes(memory.state)


def _number(random: Random, bits: int) -> int:
    if random.random() < 0.7:
        return random.choice(_NUMBERS) % (1 << bits)
    return random.getrandbits(random.randrange(1, bits + 1))


def _memories(given: Given, count: int) -> tuple[IoContext, list[StateMemory[Any]]]:
    memories = [StateMemory(struct) for struct in STATES[:count]]
    for memory, content in zip(memories, given.states, strict=False):
        memory.state.buffer[:] = content
    return IoContext.view(bytearray(given.context)), memories


def expected(function: FunctionType, given: Given) -> Outcome:
    """CPython's result."""
    count = function.__code__.co_argcount - 1
    context, memories = _memories(given, count)
    try:
        verdict = function(context, *(memory.state for memory in memories))
    except FAULTS:
        return Outcome(Verdict.PASS, b"", given.states[:count])
    return _outcome(verdict, context, memories)


def actual(engine: Engine, program: Program, given: Given) -> Outcome:
    """An engine's result."""
    return run(engine.load(program), len(program.maps), given)


def run(code: Any, count: int, given: Given) -> Outcome:
    """The result of loaded code."""
    context, memories = _memories(given, count)
    verdict = code.run(context, memories)
    return _outcome(verdict, context, memories)


def _outcome(verdict: int, context: IoContext, memories: Sequence[StateMemory[Any]]) -> Outcome:
    states = tuple(bytes(memory.state) for memory in memories)
    kept = b"" if verdict == Verdict.PASS else bytes(context)
    return Outcome(Verdict(verdict), kept, states)


class Bench:
    """The engines that every program is run by, `native` and `kernel` at every so many only."""

    def __init__(self, folder: Path, every: int = 1) -> None:
        self.every = every
        self.always: Engine = InterpreterEngine()
        self.native: Engine = NativeEngine(Cache(folder))
        self.kernel: Engine | None = None if available() else KernelEngine(masked=False)

    def load(self, program: Program, seed: int) -> dict[str, Any]:
        """The program in each engine. The kernel loads it even where it does not run it."""
        loaded = {"interpreter": self.always.load(program)}
        if seed % self.every == 0:
            loaded["native"] = self.native.load(program)
        if self.kernel is not None:
            loaded["kernel"] = self.kernel.load(program)
        return loaded


class Written(NamedTuple):
    """A filter: as text, as a function, and typed."""

    source: str
    function: FunctionType
    typed: TypedFilter


def written(random: Random) -> Written:
    """The next random filter. Raises AuthorError where the front end refuses it."""
    return checked(random_filter(random))


def checked(source: str) -> Written:
    """The filter `generated` of a source. Raises AuthorError where the front end refuses it."""
    function = build(source, known=helpers())
    return Written(source, function, check(infer_filter(function)))


def try_program(seed: int, bench: Bench, tally: Tally, inputs: int = 5) -> None:
    """Compile the filter of that seed, have it proved, and hold every engine against CPython."""
    random = Random(seed)
    tally.programs += 1
    try:
        source, function, typed = written(random)
    except AuthorError as error:
        tally.refused[str(error.found)] += 1
        return
    tally.coverage.note(source, typed)
    program = generate(typed)
    report = verify(program, LIMITS)
    if any(said in str(report.error) for said in ("is too complex", "a run may execute")):
        tally.complex += 1
        return
    assert report.accepted, f"seed {seed} is refused: {report.error}\n{source}"
    try:
        loaded = bench.load(program, seed)
    except AuthorError as error:
        # Linux keeps 8,192 branches to come back to, and looks at a million instructions.
        if not any(said in str(error) for said in ("jumps is too complex", "is too large")):
            raise
        tally.beyond_linux.append(seed)
        return
    for _ in range(inputs):
        given = random_input(random)
        wanted = expected(function, given)
        tally.runs += 1
        tally.handled += wanted.verdict == Verdict.HANDLED
        tally.faults += not wanted.context
        for name, code in loaded.items():
            tally.by_engine[name] += 1
            outcome = run(code, len(program.maps), given)
            assert outcome == wanted, f"{name} differs from CPython, seed {seed}:\n{source}"


def share(first: int, count: int, every: int) -> tuple[Tally, list[str]]:
    """Try the programs of that many seeds; returns what was tried and the failures."""
    tally, found = Tally(), []
    with TemporaryDirectory(prefix="lightexit-") as folder:
        bench = Bench(Path(folder), every)
        for seed in range(first, first + count):
            try:
                try_program(seed, bench, tally)
            except Exception:  # all that is found, and on to the next
                found.append(f"seed {seed}: {traceback.format_exc(limit=-2)}")
    return tally, found


def main() -> int:
    """Run for long, in as many processes as one likes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--native", type=int, default=4, metavar="N", help="native for every Nth")
    options = parser.parse_args()
    tally, found, start = Tally(), [], time.monotonic()
    firsts = range(options.seed, options.seed + options.count, 250)
    counts = [min(250, options.seed + options.count - first) for first in firsts]
    with ProcessPoolExecutor(options.jobs) as pool:
        parts = pool.map(share, firsts, counts, [options.native] * len(firsts))
        for first, (part, errors) in zip(firsts, parts, strict=True):
            tally.add(part)
            found += errors
            print(*errors, sep="\n", end="\n" if errors else "")
            print(f"to seed {first + 249}: {len(found)} found", file=sys.stderr)
    print(f"seeds {options.seed} to {options.seed + options.count - 1}: {tally}")
    print(f"{len(found)} found, {time.monotonic() - start:.0f} s")
    print(tally.coverage)
    print(
        *(f"refused {count}: {words}" for words, count in tally.refused.most_common(20)), sep="\n"
    )
    missing = tally.coverage.missing()
    print(f"not covered: {', '.join(missing) or 'nothing'}")
    return 1 if found or missing else 0


if __name__ == "__main__":
    sys.exit(main())
