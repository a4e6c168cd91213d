# SPDX-License-Identifier: Apache-2.0
"""All paths of a function, by running it again and again: each run follows the decisions of an
earlier one, and takes the other way at the last of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import z3

from lightexit.prover import division
from lightexit.prover.integers import Bits, SymbolicInt, UnsupportedError, simplified
from lightexit.prover.query import Assumptions, Budget

T = TypeVar("T")

#: A decision: which of the ways that were possible there.
Choice = int


class Run:
    """One run along decisions; what `SymbolicInt` asks is decided here."""

    def __init__(self, assumptions: Assumptions, follow: Sequence[Choice]) -> None:
        self.assumptions = assumptions
        self._follow = follow
        self.taken: list[Choice] = []
        #: Decisions of runs that are left to be made.
        self.others: list[tuple[Choice, ...]] = []

    def decide(self, condition: z3.BoolRef) -> bool:
        """Which of both it is; where it may be either, another run takes the other."""
        condition = simplified(condition)
        if z3.is_true(condition) or z3.is_false(condition):
            return bool(z3.is_true(condition))
        taken = self._next(lambda: self._possible(condition))
        self.assumptions.add(condition if taken else z3.Not(condition))
        return bool(taken)

    def _possible(self, condition: z3.BoolRef) -> list[int]:
        if not self.assumptions.may_hold(condition):
            return [0]
        return [1, 0] if self.assumptions.may_hold(z3.Not(condition)) else [1]

    def choose(self, value: SymbolicInt) -> int:
        """The number that it is; other runs take its other values."""
        if value.lo == value.hi:
            return value.lo
        width = value.width
        word = simplified(value.bits(width))
        number = self._next(lambda: self.assumptions.values(word))
        self.assumptions.add(word == number)
        return number - (1 << width) if value.lo < 0 and number >> width - 1 else number

    def divide(self, dividend: Bits, divisor: Bits) -> Bits:
        """The quotient of two words."""
        return division.quotient(dividend, divisor)

    def rest(self, dividend: Bits, divisor: Bits) -> Bits:
        """The remainder."""
        return division.remainder(dividend, divisor)

    def _next(self, possible: Callable[[], list[Choice]]) -> Choice:
        done = len(self.taken)
        if done < len(self._follow):
            choice = self._follow[done]
        else:
            choice, *others = possible()
            self.others += [(*self.taken, other) for other in others]
        self.taken.append(choice)
        return choice


@dataclass(frozen=True)
class Explored(Generic[T]):
    """A path and what came of it."""

    run: Run
    result: T


def explore(
    function: Callable[[Run], T], budget: Budget, given: Sequence[z3.BoolRef] = ()
) -> Iterator[Explored[T]]:
    """Every path of a function. Raises UnsupportedError for more than the budget allows."""
    waiting: list[tuple[Choice, ...]] = [()]
    abstraction = division.Abstraction()
    count = 0
    while waiting:
        budget.left_ms(1)
        count += 1
        if count > budget.paths:
            raise UnsupportedError(f"more than {budget.paths} paths")
        run = Run(Assumptions(budget, abstraction, given), waiting.pop())
        result = function(run)
        waiting += run.others[::-1]
        yield Explored(run, result)
