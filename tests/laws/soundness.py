# SPDX-License-Identifier: Apache-2.0
"""The law of soundness: every concrete step of a run is covered by a state that the verifier saw.

As a program (`python -m laws.soundness --runs 1000000` in tests/) it runs for long.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from random import Random

from laws.claims import Claims, Registers, Shadow, subject
from laws.programs import STATE_SIZE, random_hard_program
from lightexit.abi import STATE_OFFSET, Array, IoContext, StateMemory, Struct, array, u8
from lightexit.engine import memory as concrete
from lightexit.engine.interpreter import InterpreterEngine
from lightexit.isa import Kind, Program
from lightexit.isa.generate import edgy
from lightexit.verifier import Limits
from lightexit.verifier.analysis import explore, watch
from lightexit.verifier.flow import Flow
from lightexit.verifier.state import State

LIMITS = Limits(answers=False, states=20_000)
_SIZES = (1, 2, 4, 8)
#: Instructions that change memory, and those that change which function runs.
_WRITERS = (Kind.STORE, Kind.ATOMIC)
_MOVERS = (Kind.CALL, Kind.EXIT)


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


class Witness:
    """Holds each step of runs against the states that the verifier saw.

    A step that found its state in one that claims the same as the last one's, but for what the
    instruction between them changed, need not look at the rest again.
    """

    def __init__(self, flow: Flow) -> None:
        self._claims = Claims()
        self._seen: dict[int, list[Shadow]] = {}
        self._writers = {slot: i.dst for slot, i in flow.at.items() if i.op.kind in _WRITERS}
        self._movers = {slot for slot, i in flow.at.items() if i.op.kind in _MOVERS}
        self._last: tuple[int, Registers, Shadow] | None = None
        self.steps = 0
        #: Of the first step outside all states: the slot, and the registers there.
        self.outside: tuple[int, Registers] | None = None

    def observe(self, slot: int, state: State) -> None:
        """The verifier was here."""
        self._seen.setdefault(slot, []).append(self._claims.shadow(state))

    def begin(self) -> None:
        """Another run starts."""
        self._last = None

    def trace(self, slot: int, registers: Registers, memory: concrete.Memory) -> None:
        """A run is here."""
        self.steps += 1
        changed = self._changed(registers, memory)
        for state in self._candidates(slot):
            if state.depth == len(memory.frames) and self._claims.hold(
                self._open(state, changed), registers, memory
            ):
                if self._last is not None:
                    self._last[2].following[slot] = state
                self._last = slot, registers, state
                return
        self.outside = self.outside or (slot, registers)

    def _candidates(self, slot: int) -> Iterator[Shadow]:
        """The states seen at a slot, the likeliest first."""
        if self._last is not None and slot in self._last[2].following:
            yield self._last[2].following[slot]
        yield from self._seen.get(slot, [])

    def _changed(self, registers: Registers, memory: concrete.Memory) -> list[int] | None:
        """What the last instruction changed; None if it may be anything."""
        if self._last is None or self._last[0] in self._movers:
            return None
        slot, before, _ = self._last
        changed = [r for r, (a, b) in enumerate(zip(before, registers, strict=True)) if a is not b]
        if slot in self._writers:
            base = before[self._writers[slot]]
            assert isinstance(base, concrete.MemoryPointer)
            if base.region not in memory.maps:
                changed.append(subject(memory, base.region))
        return changed

    def _open(self, state: Shadow, changed: list[int] | None) -> Iterable[int]:
        """The claims that do not follow from those of the last step's state."""
        if self._last is None or changed is None:
            return state.claims
        about = state.about
        touched = (number for each in changed for number in about.get(each, ()))
        return chain(touched, state.claims - self._last[2].claims)


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
    flow = Flow(program)
    analysis, refusal = explore(program, flow, LIMITS)
    if refusal is not None:
        return
    tally.accepted += 1
    witness = Witness(flow)
    watch(program, flow, LIMITS, witness.observe)
    loaded = InterpreterEngine(trace=witness.trace).load(program)
    state = StateMemory(Bytes)
    # Long runs show little that short ones do not.
    for _ in range(max(runs // max(analysis.cost // 200, 1), 5)):
        state.state.buffer[:] = random.randbytes(len(state.state.buffer))
        before = witness.steps
        witness.begin()
        loaded.run(random_context(random), [state][: len(program.maps)])
        tally.runs += 1
        assert witness.outside is None, f"outside all states: {witness.outside}"
        steps = witness.steps - before
        assert steps <= analysis.cost, f"{steps} steps, proved at most {analysis.cost}"
    tally.steps += witness.steps


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
    arguments.add_argument("--each", type=int, default=10, help="runs of each program")
    chosen = arguments.parse_args()
    total = Tally()
    seed = chosen.seed
    while total.runs < chosen.runs:
        tally = search(seed, 100, chosen.each)
        seed += 100
        for name in vars(total):
            setattr(total, name, getattr(total, name) + getattr(tally, name))
    print(f"from seed {chosen.seed} on: {total}")


if __name__ == "__main__":
    _main()
