# SPDX-License-Identifier: Apache-2.0
"""Where exploration has been: the points where paths meet, and how long runs are from there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from lightexit.verifier.findings import Findings
from lightexit.verifier.rounds import Plan
from lightexit.verifier.state import State, registers_cover, state_covers

#: How many of the latest finished explorations at a meeting point are compared with.
_MEMORY = 64
#: How far back the previous round of a loop is looked for, in meeting points.
_LONGEST_ROUND = 256


class Step(NamedTuple):
    """A conditional jump on a path, and where it led; paths are linked back to front."""

    slot: int
    to: int
    before: Step | None


@dataclass(eq=False, slots=True)
class Arrivals:
    """The latest finished visits at one meeting point that have one shape."""

    finished: list[Visit] = field(default_factory=list)

    def finish(self, visit: Visit) -> None:
        """Remember one more."""
        self.finished.append(visit)
        if len(self.finished) > 2 * _MEMORY:
            del self.finished[:-_MEMORY]

    def forget(self, visit: Visit) -> None:
        """What was proved from the latest is not proved after all."""
        if self.finished and self.finished[-1] is visit:
            self.finished.pop()

    def covers(self, state: State) -> Visit | None:
        """A visit whose proof serves the state as well."""
        for old in reversed(self.finished[-_MEMORY:]):
            if registers_cover(old.state, state) and state_covers(old.state, state):
                return old
        return None


@dataclass(eq=False, slots=True)
class Lengths:
    """The most instructions executed from a point on: to the end (-1 if no path leads there
    directly), and to the start of each loop's next round."""

    end: int = -1
    rounds: dict[Visit, int] | None = None

    def include(self, other: Lengths, distance: int) -> None:
        """Runs may also continue as `other`, after `distance` instructions."""
        if other.end >= 0:
            self.end = max(self.end, distance + other.end)
        if other.rounds:
            mine = self.rounds = self.rounds or {}
            for loop, length in other.rounds.items():
                mine[loop] = max(mine.get(loop, 0), distance + length)

    def settle(self) -> None:
        """A loop that was proved is as long as it was proved to be."""
        while self.rounds and (closed := [each for each in self.rounds if not each.is_open]):
            for loop in closed:
                self.include(loop.longest, self.rounds.pop(loop))

    def repeat(self, loop: Visit, rounds: int) -> None:
        """All of that may come after so many rounds of the loop."""
        length = rounds * (self.rounds or {}).pop(loop, 0)
        if self.end >= 0:
            self.end += length
        for outer in self.rounds or {}:
            assert self.rounds is not None
            self.rounds[outer] += length


@dataclass(eq=False, slots=True)
class Visit:
    """A state that was explored from, at a point where paths meet.

    `distance` is counted from the parent, `reached` from the program's start along this path.
    `longest` is final once nothing is `open`.
    """

    state: State
    arrivals: Arrivals
    slot: int = 0
    course: object = ()
    parent: Visit | None = None
    distance: int = 0
    reached: int = 0
    rounds: int = 0
    open: int = 1
    longest: Lengths = field(default_factory=Lengths)
    loop: LoopSummary | None = None

    @property
    def is_open(self) -> bool:
        """Whether paths from here are still explored."""
        return self.open > 0

    @property
    def calls(self) -> tuple[int, ...]:
        """Which functions run here, by where they return to."""
        return self.state.calls

    @property
    def symbols(self) -> Sequence[int]:
        """Of a loop: the symbols of its values at the start of a round."""
        return self.loop.plan.symbols if self.loop else ()

    def previous_round(self, slot: int) -> Visit | None:
        """The latest visit to `slot` on the way here, itself included."""
        visit: Visit | None = self
        for _ in range(_LONGEST_ROUND):
            if visit is None or visit.slot == slot:
                return visit
            visit = visit.parent
        return None

    def innermost_loop(self) -> Visit | None:
        """The loop taken for any number of rounds in which this is."""
        visit: Visit | None = self
        while visit is not None and visit.loop is None:
            visit = visit.parent
        return visit

    def end(self, lengths: Lengths) -> None:
        """A path ended that is at most so many instructions long from here."""
        self.longest.include(lengths, 0)
        self.open -= 1
        if self.open == 0 and self.loop is not None:
            self.longest.repeat(self, self.loop.rounds)


@dataclass(eq=False, slots=True)
class LoopSummary:
    """What a visit adds that stands for all rounds of a loop, and what to return to if that
    costs the proof."""

    plan: Plan
    rounds: int
    path: Step | None
    todo: int
    finished: int
    states: int
    seen: int
    findings: Findings
    unrolled: frozenset[int]
