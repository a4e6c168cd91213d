# SPDX-License-Identifier: Apache-2.0
"""The law of the whole PC: with filters and without, a guest and the lines see the same.

Two PCs on real buses, one of them without filters, live through the same steps: drivers'
sequences, accesses of any kind by several vCPUs, time. What reads give, what happens on every
line and when, is the same at every step. States are the same once the devices are advanced to the
same time: a model brings its device there at every access, a filter does not.

A host may be late: time has passed a deadline, and a guest accesses a device before the host
looks. Then a model that is asked may drive its line at once, where with a filter it is driven by
the host. So while the host is late, interrupt controllers are left alone, and lines are compared
when it has looked: each has been through the same levels, at other times.

As a program (`python -m laws.whole_pc --count 10000` in tests/) it runs for long.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from random import Random
from typing import Any

from laws.longrun import tried
from laws.pc_coverage import Coverage, accesses
from laws.pc_side import Event, Side
from laws.pc_steps import Access, Config, Drive, Host, Interrupt, Look, Step
from laws.pc_traffic import random_case
from lightexit.engine.native import NativeEngine
from lightexit.errors import LightexitError

#: Who can tell when a line changed.
WITNESSES = ("pic", "ioapic")
_MOST_TRIALS = 1_500


@dataclass(frozen=True)
class Difference:
    """Where the two PCs differ: after which step, in what."""

    number: int
    step: Step | None
    what: str

    def __str__(self) -> str:
        return f"step {self.number}, {self.step}: {self.what}"


class DisagreementError(AssertionError):
    """A sequence on which the two PCs disagree, reduced as far as possible."""

    def __init__(self, config: Config, steps: Sequence[Step], difference: Difference) -> None:
        lines = "".join(f"    {step!r},\n" for step in steps)
        super().__init__(f"{difference}\nhold(\n    {config!r},\n{lines})")
        self.config, self.steps, self.difference = config, tuple(steps), difference


@cache
def engine() -> NativeEngine:
    """One for all, which keeps what it has compiled."""
    return NativeEngine()


class Pair:
    """A PC whose models answer all, and one with filters."""

    def __init__(self, config: Config, coverage: Coverage) -> None:
        self.models = Side(config, None)
        self.filters = Side(config, engine())
        self.coverage = coverage
        coverage.offered(self.filters)

    def take(self, step: Step) -> str:
        """Have a step happen to both; what differs afterwards, if anything does."""
        if self.models.late and _is_witnessed(self.models, step):
            return ""
        was_late = self.models.late
        found = self.coverage.noted(self.filters, step, lambda: happen(self.filters, step))
        expected = happen(self.models, step)
        if found != expected:
            return f"{found} with filters, {expected} without"
        if self.models.late:
            return ""
        events = self._late_events() if was_late else self._events()
        return events or (self._states() if isinstance(step, Look) else "")

    def _events(self) -> str:
        pairs = self.filters.journal.events, self.models.journal.events
        difference = first_difference(*pairs)
        self._forget()
        return difference

    def _late_events(self) -> str:
        found, expected = self.filters.by_channel(), self.models.by_channel()
        self._forget()
        for channel in sorted({*found, *expected}):
            if found.get(channel) != expected.get(channel):
                return (
                    f"{channel}: {found.get(channel)} with filters, {expected.get(channel)} without"
                )
        return ""

    def _forget(self) -> None:
        self.filters.journal.events.clear()
        self.models.journal.events.clear()

    def _states(self) -> str:
        found, expected = self.filters.states(), self.models.states()
        for name, state in expected.items():
            if found[name] != state:
                return f"state of {name}: " + _fields(self.filters, self.models, name)
        return self._events()


def _is_witnessed(pc: Side, step: Step) -> bool:
    """Whether the time of a line's change can be observed in this step."""
    if isinstance(step, Interrupt | Drive):
        return True
    if isinstance(step, Host) and step.device in WITNESSES:
        return True
    port = pc.find(step) if isinstance(step, Access) else None
    if port is None or not isinstance(step, Access):
        return False
    # An HPET passes lines of others on, or does not.
    return port.model.name in WITNESSES or (port.model.name == "hpet" and step.value is not None)


def happen(pc: Side, step: Step) -> Any:
    """What a step gives, or the error that it ends with; then the host looks."""
    try:
        result = step.happen(pc)
        pc.settle()
    except (LightexitError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        return f"{type(error).__name__}: {error}"
    return f"{result:#x}" if isinstance(result, int) else result


def first_difference(found: list[Event], expected: list[Event]) -> str:
    """A description of the first difference between two PCs; "" if there is none."""
    if found == expected:
        return ""
    for number in range(max(len(found), len(expected))):
        pair = [events[number] if number < len(events) else None for events in (found, expected)]
        if pair[0] != pair[1]:
            return f"{pair[0]} with filters, {pair[1]} without"
    return ""


def _fields(one: Side, other: Side, name: str) -> str:
    """Where the bytes of a device's two states differ."""
    pair = bytes(one.devices[name].state), bytes(other.devices[name].state)
    places = [at for at, (a, b) in enumerate(zip(*pair, strict=True)) if a != b]
    layout = one.devices[name].state_type.layout
    names = {
        field.name
        for field in layout.fields
        for at in places
        if field.offset <= at < field.offset + field.size
    }
    return f"{', '.join(sorted(names))}: bytes {places[:8]} with filters " + " against ".join(
        bytes(state[at] for at in places[:8]).hex(" ") for state in pair
    )


def difference(
    config: Config, steps: Sequence[Step], coverage: Coverage | None = None
) -> Difference | None:
    """Where the two PCs first differ, if they do."""
    pair = Pair(config, coverage if coverage is not None else Coverage())
    for number, step in enumerate(steps):
        if what := pair.take(step):
            return Difference(number, step, what)
    if accesses(pair.filters) != accesses(pair.models):
        return Difference(len(steps), None, "registers were not accessed as often")
    return None


Differs = Callable[[Config, Sequence[Step]], object]


def shortened(
    config: Config, steps: Sequence[Step], difference: Differs = difference
) -> list[Step]:
    """A minimal part of the steps on which the two PCs still disagree."""
    kept, size, trials = list(steps), max(len(steps) // 2, 1), 0
    while trials < _MOST_TRIALS:
        before = len(kept)
        for at in range(len(kept) - size, -1, -size):
            trials += 1
            tried = kept[:at] + kept[at + size :]
            if difference(config, tried):
                kept = tried
        if size == 1 and len(kept) == before:
            break
        size = max(size // 2, 1)
    return _plainer(config, kept, difference)


def _plainer(config: Config, steps: list[Step], difference: Differs) -> list[Step]:
    """Without the vCPUs and the contention that do not matter."""
    changes: tuple[Callable[[Access], Access], ...] = (
        lambda step: replace(step, vcpu=0),
        lambda step: replace(step, busy=False),
    )
    for at, step in enumerate(steps):
        for change in changes:
            if isinstance(step, Access) and change(step) != step:
                tried = [*steps[:at], change(step), *steps[at + 1 :]]
                if difference(config, tried):
                    step, steps = change(step), tried
    return steps


def hold(config: Config, *steps: Step, coverage: Coverage | None = None) -> None:
    """Hold the two PCs against each other. Raises DisagreementError where they differ."""
    ending = [*steps, *([] if steps and isinstance(steps[-1], Look) else [Look()])]
    first = difference(config, ending, coverage)
    if first is None:
        return
    shortest = shortened(config, ending[: first.number + 1])
    last = difference(config, shortest)
    raise DisagreementError(config, shortest if last else ending, last or first)


def search(seed: int, count: int, coverage: Coverage) -> None:
    """Hold the PCs of that many seeds against each other."""
    for number in range(seed, seed + count):
        config, steps = random_case(Random(number))
        coverage.sequences += 1
        try:
            hold(config, *steps, coverage=coverage)
        except DisagreementError as error:
            error.add_note(f"seed {number}")
            raise


def _main() -> int:
    coverage = Coverage()
    found = tried(__doc__, lambda number: search(number, 1, coverage))
    print(coverage)
    return 1 if found or coverage.missing() else 0


if __name__ == "__main__":
    sys.exit(_main())
