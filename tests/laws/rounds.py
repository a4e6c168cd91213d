# SPDX-License-Identifier: Apache-2.0
"""Random programs of loops in loops, early ends, calls and counters that are meddled with: what is
proved by one round for all is proved round by round as well, and costs no less.

As a program (`python -m laws.rounds --count 20000` in tests/) it runs for long.
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import dataclass
from random import Random

from laws.lines import Lines
from lightexit.abi import Array, IoContext, StateMemory, Struct, array, u8
from lightexit.engine.interpreter import ExecutionError, InterpreterEngine
from lightexit.isa import Program, assemble
from lightexit.verifier import Limits
from lightexit.verifier.analysis import Analysis, Refusal, Try
from lightexit.verifier.flow import Flow

ROOM = 48
RUNS = 4
NEVER = 1 << 30
LIMITS = Limits(answers=False, instructions=10**6, states=8_000)
#: Refusals of an exploration round by round that tell nothing of safety.
_UNRELATED = ("too complex", "loops without a bound", "too long")
_NUMBERS = ("r2", "r3", "r4", "r5")
_SLOTS = (8, 16, 24)
_SAVED = 32
_TESTS = ("<", ">", "==", "!=", "<=", ">=", "s<", "s>", "&")


class Bytes(Struct):
    """The state that random programs use."""

    content: Array[u8] = array(u8, ROOM)


class Writer(Lines):
    """Writes one random program: r7 is a state."""

    def __init__(self, random: Random) -> None:
        super().__init__(random)
        #: Of the loops around: where they end, what they count in and up to.
        self._ends: list[str] = []
        self._counters: list[str] = []
        self._lasts: list[int] = []

    def number(self) -> str:
        """A register that holds a number."""
        return self.random.choice(_NUMBERS)

    def spared(self) -> str:
        """A register to change: seldom one that a loop around counts in."""
        free = [each for each in _NUMBERS if each not in self._counters]
        return self.random.choice(free) if free and self.chance(0.95) else self.number()

    def spared_slot(self) -> int:
        """A place on the stack to change: seldom one that a loop around counts in."""
        free = [each for each in _SLOTS if str(each) not in self._counters]
        return self.random.choice(free) if free and self.chance(0.95) else self.slot()

    def chance(self, of: float) -> bool:
        """Whether a thing of that chance happens."""
        return self.random.random() < of

    def change(self) -> None:
        """Give a number another value."""
        number, other, k = self.spared(), self.number(), self.random.randrange(-3, 40)
        self.say(
            self.random.choice(
                (
                    f"{number} = {k}",
                    f"{number} = {other}",
                    f"{number} += {self.random.choice((1, 1, 2, -1))}",
                    f"{number} += {other}",
                    f"{number} &= {self.random.choice((7, 15, 31))}",
                    f"{number} = *(u8 *)(r7 + {self.random.randrange(3)})",
                    f"{number} = *(u64 *)(r10 - {self.slot()})",
                    f"*(u64 *)(r10 - {self.spared_slot()}) = {number}",
                )
            )
        )

    def slot(self) -> int:
        """A place on the stack for a number."""
        return self.random.choice(_SLOTS)

    def condition(self, to: str) -> None:
        """Perhaps go to a label."""
        self.say(
            f"if {self.number()} {self.random.choice(_TESTS)} {self.random.randrange(40)} goto {to}"
        )

    def choice(self, depth: int) -> None:
        """A block that may be passed by."""
        skip = self.label()
        for _ in range(self.random.randrange(1, 4)):
            self.condition(skip)
        self.block(depth - 1, 2)
        self.say(f"{skip}:")

    def use(self) -> None:
        """An index: bounded somehow, or not."""
        number, skip = self.number(), self.label()
        if self.chance(0.93):
            most = ROOM if self.chance(0.02) else self.random.choice((20, ROOM - 1))
            self.say(f"if {number} > {most} goto {skip}")
        self.say("r8 = r7", f"r8 += {number}", "r1 = *(u8 *)(r8 + 0)", f"{skip}:")

    def set_back(self, counter: str, last: int) -> None:
        """Give a loop's counter a former value near its last one, perhaps: it may not end."""
        held, skip = f"*(u64 *)(r10 - {counter})" if counter.isdigit() else counter, self.label()
        self.say(f"r1 = {held}", f"if r1 < {max(last - 2, 0)} goto {skip}")
        self.condition(skip)
        self.say(f"r1 = {last - 3}", f"{held} = r1", f"{skip}:")

    def leave(self) -> None:
        """End a loop early, or the program."""
        if self._ends:
            self.condition(self.random.choice(self._ends))

    def call(self) -> None:
        """Call a function with a loop, and go on with what it returns and what was saved."""
        saved = [n for n in range(4) if self.chance(0.9)] if self.chance(0.5) else []
        self.say(*(f"*(u64 *)(r10 - {_SAVED + 8 * n}) = {_NUMBERS[n]}" for n in saved))
        function = f"call f{self.random.randrange(2)}"
        self.say(f"r1 = {self.random.choice((*_NUMBERS, '0', '0'))}", function)
        if self.chance(0.5):
            skip = self.label()
            self.say(f"if r0 < 10 goto {skip}", "r1 = r0", function, f"{skip}:")
        self.say(*(f"{number} = {1 + n}" for n, number in enumerate(_NUMBERS)))
        self.say(*(f"{_NUMBERS[n]} = *(u64 *)(r10 - {_SAVED + 8 * n})" for n in saved))
        self.say(f"{self.spared()} = r0")

    def calls(self) -> None:
        """One call or another, and something after each."""
        end = self.label()
        for _ in range(self.random.randrange(2, 5)):
            other = self.label()
            self.condition(other)
            self.call()
            self.use()
            self.say(*([f"goto {end}"] if self.chance(0.5) else []), f"{other}:")
        self.say(f"{end}:")

    def loop(self, depth: int) -> None:
        """Some rounds, counted in a register or on the stack."""
        head, out, counter = self.label(), self.label(), self.spared()
        step, rounds = self.random.choice((1, 1, 1, 2, -1)), self.random.randrange(15, 28)
        start = self.random.choice((0, 0, 1, 5))
        last = start + step * rounds
        at = self.spared_slot() if self.chance(0.3) else 0
        slot = f"*(u64 *)(r10 - {at})" if at else ""
        self.say(f"{counter} = {start if step > 0 else start + rounds}")
        if step < 0:
            last = start
        self.say(*([f"{slot} = {counter}"] if slot else []), f"{head}:")
        self._ends.append(out)
        self._counters.append(str(at) if at else counter)
        self._lasts.append(last)
        self.block(depth - 1, 3)
        if len(self._counters) > 1 and self.chance(0.4):
            self.set_back(self._counters[-2], self._lasts[-2])
        self._counters.pop()
        self._lasts.pop()
        self._ends.pop()
        self.say(*([f"{counter} = {slot}"] if slot else []), f"{counter} += {step}")
        self.say(*([f"{slot} = {counter}"] if slot else []))
        tests = ("<", "!=", "s<") if step > 0 else (">", "!=", "s>")
        self.say(f"if {counter} {self.random.choice(tests)} {last} goto {head}", f"{out}:")

    def block(self, depth: int, most: int) -> None:
        """A few statements."""
        for _ in range(self.random.randrange(1, most + 1)):
            kind = self.random.random()
            if depth > 0 and kind < 0.25:
                self.loop(depth)
            elif depth > 0 and kind < 0.45:
                self.choice(depth)
            elif kind < 0.55:
                self.use()
            elif kind < 0.62:
                self.leave()
            elif depth > 0 and kind < 0.7:
                self.call()
            else:
                self.change()

    def function(self, name: str) -> None:
        """A loop over its argument that may be left early."""
        low = self.random.randrange(10, 30)
        more, out = self.label(), self.label()
        self.say(f"{name}: r1 += {self.random.choice((1, 1, 2))}")
        self.say(f"if r1 < {low} goto {more}", f"if r1 > {low + 20} goto {more}")
        self.say("r2 = map_value(0) + 16", "r2 = *(u8 *)(r2 + 5)", f"if r2 == 7 goto {out}")
        self.say(f"{more}: if r1 < {low + 25} goto {name}", "r0 = 3", "exit")
        self.say(f"{out}: r0 = r1", "exit")


def random_loops(random: Random) -> Program:
    """A random program; many are not safe."""
    w = Writer(random)
    w.say(f".map state {16 + ROOM}", "r7 = map_value(0) + 16")
    w.say(*(f"*(u64 *)(r10 - {8 * n}) = 0" for n in range(1, 9)))
    for number in _NUMBERS:
        w.say(random.choice((f"{number} = 0", f"{number} = *(u8 *)(r7 + 0)", f"{number} = 9")))
    if w.chance(0.5):
        w.loop(random.choice((1, 2, 2, 3)))
        w.block(2, 4)
    else:
        w.calls()
    w.use()
    w.say("r0 = 0", "exit")
    for name in ("f0", "f1"):
        if any(line.endswith(f"call {name}") for line in w.lines):
            w.function(name)
    return assemble("\n".join(w.lines) + "\n", "loops.s")


@dataclass
class Explored:
    """One way to explore, and what it came to."""

    analysis: Analysis
    refusal: Refusal | None
    reached: set[int]


def explored(program: Program, flow: Flow, how: Try) -> Explored:
    """Explore all of a program."""
    reached: set[int] = set()
    analysis = Analysis(program, flow, LIMITS, how, lambda slot, state: reached.add(slot))
    return Explored(analysis, analysis.run(), reached)


def run(program: Program, budget: int, random: Random) -> None:
    """Run it on random states; ExecutionError if a run takes longer than that, or faults."""
    loaded = InterpreterEngine(budget).load(program)
    state = StateMemory(Bytes)
    for _ in range(RUNS):
        state.state.buffer[:] = bytes(random.choices((0, 1, 7, 20, 255), k=len(state.state.buffer)))
        loaded.run(IoContext(), [state][: len(program.maps)])


def compare(program: Program, random: Random) -> str:
    """Hold the two ways to explore against each other; what came of it."""
    flow = Flow(program)
    guessed = explored(program, flow, Try(8))
    if guessed.refusal is not None:
        return "refused"
    if not guessed.analysis.guessed:
        return "accepted, no guess"
    # What is widened may seem to go where no run does, and for longer.
    for patience in (8, NEVER):
        exact = explored(program, flow, Try(patience, guesses=False))
        more = _more(exact, guessed)
        if exact.refusal is None and not more:
            return "accepted by both"
    run(program, guessed.analysis.cost, random)
    reason = exact.refusal.reason.found if exact.refusal else more
    assert any(said in reason for said in _UNRELATED), f"round by round: {reason}"
    return "accepted by one round alone"


def _more(exact: Explored, guessed: Explored) -> str:
    """What rounds one by one show that one for all has not shown."""
    missing = exact.reached - guessed.reached
    if missing:
        return f"reaches {missing} as well"
    longest = exact.analysis.cost
    return f"runs take {longest} instructions" if longest > guessed.analysis.cost else ""


def search(seed: int, count: int) -> Counter[str]:
    """Compare for `count` programs; how many came to what."""
    outcomes: Counter[str] = Counter()
    for number in range(seed, seed + count):
        try:
            random = Random(number)
            outcomes[compare(random_loops(random), random)] += 1
        except (AssertionError, ExecutionError) as error:
            error.add_note(f"random loops of seed {number}")
            raise
    return outcomes


def _main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--count", type=int, default=20_000)
    chosen = arguments.parse_args()
    print(f"from seed {chosen.seed} on: {dict(search(chosen.seed, chosen.count))}")


if __name__ == "__main__":
    _main()
