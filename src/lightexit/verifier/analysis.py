# SPDX-License-Identifier: Apache-2.0
"""Explores all paths of a program, abstractly.

`Analysis.run` is the whole method: take an open path, check and carry out one instruction after
the other, and where paths meet (`_arrive`) stop if a finished exploration covers the new state.
A loop ends because its states change from round to round until the exit is the only way; a
round that changes nothing is a loop without bound. After a few rounds a state is guessed that
covers all rounds (`rounds.py`): where it holds, one round is explored for all; where it costs the
proof, exploration goes back to the loop's start and takes it round by round. Where many paths
meet that differ in no loop's course, new ones are *widened* to cover what they have in common;
if that costs the proof, `explore` tries again with more patience.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from lightexit.isa import Kind, Program
from lightexit.verifier.checker import Checker, not_written
from lightexit.verifier.findings import Findings
from lightexit.verifier.flow import Flow
from lightexit.verifier.limits import Limits
from lightexit.verifier.loops import Loops
from lightexit.verifier.merge import Shape, course_of, merged, shape_of
from lightexit.verifier.prepare import prepared
from lightexit.verifier.requirements import RequirementError, requirements
from lightexit.verifier.rounds import Plan
from lightexit.verifier.state import CONTEXT_BYTES, FIRST_SYMBOL, State, initial
from lightexit.verifier.transfer import Transfer
from lightexit.verifier.visits import Arrivals, Lengths, LoopSummary, Step, Visit

#: States of one shape that are kept before they are widened; and the number for "never".
_PATIENCE = 8
_ENDLESS = 1 << 30
#: The parts of the limit that a try which widens, and then one that does not, may take before the
#: other is tried: widening may lead astray, and so may its lack.
_FIRST, _SECOND = 8, 4
#: Rounds of a loop that are explored one by one before all are explored as one.
_ROUNDS = 16
#: Values in memory cost as much as an instruction each where paths meet; so many cost nothing, for
#: ordinary programs keep few.
_FREE = 24
#: Work for each state of the limit: what many values cost, and guesses that failed.
_WORK = 2


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
    visit: Visit


Observer = Callable[[int, State], None]


class Try(NamedTuple):
    """How to explore. `patience` is how many states of a kind may meet before they are widened;
    `spent` is how many states of the limit former tries have taken; after `allowance` states,
    something else shall be tried if widening is to blame. Without `guesses`, every loop is
    explored round by round."""

    patience: int
    spent: int = 0
    allowance: int = 1 << 60
    guesses: bool = True


class Analysis:
    """One exploration."""

    def __init__(
        self,
        program: Program,
        flow: Flow,
        limits: Limits,
        how: Try,
        observe: Observer | None = None,
        weights: Mapping[int, int] | None = None,
    ) -> None:
        self.flow = flow
        self.limits = limits
        self.how = how
        self.findings = Findings()
        self.states = how.spent
        self.work = _WORK * how.spent
        self.widened = False
        #: Whether it ended for want of states, or of its allowance only.
        self.exhausted = self.stopped = False
        #: Whether all rounds of some loop were explored as one.
        self.guessed = False
        self._observe = observe
        self._seen: list[tuple[int, State]] = []
        self._most = min(how.spent + how.allowance, limits.states)
        self._most_work = _WORK * limits.states
        self._symbols = itertools.count(FIRST_SYMBOL)
        self._checker = Checker(program, limits.helpers, limits.answers)
        self._transfer = Transfer(program, self.findings, self._symbols)
        #: With what each adds to the length of a run: 1, unless `weights` says otherwise.
        self._instructions = {
            i.slot: (i, prepared(i), weights[i.slot] if weights else 1) for i in flow.instructions
        }
        self._arrivals: dict[tuple[int, Shape], Arrivals] = {}
        self._courses: set[tuple[Arrivals, object]] = set()
        self._finished: list[Visit] = []
        self._loops = Loops(flow)
        self._pending: Plan | None = None
        self._reached: set[int] = set()
        self._unrolled: frozenset[int] = frozenset()
        first = initial(limits.accesses)
        first.context = first.context.settled(flow.needs(0).context, CONTEXT_BYTES)
        self._root = Visit(first, Arrivals())
        self._todo = [OpenPath(0, first.copy(), self._root, 0, None)]

    @property
    def cost(self) -> int:
        """The most instructions that any run executes."""
        return max(self._root.longest.end, 0)

    def run(self) -> Refusal | None:
        """Explore all paths; None if every one is fine, and what no path reaches is no worse."""
        refusal = self._explore()
        if refusal is None and len(self._reached) < len(self._instructions):
            refusal = self._refuse_unreached()
        return refusal

    def _refuse_unreached(self) -> Refusal | None:
        for slot, (i, _, _) in self._instructions.items():
            if slot not in self._reached:
                try:
                    self._checker.check_unreached(requirements(i), self._root.state)
                except RequirementError as reason:
                    return Refusal(slot, reason, self._root.state, None, self._root)
        return None

    def _explore(self) -> Refusal | None:
        refusal = None
        while self._todo and refusal is None:
            refusal = self._follow(self._todo.pop())
            loop = refusal and refusal.visit.innermost_loop()
            if refusal and loop and not self.exhausted and not self.stopped:
                self._go_back(loop, refusal.visit, None)
                refusal = None
        if self._observe is not None:
            for slot, state in self._seen:
                self._observe(slot, state)
        return refusal

    def _follow(self, here: OpenPath) -> Refusal | None:
        """Go along one path to its end; other ways at its branches are left to do."""
        slot, state, visit, distance, path = here
        joins, instructions = self.flow.joins, self._instructions
        checker, transfer = self._checker, self._transfer
        while True:
            try:
                if slot in joins:
                    arrived = self._arrive(slot, state, visit, distance, path)
                    if arrived is None:
                        return None
                    visit, distance, state = arrived, 0, arrived.state.copy()
                if self.states >= self._most or self.work > self._most_work:
                    self._end_for_want_of_states()
                self.states += 1
                self.work += 1
                if self._observe is not None:
                    self._seen.append((slot, state.copy()))
                i, (held, checks, step), weight = instructions[slot]
                self._reached.add(slot)
                for register in held:
                    if state.registers[register] is None:
                        raise not_written(register)
                for check, needed in checks:
                    check(checker, needed, state)
                ways = step(transfer, i, state)
            except RequirementError as reason:
                return Refusal(slot, reason, state, path, visit)
            distance += weight
            if ways is None:
                slot = i.slot + 1 if i.op.kind is not Kind.LDDW else i.slot + 2
                continue
            if not ways:
                self._end(visit, Lengths(distance))
                return None
            if len(ways) > 1:
                if ways[0][1].loops:
                    # A wrong guess should fail before the code after the loop is explored.
                    ways = self._loops.inside_first(ways)
                to, other = ways[1]
                visit.open += 1
                self._todo.append(OpenPath(to, other, visit, distance, Step(slot, to, path)))
                path = Step(slot, ways[0][0], path)
            slot, state = ways[0]

    def _end_for_want_of_states(self) -> None:
        if self._most < self.limits.states and not self.widened and self.work <= self._most_work:
            self._most = self.limits.states
            return
        self.stopped = self.states >= self._most < self.limits.states
        self.exhausted = not self.stopped
        self.states = max(self.states, self._most + 1)
        raise RequirementError(
            f"is too complex: more than {self.limits.states} states were explored",
            "fewer branches within loops, or fewer rounds",
            "give loops smaller bounds",
        )

    def _arrive(
        self, slot: int, state: State, visit: Visit, distance: int, path: Step | None
    ) -> Visit | None:
        """Explore on from where paths meet (the new visit), or stop: it was explored before."""
        state.forget(self.flow.needs(slot))
        self.work += max(state.differs(visit.state) - _FREE, 0)
        if state.loops:
            state.loops = self._loops.around(slot, state)
            if (loop := self._loops.started(slot, state)) is not None:
                self._end_round(loop, state, visit, distance)
                return None
        steering = self.flow.steering.get(slot, 0)
        shape = shape_of(state, steering)
        arrivals = self._arrivals.get((slot, shape))
        if arrivals is None:
            arrivals = self._arrivals[slot, shape] = Arrivals()
        self.work += len(arrivals.finished) // 2 + 4 * (len(state.frames) - 1)
        starts_round = slot in self.flow.heads
        old = arrivals.covers(state)
        if old is None and starts_round:
            old = self._loops.proved_at(slot, state.calls).covers(state)
        if old is not None:
            old.longest.settle()
            lengths = Lengths()
            lengths.include(old.longest, distance)
            self._end(visit, lengths)
            return None
        here = Visit(state, arrivals, slot, None, visit, distance, visit.reached + distance)
        if not self.how.guesses and here.reached > self.limits.instructions:
            raise RequirementError("may run for too long")
        if starts_round:
            if self._explore_as_one(here, path):
                return here
            self._take_course(here, course_of(state, steering))
        if len(arrivals.finished) >= self.how.patience:
            here.state = merged(arrivals.finished[-1].state, state, self._symbols)
            self.widened = True
        return here

    def _take_course(self, here: Visit, course: Shape) -> None:
        """A round starts, which must not be as an earlier one on this path."""
        if (here.arrivals, course) in self._courses:
            raise RequirementError(
                "loops without a bound: a round may change nothing that its end depends on",
                "a loop that counts to a constant",
                "for i in range(N):",
            )
        here.course = course
        self._courses.add((here.arrivals, course))

    def _end(self, visit: Visit | None, lengths: Lengths) -> None:
        """A path ended, so long after `visit`; a visit with no open path is finished."""
        while visit is not None:
            visit.end(lengths)
            if visit.open:
                return
            if visit.parent is not None:
                self._courses.discard((visit.arrivals, visit.course))
                visit.arrivals.finish(visit)
                self._finished.append(visit)
            lengths = Lengths()
            lengths.include(visit.longest, visit.distance)
            visit = visit.parent

    # Loops of which one round is explored for all

    def _explore_as_one(self, here: Visit, path: Step | None) -> bool:
        """Make the visit to a loop's start stand for all rounds, if enough of them have been
        explored and a guess can be made."""
        plan, self._pending = self._pending, None
        if plan is None:
            plan = self._guess(here)
        if plan is None or plan.bound is None:
            return False
        here.loop = LoopSummary(
            plan,
            plan.bound.rounds,
            path,
            len(self._todo),
            len(self._finished),
            self.states,
            len(self._seen),
            self.findings.copy(),
            self._unrolled,
        )
        here.state = plan.invariant(self._symbols, here)
        here.arrivals = self._loops.proved_at(here.slot, here.calls)
        self.guessed = True
        return True

    def _guess(self, here: Visit) -> Plan | None:
        before = here.parent and here.parent.previous_round(here.slot)
        if before is None or before.calls != here.calls:
            return None
        here.rounds = before.rounds + 1
        # Where no guess can be made, the next is tried after twice as many rounds.
        due = here.rounds >= _ROUNDS and not here.rounds & here.rounds - 1
        if not due or not self.how.guesses or here.slot in self._unrolled:
            return None
        self.work += here.state.size
        return Plan(before.state, here.state, self._loops.constants(here.slot, here.state))

    def _end_round(self, loop: Visit, state: State, visit: Visit, distance: int) -> None:
        """A path came back to the loop's start: what holds there is proved, or guessed anew."""
        assert loop.loop is not None
        if loop.loop.plan.returns(state):
            self._end(visit, Lengths(rounds={loop: distance}))
            return
        plan = loop.loop.plan
        self._go_back(loop, visit, plan if plan.bound else None)

    def _go_back(self, loop: Visit, visit: Visit, plan: Plan | None) -> None:
        """Forget all that was explored since the loop's start, and go on from there: with another
        guess, or round by round."""
        saved = loop.loop
        self.work += loop.state.size
        assert saved is not None
        assert loop.parent is not None
        del self._todo[saved.todo :]
        for finished in reversed(self._finished[saved.finished :]):
            finished.arrivals.forget(finished)
        del self._finished[saved.finished :]
        open_visit: Visit | None = visit
        while open_visit is not loop:
            assert open_visit is not None
            self._courses.discard((open_visit.arrivals, open_visit.course))
            open_visit = open_visit.parent
        del self._seen[saved.seen :]
        self.states = saved.states
        self.findings.restore(saved.findings)
        self._unrolled = saved.unrolled if plan else saved.unrolled | {loop.slot}
        self._pending = plan
        seed = saved.plan.seed.copy()
        self._todo.append(OpenPath(loop.slot, seed, loop.parent, loop.distance, saved.path))


def explore(program: Program, flow: Flow, limits: Limits) -> tuple[Analysis, Refusal | None]:
    """The exploration that decides, and why it refuses. One that makes every loop as long as its
    longest round allows is held against one that takes them round by round, if only its length is
    too much."""

    def explored(how: Try) -> tuple[Analysis, Refusal | None]:
        analysis = Analysis(program, flow, limits, how)
        return analysis, analysis.run()

    decided, refusal = _decide(explored, limits.states)
    if refusal is None and decided.guessed and decided.cost > limits.instructions:
        exact, longer = explored(Try(decided.how.patience, guesses=False))
        if longer is None:
            return exact, None
    return decided, refusal


def _decide(
    explored: Callable[[Try], tuple[Analysis, Refusal | None]], states: int
) -> tuple[Analysis, Refusal | None]:
    """The first try, or one that does not widen if widening was to blame. Before one of them takes
    all the states there are, both have had a part of them."""
    for first, second in ((states // _FIRST, states // _SECOND), (states, states)):
        widening, refusal = explored(Try(_PATIENCE, allowance=first))
        if refusal is None or not widening.widened or widening.exhausted:
            return widening, refusal
        exact, refusal = explored(Try(_ENDLESS, widening.states, second))
        if refusal is None or not (exact.stopped or exact.exhausted):
            return exact, refusal
    return exact, refusal


def watch(program: Program, flow: Flow, limits: Limits, observe: Observer) -> None:
    """Call `observe(slot, state)` for each state of the exploration that decides, in its order."""
    decided, _ = explore(program, flow, limits)
    Analysis(program, flow, limits, decided.how, observe).run()
