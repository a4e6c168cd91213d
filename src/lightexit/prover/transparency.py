# SPDX-License-Identifier: Apache-2.0
"""`prove_transparency`: nobody sees whether a filter answers an access or its device's model does.

For every access that a filter handles, in every state that satisfies the `invariant`s of its
devices: the filter and then `advance(now)` leave what the model and then `advance(now)` leave: the
answer, the bytes of all states, levels of lines, and what was done to the outside, in that order.
The filter keeps the invariants. It is its Python source, which `prove` compares with its bytecode.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import z3

from lightexit.abi import IoContext, Struct
from lightexit.prover.access import AccessSide, Setting
from lightexit.prover.fields import spans
from lightexit.prover.integers import (
    WORD,
    Number,
    UnsupportedError,
    boolean,
    lift,
    simplified,
    truth,
)
from lightexit.prover.memory import SymbolicMemory
from lightexit.prover.model_replay import Maker, SeenDifference, level_variable, replayed
from lightexit.prover.models import ModelRebinder
from lightexit.prover.paths import Run, explore
from lightexit.prover.proof import DEFAULT, PROVED, REFUTED, UNKNOWN
from lightexit.prover.proxies import FieldPlace, StructView
from lightexit.prover.query import Assumptions, Budget, TimeUpError, settle
from lightexit.prover.sides import LONG, Goal, alike


@dataclass(frozen=True)
class Transparency:
    """What was found out of a filter and the model behind it.

    `verdict` is as of a `Proof`; `paths` are those of both together, `handled` how many of them the
    filter answers; `reason` is why it is unknown.
    """

    device: str
    filter: str
    verdict: str
    seconds: float = 0.0
    paths: int = 0
    handled: int = 0
    reason: str = ""
    difference: SeenDifference | None = None


class _Refuted(Exception):  # noqa: N818 - no error: a result
    def __init__(self, difference: SeenDifference) -> None:
        self.difference = difference


def prove_transparency(make: Maker, budget: Budget = DEFAULT) -> Iterator[Transparency]:
    """Of the filter of each region of a device, in turn, each with that budget.

    `make(now_ns)` builds the device at that VM time, new every time.
    """
    device = make(0)
    for number, region in enumerate(device.regions):
        if region.filter is not None:
            yield _proved(make, Setting(device, number), budget)


def _proved(make: Maker, setting: Setting, budget: Budget) -> Transparency:
    started = time.monotonic()
    prover = _Prover(make, setting, budget.started())
    name = setting.region.filter.name if setting.region.filter else ""
    found = Transparency(setting.device.name, name, PROVED)
    try:
        prover.run()
    except _Refuted as refuted:
        found = replace(found, verdict=REFUTED, difference=refuted.difference)
    except (UnsupportedError, z3.Z3Exception) as error:
        found = replace(found, verdict=UNKNOWN, reason=str(error))
    except TimeUpError:
        found = replace(found, verdict=UNKNOWN, reason=f"the {budget.seconds:g} s are used up")
    if found.verdict == PROVED and prover.open:
        found = replace(found, verdict=UNKNOWN, reason="not shown: " + ", ".join(prover.open))
    seconds = time.monotonic() - started
    return replace(found, seconds=seconds, paths=prover.paths, handled=prover.handled)


@dataclass
class _Prover:
    make: Maker
    setting: Setting
    budget: Budget
    paths: int = 0
    handled: int = 0
    open: dict[str, None] = field(default_factory=dict)

    def run(self) -> None:
        """Raises _Refuted, UnsupportedError, TimeUpError."""
        for path in explore(self._compared, self.budget, self.setting.given):
            self.paths += 1
            self.handled += path.result is not None
            for goal in path.result or ():
                if not self._holds(path.run.assumptions, goal.holds):
                    self.open[goal.name] = None

    def _holds(self, assumptions: Assumptions, goal: z3.BoolRef) -> bool:
        for answer in settle(assumptions.conditions, goal, self.budget, assumptions.abstraction):
            if answer.holds:
                return True
            if answer.model is not None:
                found = replayed(self.make, self.setting, answer.model)
                if found is not None:
                    raise _Refuted(found)
        return False

    def _compared(self, run: Run) -> list[Goal] | None:
        """What has to be shown of a path; None where the model answers in any case."""
        try:
            return _compared(self.setting, run)
        except (UnsupportedError, TimeUpError):
            raise
        except Exception as error:
            told = f"{type(error).__name__}: {error}"
            raise UnsupportedError(f"a model cannot be run on symbolic values: {told}") from error


def _compared(setting: Setting, run: Run) -> list[Goal] | None:
    both = _Both(setting, run)
    filtered, modelled = both.filtered, both.modelled
    if not filtered.is_consistent() or not filtered.filter():
        return None
    try:
        answer = modelled.model()
    except (IndexError, ZeroDivisionError, OverflowError) as error:
        return [Goal(f"the model raises {type(error).__name__}", z3.BoolVal(False))]
    wanted = []
    if not filtered.context.is_write:
        wanted.append(Goal("the answer", _answered(run, filtered.context, answer)))
    if not filtered.is_consistent():
        wanted.append(Goal("the invariant", z3.BoolVal(False)))
    if any(run.assumptions.may_hold(z3.Not(each.holds)) for each in both.goals()):
        # What is the same before is the same after it, whatever it does.
        filtered.advance()
        modelled.advance()
    wanted += both.goals()
    return [each for each in wanted if not z3.is_true(simplified(each.holds))]


def _answered(run: Run, context: Any, answer: Number) -> z3.BoolRef:
    """Only bits within the access are seen; a model has to set no others."""
    width = WORD * 2
    ones = (1 << 8 * context.size.__index__()) - 1
    seen = lift(run, context.data).bits(width) & ones
    same: z3.BoolRef = seen == lift(run, answer).bits(width)
    return same


class _Both:
    """A device on which the filter answers, and one on which the model does."""

    def __init__(self, setting: Setting, run: Run) -> None:
        self._setting, self._run, self._rebind = setting, run, ModelRebinder(run)
        self._driven: AccessSide | None = None
        self._ours, self._theirs = ([each.copy() for each in setting.regions] for _ in range(2))
        self.filtered = self._side(self._ours, self._level)
        self.modelled = self._side(self._theirs, self._level)

    def _side(
        self, regions: Sequence[SymbolicMemory], levels: Callable[[str], Number]
    ) -> AccessSide:
        kinds: list[type[Struct]] = [IoContext, *(each.kind for each in self._setting.memories)]
        views = [
            StructView(FieldPlace(self._run, region, self._rebind), kind)
            for region, kind in zip(regions, kinds, strict=True)
        ]
        return AccessSide(self._setting, self._rebind, views, levels)

    def _level(self, name: str) -> Number:
        """Where the device has left a line."""
        if self._driven is None:
            fresh = [each.copy() for each in self._setting.regions]
            self._driven = self._side(fresh, self._any_level)
            self._driven.drive()
        return self._driven.shadow.wires[name].level

    def _any_level(self, name: str) -> Number:
        return boolean(self._run, level_variable(name))

    def goals(self) -> Iterator[Goal]:
        """That states, lines and what was done are the same; nothing that is, as it stands."""
        for number, memory in enumerate(self._setting.memories, 1):
            fields = list(spans(memory.kind, LONG))
            yield from alike(self._ours[number], self._theirs[number], fields)
        ours, theirs = self.filtered.shadow, self.modelled.shadow
        for name, wire in ours.wires.items():
            other = theirs.wires[name]
            if wire.known is not other.known:
                yield Goal(f"{name}.level", _same(wire.level, other.level))
        if [name for name, _ in ours.events] != [name for name, _ in theirs.events]:
            yield Goal("what is done", z3.BoolVal(False))
            return
        for (name, one), (_, two) in zip(ours.events, theirs.events, strict=True):
            yield Goal(name, z3.And([_same(a, b) for a, b in zip(one, two, strict=True)]))


def _same(a: Any, b: Any) -> z3.BoolRef:
    return truth(a == b)
