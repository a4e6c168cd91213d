# SPDX-License-Identifier: Apache-2.0
"""The law of soundness: every concrete step of a run lies within a state the verifier saw.

As a program (`python -m laws.soundness --runs 1000000` in tests/) it runs for long.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from random import Random

from laws.programs import STATE_SIZE, random_hard_program
from lightexit.abi import STATE_OFFSET, Array, IoContext, StateMemory, Struct, array, u8
from lightexit.engine import memory as concrete
from lightexit.engine.interpreter import InterpreterEngine
from lightexit.isa import Program
from lightexit.isa.generate import edgy
from lightexit.verifier import Limits, Report, scalar
from lightexit.verifier.analysis import watch
from lightexit.verifier.cells import Cells
from lightexit.verifier.flow import Flow
from lightexit.verifier.state import STACK_SIZE, State
from lightexit.verifier.value import Number, Pointer, RegionKind, Value
from lightexit.verifier.verify import verify

LIMITS = Limits(answers=False, states=20_000)
_SIZES = (1, 2, 4, 8)


class Bytes(Struct):
    """The state that random programs use."""

    content: Array[u8] = array(u8, STATE_SIZE - STATE_OFFSET)


@dataclass
class Tally:
    """What was tried."""

    programs: int = 0
    accepted: int = 0
    runs: int = 0
    steps: int = 0


class Shadow:
    """An abstract state, prepared for being held against many concrete ones.

    What says nothing is left out: numbers of which nothing is known but their size, and symbols
    that occur once.
    """

    def __init__(self, state: State) -> None:
        self.depth = len(state.frames)
        symbols = Counter(v.symbol for v in _values(state) if isinstance(v, Number))
        self.linked = {symbol for symbol, count in symbols.items() if symbol and count > 1}
        self.registers = [(r, v) for r, v in enumerate(state.registers) if v is not None]
        self.context = self._telling(state.context)
        self.frames = [(self._telling(f.stack), _bytes_of(f.stack.written)) for f in state.frames]

    def _telling(self, cells: Cells) -> list[tuple[int, int, Value]]:
        return [
            (at, size, value)
            for at, (size, value) in cells.items.items()
            if not isinstance(value, Number)
            or value.symbol in self.linked
            or value.scalar != scalar.sized(8 * size)
        ]

    def holds(self, registers: Sequence[concrete.Value | None], memory: concrete.Memory) -> bool:
        """Whether a concrete state is one of those the abstract state stands for."""
        if self.depth != len(memory.frames):
            return False
        bases: dict[int, int] = {}
        for register, known in self.registers:
            if not self._value_holds(known, registers[register], memory, bases):
                return False
        if not self._cells_hold(self.context, memory.context, memory, bases):
            return False
        return all(
            _is_written(written, frame)
            and self._cells_hold(cells, frame, memory, bases, STACK_SIZE)
            for (cells, written), frame in zip(self.frames, memory.frames, strict=True)
        )

    def _cells_hold(
        self,
        cells: list[tuple[int, int, Value]],
        region: concrete.Region,
        memory: concrete.Memory,
        bases: dict[int, int],
        base: int = 0,
    ) -> bool:
        return all(
            self._value_holds(known, region.load(at - base, size), memory, bases)
            for at, size, known in cells
        )

    def _value_holds(
        self,
        known: Value,
        value: concrete.Value | None,
        memory: concrete.Memory,
        bases: dict[int, int],
    ) -> bool:
        if isinstance(known, Number):
            if not isinstance(value, int) or not number_holds(known.scalar, value):
                return False
            if known.symbol not in self.linked:
                return True
            base = value - known.delta & scalar.FULL64
            return bases.setdefault(known.symbol, base) == base
        if not isinstance(value, concrete.Pointer) or value.region is not _region(known, memory):
            return False
        return number_holds(known.offset, value.offset & scalar.FULL64)


def number_holds(known: scalar.Scalar, x: int) -> bool:
    """Whether the scalar stands for the unsigned number x."""
    bits, wide, low = known
    half = x & scalar.FULL32
    return (
        x & ~bits.mask == bits.value
        and wide.umin <= x <= wide.umax
        and wide.smin <= x - (x >> 63 << 64) <= wide.smax
        and low.umin <= half <= low.umax
        and low.smin <= half - (half >> 31 << 32) <= low.smax
    )


def _values(state: State) -> Iterator[Value | None]:
    yield from state.registers
    for cells in (state.context, *(frame.stack for frame in state.frames)):
        yield from (value for _, value in cells.items.values())


def _region(known: Pointer, memory: concrete.Memory) -> concrete.Region:
    if known.region.kind is RegionKind.CONTEXT:
        return memory.context
    if known.region.kind is RegionKind.STATE:
        return memory.maps[known.region.number]
    return memory.frames[known.region.number]


def _is_written(expected: int, frame: concrete.Frame) -> bool:
    return not expected & ~int.from_bytes(frame.written, "little")


@cache
def _bytes_of(bits: int) -> int:
    """One byte for each bit, as an interpreter's frame keeps them."""
    return int.from_bytes(bytes(bits >> n & 1 for n in range(STACK_SIZE)), "little")


@dataclass
class Witness:
    """Holds each step of runs against the states that the verifier saw."""

    program: Program
    seen: dict[int, list[Shadow]] = field(default_factory=dict)
    steps: int = 0
    #: Of the first step outside all states: the slot, and the registers there.
    outside: tuple[int, tuple[concrete.Value | None, ...]] | None = None

    def observe(self, slot: int, state: State) -> None:
        """The verifier was here."""
        self.seen.setdefault(slot, []).append(Shadow(state))

    def trace(
        self, slot: int, registers: Sequence[concrete.Value | None], memory: concrete.Memory
    ) -> None:
        """A run is here."""
        self.steps += 1
        states = self.seen.get(slot, [])
        for number, state in enumerate(states):
            if state.holds(registers, memory):
                # The next run is likely to pass here in the same state.
                states.insert(0, states.pop(number))
                return
        self.outside = self.outside or (slot, tuple(registers))


def random_context(random: Random) -> IoContext:
    """A context as a host makes it: the guest chose offset, data and direction."""
    context = IoContext()
    context.size = random.choice(_SIZES)
    context.is_write = bool(random.getrandbits(1))
    context.space = random.getrandbits(1)
    context.vcpu = random.getrandbits(32)
    mask = (1 << 64) - 1
    context.offset, context.now_ns = (edgy(random, 64) & mask for _ in range(2))
    context.data = edgy(random, 64) & (1 << 8 * context.size) - 1
    return context


def check_program(random: Random, program: Program, runs: int, tally: Tally) -> None:
    """Run an accepted program on random inputs; AssertionError where the law is broken."""
    tally.programs += 1
    report = verify(program, LIMITS)
    if not report.accepted:
        return
    tally.accepted += 1
    witness = Witness(program)
    watch(program, Flow(program), LIMITS, witness.observe)
    loaded = InterpreterEngine(trace=witness.trace).load(program)
    for _ in range(runs):
        state = StateMemory(Bytes)
        for index in range(len(state.state.content)):
            state.state.content[index] = random.getrandbits(8)
        before = witness.steps
        loaded.run(random_context(random), [state][: len(program.maps)])
        tally.runs += 1
        tally.steps += witness.steps - before
        assert witness.outside is None, f"outside all states: {witness.outside}"
        _check_cost(report, witness.steps - before)


def _check_cost(report: Report, steps: int) -> None:
    assert steps <= report.cost, f"{steps} steps, proved at most {report.cost}"


def search(seed: int, programs: int, runs: int) -> Tally:
    """Hold `programs` random programs to the law, `runs` runs each."""
    tally = Tally()
    for number in range(seed, seed + programs):
        random = Random(number)
        program = random_hard_program(random)
        try:
            check_program(random, program, runs, tally)
        except Exception as error:
            error.add_note(f"random program of seed {number}")
            raise
    return tally


def _main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--runs", type=int, default=100_000)
    chosen = arguments.parse_args()
    total = Tally()
    seed = chosen.seed
    while total.runs < chosen.runs:
        tally = search(seed, 100, 10)
        seed += 100
        for name in vars(total):
            setattr(total, name, getattr(total, name) + getattr(tally, name))
    print(f"from seed {chosen.seed} on: {total}")


if __name__ == "__main__":
    _main()
