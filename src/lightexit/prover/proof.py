# SPDX-License-Identifier: Apache-2.0
"""`prove`: a filter's source and its bytecode do the same, or an input on which they do not."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import FunctionType
from typing import Any, cast

import z3

from lightexit.abi import Struct
from lightexit.errors import AuthorError
from lightexit.filter import Filter
from lightexit.isa.program import Program
from lightexit.prover.bytecode import Executor
from lightexit.prover.counterexample import as_test, input_of, simpler
from lightexit.prover.integers import UnsupportedError
from lightexit.prover.paths import explore
from lightexit.prover.query import Assumptions, Budget, Settled, TimeUpError, settle
from lightexit.prover.replay import Counterexample, replayed
from lightexit.prover.sides import Goal, Start, goals, run_source
from lightexit.prover.source import at_line
from lightexit.prover.trial import tried

PROVED, REFUTED, UNKNOWN = "proved", "refuted", "unknown"
DEFAULT = Budget()
#: What every proof takes for given.
ASSUMED = ("is_write is 0 or 1", "states do not overlap")


@dataclass(frozen=True)
class Proof:
    """What was found out of a filter.

    `paths` are those of its source, `pairs` those with each path of the bytecode under them.
    `reason` is why it is unknown, `limit` the part of the budget that was too small, "" where more
    would not help; `differences` are what a counterexample shows, and `test` is it.
    """

    name: str
    verdict: str
    seconds: float = 0.0
    paths: int = 0
    pairs: int = 0
    reason: str = ""
    limit: str = ""
    differences: tuple[str, ...] = ()
    test: str = ""


class _Refuted(Exception):  # noqa: N818 - no error: a result
    """A counterexample."""

    def __init__(self, counterexample: Counterexample) -> None:
        self.counterexample = counterexample


class _Prover:
    def __init__(
        self, function: FunctionType, program: Program, start: Start, budget: Budget
    ) -> None:
        #: The author's.
        self.function = function
        self.program, self._start = program, start
        self._budget = budget
        self.paths = self.pairs = 0
        #: What was not shown, and the limit that may be to blame.
        self.open: dict[str, str] = {}

    def run(self) -> None:
        """Raises _Refuted, UnsupportedError, TimeUpError."""
        found = tried(self.function, self.program, self._start.states)
        if found is not None:
            raise _Refuted(found)
        source = run_source(self.function, self._start)
        for path in explore(source, self._budget, self._start.given):
            self.paths += 1
            executor = Executor(self.program, path.run.assumptions)
            for end in executor.run(self._start.regions):
                self.pairs += 1
                wanted = goals(self._start, path.result, end)
                limit = "" if path.result.error else "goal_s"
                self.open |= dict.fromkeys(self._unsettled(path.run.assumptions, wanted), limit)

    def _unsettled(self, assumptions: Assumptions, wanted: Sequence[Goal]) -> list[str]:
        """Each goal by itself: that is easier than all at once, and says what was not shown."""
        return [each.name for each in wanted if not self._holds(assumptions, each.holds)]

    def _holds(self, assumptions: Assumptions, goal: z3.BoolRef) -> bool:
        for answer in settle(assumptions.conditions, goal, self._budget, assumptions.abstraction):
            if answer.holds:
                return True
            self._try(answer)
        return False

    def _try(self, answer: Settled) -> None:
        if answer.model is None:
            return
        given = input_of(self._start, answer.model)
        found = replayed(self.function, self.program, self._start.states, given)
        if found is not None:
            raise _Refuted(found)


def prove(
    function: Callable[..., Any],
    program: Program,
    states: Sequence[type[Struct]],
    budget: Budget = DEFAULT,
) -> Proof:
    """Whether a program does what a function says, for all contexts and all bytes of its states."""
    started = time.monotonic()
    plain = cast(FunctionType, inspect.unwrap(function))
    prover = _Prover(plain, program, Start.of(program, states), budget.started())
    proof = replace(_proof(prover, budget), name=program.name)
    seconds = time.monotonic() - started
    return replace(proof, seconds=seconds, paths=prover.paths, pairs=prover.pairs)


def prove_filter(filter: Filter[Any], budget: Budget = DEFAULT) -> Proof:
    """Of a filter that compiles. Raises AuthorError where the type of a state is not known."""
    kinds = [kind for kind in filter.states if kind is not None]
    if len(kinds) != len(filter.states):
        raise AuthorError(f"the type of a state of {filter.name} is not known")
    return prove(filter.function, filter.program, kinds, budget)


def _proof(prover: _Prover, budget: Budget) -> Proof:
    try:
        prover.run()
    except _Refuted as refuted:
        found = simpler(refuted.counterexample, prover.function, prover.program)
        test = as_test(found, prover.function)
        return Proof("", REFUTED, differences=tuple(found.differences()), test=test)
    except TimeUpError:
        reason = "; ".join([f"the {budget.seconds:g} s are used up", *_not_shown(prover)])
        return Proof("", UNKNOWN, reason=reason, limit="seconds")
    except UnsupportedError as error:
        limit = "paths" if prover.paths == budget.paths else ""
        return Proof("", UNKNOWN, reason=f"{error}{at_line(error, prover.function)}", limit=limit)
    except (RecursionError, MemoryError, z3.Z3Exception) as error:
        told = f"{type(error).__name__}: {error}{at_line(error, prover.function)}"
        return Proof("", UNKNOWN, reason=told)
    for reason in _not_shown(prover):
        return Proof("", UNKNOWN, reason=reason, limit=max(prover.open.values()))
    return Proof("", PROVED)


def _not_shown(prover: _Prover) -> list[str]:
    return [f"not shown: {', '.join(prover.open)}"] if prover.open else []
