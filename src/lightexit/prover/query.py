# SPDX-License-Identifier: Apache-2.0
"""Questions to z3: short ones while paths are followed, and goals at their ends."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import z3

from lightexit.prover import division
from lightexit.prover.integers import Bits, UnsupportedError, simplified

#: What a question on the way may take, in ms; where it takes longer, a branch counts as possible.
BRANCH_MS = 300
#: How many values an offset or a number may have, where each is looked at.
MOST_VALUES = 4096


class TimeUpError(Exception):
    """The time for a proof is used up."""


@dataclass(frozen=True)
class Budget:
    """What a proof may take: `seconds` in all, `goal_s` for one goal, `paths` of the source."""

    seconds: float = 60.0
    goal_s: float = 10.0
    paths: int = 20_000
    end: float = field(default=0.0, compare=False)

    def started(self) -> Budget:
        """The same, from now on."""
        return Budget(self.seconds, self.goal_s, self.paths, time.monotonic() + self.seconds)

    def left_ms(self, most: float) -> int:
        """The milliseconds that a question may take. Raises TimeUpError where there are none."""
        left = (self.end - time.monotonic()) * 1000
        if left <= 0:
            raise TimeUpError
        return max(int(min(left, most)), 1)


class Assumptions:
    """What holds on a path. Branches are judged without what division means; they come twice, in
    the source and in the bytecode, and what was assumed once is known the second time."""

    def __init__(
        self,
        budget: Budget,
        abstraction: division.Abstraction,
        conditions: Sequence[z3.BoolRef] = (),
    ) -> None:
        self.budget, self.abstraction = budget, abstraction
        self.conditions: list[z3.BoolRef] = []
        self._known: dict[int, bool] = {}
        #: By the number of a word: the word, and what it may be. Less than that later on the path.
        self._values: dict[int, tuple[Bits, list[int]]] = {}
        #: Words that are known to be a number.
        self._numbers: list[tuple[Bits, Bits]] = []
        self._marks: list[tuple[Any, ...]] = []
        self._solver = z3.Solver()
        for each in conditions:
            self.add(each)

    def add(self, condition: z3.BoolRef) -> None:
        """One more."""
        condition = simplified(condition)
        self.conditions.append(condition)
        self._solver.add(self.abstraction.of(condition))
        plain, is_true = _without_not(condition)
        self._known[plain.get_id()] = is_true
        if z3.is_eq(condition) and z3.is_bv_value(condition.arg(1)):
            self._numbers = [*self._numbers, (condition.arg(0), condition.arg(1))]

    def push(self) -> None:
        """Begin a part that `pop` takes back."""
        self._solver.push()
        known, values = dict(self._known), dict(self._values)
        self._marks.append((len(self.conditions), known, values, self._numbers))

    def pop(self) -> None:
        """Forget what was added since the last `push`."""
        self._solver.pop()
        mark, self._known, self._values, self._numbers = self._marks.pop()
        del self.conditions[mark:]

    def may_hold(self, condition: z3.BoolRef) -> bool:
        """False where it cannot be; True also where that is not found out in time."""
        condition = simplified(condition)
        if z3.is_true(condition) or z3.is_false(condition):
            return bool(z3.is_true(condition))
        plain, wanted = _without_not(condition)
        known = self._known.get(plain.get_id())
        if known is not None:
            return known == wanted
        return bool(self._check(self.abstraction.of(condition)) != z3.unsat)

    def _check(self, *conditions: z3.BoolRef) -> z3.CheckSatResult:
        self._solver.set("timeout", self.budget.left_ms(BRANCH_MS))
        return self._solver.check(*conditions)

    def values(self, word: Bits, most: int = MOST_VALUES) -> list[int]:
        """All values that a word may have, in ascending order.

        Raises UnsupportedError for more than `most`, or where z3 does not say in time.
        """
        known = self._values.get(word.get_id())
        if known is None:
            found = self._found_values(word, most)
            self._values[word.get_id()] = known = word, found
        return known[1]

    def place(self, word: Bits) -> Bits | int:
        """A word as the signed number that it is known to be, if it is."""
        word = simplified(z3.substitute(word, *self._numbers)) if self._numbers else word
        return word.as_signed_long() if z3.is_bv_value(word) else word

    def is_within(self, word: Bits, first: int, last: int) -> bool:
        """Whether a word is known to be between two numbers."""
        outside = z3.Or(z3.ULT(word, first), z3.UGT(word, last))
        solver = self._solver_for(word)
        solver.set("timeout", self.budget.left_ms(BRANCH_MS))
        return bool(solver.check(outside) == z3.unsat)

    def _solver_for(self, word: Bits) -> z3.Solver:
        """One that knows the bounds of what is divided in a word."""
        if self.abstraction.of(word) is word:
            return self._solver
        solver = z3.Solver()
        solver.add(*self.conditions, *division.bounds([*self.conditions, word]))
        return solver

    def _found_values(self, word: Bits, most: int) -> list[int]:
        solver = self._solver_for(word)
        solver.push()
        try:
            return _values(solver, word, most, self.budget)
        finally:
            solver.pop()


def _values(solver: z3.Solver, word: Bits, most: int, budget: Budget) -> list[int]:
    found: list[int] = []
    while True:
        solver.set("timeout", budget.left_ms(1000 * budget.goal_s))
        answer = solver.check()
        if answer == z3.unsat:
            return sorted(found)
        if answer != z3.sat:
            raise UnsupportedError("which values an index may have was not found out in time")
        value = solver.model().eval(word, model_completion=True).as_long()
        found.append(value)
        if len(found) > most:
            raise UnsupportedError(f"a number of more than {most} values, where each is tried")
        solver.add(word != value)


def _without_not(condition: z3.BoolRef) -> tuple[z3.BoolRef, bool]:
    if z3.is_not(condition):
        return condition.arg(0), False
    return condition, True


@dataclass(frozen=True)
class Settled:
    """Of a goal: `holds` is None where that was not found out; `model` may break it."""

    holds: bool | None
    model: z3.ModelRef | None = None


def settle(
    conditions: Sequence[z3.BoolRef],
    goal: z3.BoolRef,
    budget: Budget,
    abstraction: division.Abstraction,
) -> Iterator[Settled]:
    """What z3 says of a goal under conditions, until it holds: at first with variables for what is
    divided, then with the bounds of quotients and rests, then with all their facts, then with z3's
    own. The models
    of all are candidates; only the last of them breaks the goal for sure."""
    first = _abstract(conditions, goal, budget, abstraction)
    if not first.holds:
        goal = _unified(goal, budget, abstraction)
        first = _abstract(conditions, goal, budget, abstraction)
    yield first
    question = [*conditions, z3.Not(goal)]
    said = [*division.bounds(question)]
    if first.holds or not said:
        return
    for more in ((), division.facts(question), division.meanings(question)):
        said += more
        answer = _asked([*question, *said], budget)
        yield answer
        if answer.holds:
            return


def _abstract(
    conditions: Sequence[z3.BoolRef],
    goal: z3.BoolRef,
    budget: Budget,
    abstraction: division.Abstraction,
) -> Settled:
    return _asked([abstraction.of(each) for each in (*conditions, z3.Not(goal))], budget)


def _unified(goal: z3.BoolRef, budget: Budget, abstraction: division.Abstraction) -> z3.BoolRef:
    """The goal with one dividend for all that are equal whatever is assumed, from the innermost on:
    source and bytecode may write the same number in two ways."""
    while True:
        for a, b in division.rivals(goal):
            if abstraction.may_be_equal(a, b) and _asked([a != b], budget).holds:
                goal = simplified(z3.substitute(goal, (a, b)))
                break
            abstraction.are_different(a, b)
        else:
            return goal


def _asked(question: Sequence[z3.BoolRef], budget: Budget) -> Settled:
    solver = z3.Solver()
    solver.add(*question)
    solver.set("timeout", budget.left_ms(budget.goal_s * 1000))
    answer = solver.check()
    if answer == z3.unsat:
        return Settled(True)
    return Settled(False, solver.model()) if answer == z3.sat else Settled(None)
