# SPDX-License-Identifier: Apache-2.0
"""The law of soundness: every concrete step of a run lies within a state the verifier saw.

As a program (`python -m laws.soundness --runs 1000000` in tests/) it runs for long.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from laws.programs import STATE_SIZE, random_hard_program
from lightexit.abi import STATE_OFFSET, Array, IoContext, StateMemory, Struct, array, u8
from lightexit.engine import memory as concrete
from lightexit.engine.interpreter import InterpreterEngine
from lightexit.isa import Program
from lightexit.isa.generate import edgy
from lightexit.verifier import Limits, Report, scalar
from lightexit.verifier.cells import Cells, span
from lightexit.verifier.flow import Flow
from lightexit.verifier.state import STACK_SIZE, State
from lightexit.verifier.value import Number, Pointer, RegionKind, Value
from lightexit.verifier.verify import explore, verify

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


class Numbers:
    """Numbers with the same symbol have to differ by their deltas."""

    def __init__(self) -> None:
        self._bases: dict[int, int] = {}

    def agree(self, number: Number, value: int) -> bool:
        if not number.symbol:
            return True
        base = value - number.delta & scalar.FULL64
        return self._bases.setdefault(number.symbol, base) == base


def value_holds(
    known: Value | None, value: concrete.Value | None, memory: concrete.Memory, numbers: Numbers
) -> bool:
    """Whether a concrete value is one of those the abstract value stands for."""
    if known is None:
        return True
    if isinstance(known, Number):
        if not isinstance(value, int):
            return False
        return scalar.contains(known.scalar, value) and numbers.agree(known, value)
    if not isinstance(value, concrete.Pointer):
        return False
    offset = value.offset & scalar.FULL64
    return value.region is _region(known, memory) and scalar.contains(known.offset, offset)


def _region(known: Pointer, memory: concrete.Memory) -> concrete.Region:
    if known.region.kind is RegionKind.CONTEXT:
        return memory.context
    if known.region.kind is RegionKind.STATE:
        return memory.maps[known.region.number]
    return memory.frames[known.region.number]


def cells_hold(
    known: Cells, region: concrete.Region, memory: concrete.Memory, numbers: Numbers
) -> bool:
    """Whether bytes hold what the cells say."""
    base = 0 if region is memory.context else STACK_SIZE
    if isinstance(region, concrete.Frame):
        written = sum(1 << n for n in range(STACK_SIZE) if region.written[n])
        if known.written & ~written:
            return False
    return all(
        value_holds(value, region.load(at - base, size), memory, numbers)
        for at, (size, value) in known.items.items()
    )


def state_holds(
    state: State, registers: Sequence[concrete.Value | None], memory: concrete.Memory
) -> bool:
    """Whether a concrete state is one of those the abstract state stands for."""
    numbers = Numbers()
    if len(state.frames) != len(memory.frames):
        return False
    if not all(
        value_holds(known, value, memory, numbers)
        for known, value in zip(state.registers, registers, strict=True)
    ):
        return False
    if not cells_hold(state.context, memory.context, memory, numbers):
        return False
    return all(
        cells_hold(frame.stack, region, memory, numbers)
        for frame, region in zip(state.frames, memory.frames, strict=True)
    )


@dataclass
class Witness:
    """Holds each step of runs against the states that the verifier saw."""

    program: Program
    seen: dict[int, list[State]] = field(default_factory=dict)
    steps: int = 0
    #: Of the first step outside all states: the slot, and the registers there.
    outside: tuple[int, tuple[concrete.Value | None, ...]] | None = None

    def observe(self, slot: int, state: State) -> None:
        """The verifier was here."""
        self.seen.setdefault(slot, []).append(state.copy())

    def trace(
        self, slot: int, registers: Sequence[concrete.Value | None], memory: concrete.Memory
    ) -> None:
        """A run is here."""
        self.steps += 1
        states = self.seen.get(slot, [])
        if self.outside is None and not any(state_holds(s, registers, memory) for s in states):
            self.outside = slot, tuple(registers)


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
    explore(program, Flow(program), LIMITS, witness.observe)
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


__all__ = ["Tally", "search", "span"]
