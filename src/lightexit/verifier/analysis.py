# SPDX-License-Identifier: Apache-2.0
"""Explores all paths of a program, abstractly.

`Analysis.run` is the whole method: take an open path, check and carry out one instruction after
the other, and where paths meet (`_arrive`) stop if a finished exploration covers the new state.
A loop ends because its states change from round to round until the exit is the only way; a
round that changes nothing is a loop without bound. Where many paths meet that differ in no
loop's course, new ones are *widened* to cover what they have in common; if that costs the
proof, `explore` tries again with more patience.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from lightexit.isa import Program
from lightexit.verifier.checker import Checker
from lightexit.verifier.findings import Findings
from lightexit.verifier.flow import Flow
from lightexit.verifier.limits import Limits
from lightexit.verifier.merge import Shape, course_of, merged, shape_of
from lightexit.verifier.requirements import RequirementError, requirements
from lightexit.verifier.state import State, initial, state_covers
from lightexit.verifier.transfer import Transfer, Ways

#: How many of the latest finished explorations at a meeting point are compared with.
_MEMORY = 64
#: States of a shape that may meet before they are widened: at the first try, at the second.
_PATIENCE = (8, 1 << 30)


class Step(NamedTuple):
    """A conditional jump on a path, and where it led; paths are linked back to front."""

    slot: int
    to: int
    before: Step | None


@dataclass(eq=False)
class Visit:
    """A state that was explored from, at a point where paths meet.

    `longest` is the most instructions executed from here on; final once nothing is `open`.
    """

    state: State
    arrivals: Arrivals
    course: Shape = ()
    parent: Visit | None = None
    distance: int = 0
    open: int = 1
    longest: int = 0


class OpenPath(NamedTuple):
    """Where to go on: `distance` instructions after `visit`."""

    slot: int
    state: State
    visit: Visit
    distance: int
    path: Step | None


@dataclass
class Refusal:
    """Why a program is refused: where, in which state, on which path."""

    slot: int
    reason: RequirementError
    state: State
    path: Step | None


@dataclass
class Arrivals:
    """The finished visits at one meeting point that have one shape, and the others' courses."""

    finished: list[Visit] = field(default_factory=list)
    courses: set[Shape] = field(default_factory=set)


Observer = Callable[[int, State], None]


class Analysis:
    """One exploration. `patience` is how many states of a kind may meet before they are widened;
    `spent` is how many states of the limit former explorations have taken."""

    def __init__(
        self,
        program: Program,
        flow: Flow,
        limits: Limits,
        patience: int,
        spent: int = 0,
        observe: Observer | None = None,
    ) -> None:
        self.flow = flow
        self.limits = limits
        self.patience = patience
        self.observe = observe
        self.findings = Findings()
        self.spent = self.states = spent
        self.widened = False
        self._symbols = itertools.count(1)
        self._checker = Checker(program, limits.helpers, limits.answers)
        self._transfer = Transfer(program, self.findings, self._symbols)
        self._required = {i.slot: requirements(i) for i in flow.instructions}
        self._arrivals: dict[tuple[int, Shape], Arrivals] = {}
        self._root = Visit(initial(self._symbols), Arrivals())
        self._todo = [OpenPath(0, self._root.state.copy(), self._root, 0, None)]

    @property
    def cost(self) -> int:
        """The most instructions that any run executes."""
        return self._root.longest

    def run(self) -> Refusal | None:
        """Explore all paths; None if every one is fine."""
        while self._todo:
            if refusal := self._follow(self._todo.pop()):
                return refusal
        return None

    def _follow(self, here: OpenPath) -> Refusal | None:
        """Go along one path to its end; other ways at its branches are left to do."""
        slot, state, visit, distance, path = here
        while True:
            try:
                if slot in self.flow.joins:
                    arrived = self._arrive(slot, state, visit, distance)
                    if arrived is None:
                        return None
                    visit, distance, state = arrived, 0, arrived.state.copy()
                ways = self._execute(slot, state)
            except RequirementError as reason:
                return Refusal(slot, reason, state, path)
            distance += 1
            if not ways:
                _finish(visit, distance)
                return None
            if len(ways) > 1:
                to, other = ways[1]
                visit.open += 1
                self._todo.append(OpenPath(to, other, visit, distance, Step(slot, to, path)))
                path = Step(slot, ways[0][0], path)
            slot, state = ways[0]

    def _execute(self, slot: int, state: State) -> Ways:
        self.states += 1
        if self.states > self.limits.states:
            raise RequirementError(
                f"is too complex: more than {self.limits.states} states were explored",
                "fewer branches within loops, or fewer rounds",
                "give loops smaller bounds",
            )
        if self.observe is not None:
            self.observe(slot, state)
        self._checker.check(self._required[slot], state)
        return self._transfer.step(self.flow.at[slot], state)

    def _arrive(self, slot: int, state: State, visit: Visit, distance: int) -> Visit | None:
        """Explore on from where paths meet (the new visit), or stop: it was explored before."""
        state.forget(self.flow.live[slot], self.flow.relevant[slot])
        steering = self.flow.steering.get(slot, 0)
        shape = shape_of(state, steering)
        arrivals = self._arrivals.setdefault((slot, shape), Arrivals())
        for old in reversed(arrivals.finished[-_MEMORY:]):
            if state_covers(old.state, state):
                _finish(visit, distance + old.longest)
                return None
        course = course_of(state, steering)
        if course in arrivals.courses:
            raise RequirementError(
                "loops without a bound: a round may change nothing that decides whether it goes on",
                "a loop that counts to a constant",
                "for i in range(N):",
            )
        if len(arrivals.finished) >= self.patience:
            state = merged(arrivals.finished[-1].state, state)
            self.widened = True
        arrivals.courses.add(course)
        return Visit(state, arrivals, course, visit, distance)


def _finish(visit: Visit | None, length: int) -> None:
    """A path ended `length` instructions after `visit`; a visit with no open path is finished."""
    while visit is not None:
        visit.longest = max(visit.longest, length)
        visit.open -= 1
        if visit.open:
            return
        if visit.parent is not None:
            visit.arrivals.courses.remove(visit.course)
            visit.arrivals.finished.append(visit)
        length = visit.distance + visit.longest
        visit = visit.parent


def explore(program: Program, flow: Flow, limits: Limits) -> tuple[Analysis, Refusal | None]:
    """The exploration that decides: the first, or a more patient one if widening was to blame
    and there are states left."""
    spent = 0
    for patience in _PATIENCE:
        analysis = Analysis(program, flow, limits, patience, spent)
        refusal = analysis.run()
        spent = analysis.states
        if refusal is None or not analysis.widened or spent > limits.states:
            break
    return analysis, refusal


def watch(program: Program, flow: Flow, limits: Limits, observe: Observer) -> None:
    """Call `observe(slot, state)` for each state of the exploration that decides, in its order."""
    analysis, _ = explore(program, flow, limits)
    Analysis(program, flow, limits, analysis.patience, analysis.spent, observe).run()
