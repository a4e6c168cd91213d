# SPDX-License-Identifier: Apache-2.0
"""The law of accesses: the native bus agrees with its definition, one access after the other.

Random devices live on both buses through the same traffic: accesses of vCPUs and of the host,
states held by others, devices that come, go and move, time. Values read, errors, what filters and
models were asked and did, states, VM time, budgets and counters are the same.

As a program (`python -m laws.accesses --count 10000` in tests/) it runs for long.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from random import Random

from laws.bus_parts import Recipe
from laws.bus_sides import VCPUS, Case, DefinitionSide, Layout, NativeSide, Place, Side
from laws.longrun import command_line
from lightexit.abi import Space
from lightexit.bus.checks import ADDRESSES

STEPS, DEVICES = 40, 4
_LAST_PORT, _LAST_BYTE, _LAST_MSR = (1 << 16) - 1, (1 << 64) - 2, (1 << 32) - 1
#: The last address that a region may have.
_LAST = {Space.PIO: _LAST_PORT, Space.MMIO: _LAST_BYTE, Space.MSR: _LAST_MSR}
#: Where regions are, and what is around them.
_AREAS = {
    Space.PIO: ((0, 60), (_LAST_PORT - 47, _LAST_PORT)),
    Space.MMIO: ((0, 40), (0xFEE0_0000, 0xFEE0_0030), (_LAST_BYTE - 47, _LAST_BYTE)),
    Space.MSR: ((0, 20), (0x4B56_4D00, 0x4B56_4D10), (_LAST_MSR - 9, _LAST_MSR)),
}


#: MSRs less often: of them there are neither pieces nor edges.
_SPACES = (Space.PIO, Space.PIO, Space.MMIO, Space.MMIO, Space.MSR)


@dataclass(frozen=True)
class Access:
    """An access by a vCPU or the host, while another one holds the lock of state number `busy`."""

    cpu: int | None
    space: Space
    address: int
    size: int
    value: int | None = None
    busy: int | None = None

    def happen(self, side: Side) -> str:
        return side.answer(self.cpu, self.space, self.address, self.size, self.value, self.busy)


@dataclass(frozen=True)
class Toggle:
    """A device is attached or detached."""

    device: int
    layout: int = 0

    def happen(self, side: Side) -> None:
        side.toggle(self.device, self.layout)


@dataclass(frozen=True)
class Replace:
    """A device replaces another one, or itself."""

    device: int
    other: int
    layout: int

    def happen(self, side: Side) -> None:
        side.replace(self.device, self.other, self.layout)


@dataclass(frozen=True)
class Wait:
    """Time passes."""

    ns: int

    def happen(self, side: Side) -> None:
        side.clock.advance(self.ns)


@dataclass(frozen=True)
class Budget:
    """Sets a vCPU's budget of accesses."""

    cpu: int
    accesses: int

    def happen(self, side: Side) -> None:
        side.set_budget(self.cpu, self.accesses)


Step = Access | Toggle | Replace | Wait | Budget


class DisagreementError(AssertionError):
    """Steps on which the two buses disagree, reduced to a minimum."""

    def __init__(self, case: Case, steps: Sequence[Step], difference: str) -> None:
        lines = "".join(f"    {_code(each)},\n" for each in (case, *steps))
        super().__init__(f"{difference}\nhold(\n{lines})")


def _code(what: Case | Step) -> str:
    return re.sub(r"<(Space\.\w+): \d>", r"\1", repr(what))


# Random cases


class Author:
    """Writes one random case."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.places: list[Place] = []

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def case(self) -> Case:
        return Case(
            tuple(self.layouts() for _ in range(DEVICES)),
            start_ns=self.random.choice((0, 1, self.random.randrange(1 << 50))),
            step_ns=self.random.choice((0, 0, 7, 1000)),
            timed=self.chance(0.2),
            refuses=True,
        )

    def layouts(self) -> tuple[Layout, ...]:
        """Two, with places in common that other filters may answer."""
        first = self.layout(())
        kept = [place for place in first if self.chance(0.5)]
        return first, self.layout(self.with_other_filter(place) for place in kept)

    def layout(self, kept: Iterable[Place]) -> Layout:
        places = list(kept)
        for _ in range(self.random.choice((1, 1, 2, 3))):
            place = self.free_place()
            if not any(place.overlaps(other) for other in places):
                places.append(place)
        return tuple(places)

    def with_other_filter(self, place: Place) -> Place:
        kind, states = self.filter()
        return replace(place, filter=kind, states=states)

    def free_place(self) -> Place:
        """An address that no other region uses, if one is found soon."""
        for _ in range(6):
            place = self.place()
            if not any(place.overlaps(other) for other in self.places):
                break
        self.places.append(place)
        return place

    def place(self) -> Place:
        space = self.random.choice(_SPACES)
        width = 0 if space is Space.MSR else self.random.choice((0, 1, 2, 4, 8))
        unit = max(width, 1)
        size = unit * self.random.choice((1, 1, 2, 3, 4))
        if self.chance(0.02):
            size = unit * self.random.randrange(4000, 8000)
        low, high = self.random.choice(_AREAS[space])
        last = _LAST[space] + 1 - size
        base = min(self.random.randrange(low, high + 1), last)
        offset = self.random.choice((0, 0, unit * self.random.randrange(64), (1 << 64) - size))
        kind, states = self.filter()
        return Place(space, base, size, offset // unit * unit, width, kind, states)

    def filter(self) -> tuple[Recipe | str | None, tuple[int, ...]]:
        kind = self.random.choice(("none", "look", "change", "recipe", "recipe", "recipe"))
        if kind == "none":
            return None, ()
        if kind == "look":
            return kind, self.states(1) if self.chance(0.5) else ()
        if kind == "change":
            return kind, self.states(2)
        count = self.random.choice((0, 1, 1, 2, 3))
        writes, reads_clock = self.chance(0.5), self.chance(0.5)
        acts, meddles = self.chance(0.7), count > 0 and self.chance(0.3)
        salt = self.random.randrange(1 << 32)
        return Recipe(salt, count, writes, reads_clock, acts, meddles), self.states(count)

    def states(self, count: int) -> tuple[int, ...]:
        return tuple(self.random.randrange(DEVICES + 1) for _ in range(count))

    def steps(self) -> list[Step]:
        coming: list[Step] = [Toggle(number, self.random.randrange(2)) for number in range(DEVICES)]
        return coming + [self.step() for _ in range(STEPS)]

    def step(self) -> Step:
        kind = self.random.random()
        if kind < 0.84:
            return self.access()
        if kind < 0.88:
            return Toggle(self.random.randrange(DEVICES), self.random.randrange(2))
        if kind < 0.92:
            pair = self.random.randrange(DEVICES), self.random.randrange(DEVICES)
            return Replace(*pair, self.random.randrange(2))
        if kind < 0.96:
            return Wait(self.random.choice((1, 1000, self.random.randrange(1 << 40))))
        return Budget(self.random.randrange(VCPUS), self.random.randrange(6))

    def access(self) -> Access:
        place = self.random.choice(self.places)
        size = self.random.choice((1, 1, 2, 2, 4, 4, 8, 8, 3, 5, 6, 7))
        if self.chance(0.5):
            size = place.width or size
        if place.space is Space.MSR:
            size = 8
        value = self.random.randrange(1 << 8 * size) if self.chance(0.5) else None
        busy = self.random.randrange(DEVICES + 1) if self.chance(0.15) else None
        cpu = self.random.choice((None, *range(VCPUS)))
        return Access(cpu, place.space, self.address(place), size, value, busy)

    def address(self, place: Place) -> int:
        """In a region, or next to it; in most cases where a register begins."""
        index = self.random.randrange(-3, min(place.size, 40) + 3)
        if self.chance(0.05):
            index = self.random.randrange(place.size)
        if self.chance(0.7):
            index -= index % max(place.width, 1)
        return (place.base + index) % ADDRESSES[place.space]


# Holding one against the other


def difference(case: Case, steps: Sequence[Step], seen: Counter[str] | None = None) -> str:
    """Where the two buses first differ; empty if they do not."""
    return side_difference(NativeSide(case), DefinitionSide(case), steps, seen)


def side_difference(
    native: Side, definition: Side, steps: Sequence[Step], seen: Counter[str] | None = None
) -> str:
    """Where two sides of a case first differ; empty if they do not. The first is closed."""
    try:
        for number, step in enumerate(steps):
            if isinstance(step, Toggle | Replace) and (
                what := _count_difference(native, definition)
            ):
                return f"before step {number}, {_code(step)}: {what}"
            answers = step.happen(native), step.happen(definition)
            pair = (answers[0], *native.seen()), (answers[1], *definition.seen())
            if pair[0] != pair[1]:
                return f"step {number}, {_code(step)}: " + _first_difference(*pair)
            if seen is not None:
                seen[type(step).__name__] += 1
        what = _count_difference(native, definition) or _unclaimed_difference(
            native.unclaimed(), definition.unclaimed()
        )
        if seen is not None:
            _note_counts(seen, definition)
        return what and f"at the end: {what}"
    finally:
        native.bus.close()


def _first_difference(native: tuple[object, ...], definition: tuple[object, ...]) -> str:
    names = ("answer", "events", "rings", "states", "locks", "time", "budgets")
    for name, found, expected in zip(names, native, definition, strict=True):
        if found != expected:
            return f"{name}: {found} on the bus, {expected} by definition"
    return ""


def _count_difference(native: Side, definition: Side) -> str:
    found, expected = native.counts(), definition.counts()
    if found != expected:
        register = next(
            each for each in {**found, **expected} if found.get(each) != expected.get(each)
        )
        return (
            f"counts of {register}: {found.get(register)} on the bus, "
            f"{expected.get(register)} by definition"
        )
    return ""


def _unclaimed_difference(
    found: Counter[tuple[Space, int | None, bool]],
    expected: Counter[tuple[Space, int | None, bool]],
) -> str:
    """The native bus counts apart only as many addresses as its table has room for."""
    for key, count in expected.items():
        if key in found or (key[0], None, key[2]) not in found:
            if found[key] != count:
                return f"unclaimed {key}: {found[key]} on the bus, {count} by definition"
            del found[key]
        else:
            found[key[0], None, key[2]] -= count
    left = +found
    return f"unclaimed {left} on the bus alone" if left or -found else ""


def _note_counts(seen: Counter[str], side: Side) -> None:
    for handled, passed in side.counts().values():
        seen["handled"] += handled
        seen["passed"] += passed
    seen["unclaimed"] += sum(side.unclaimed().values())


def shortened(case: Case, steps: Sequence[Step]) -> list[Step]:
    """A minimal part of the steps on which the buses still disagree."""
    kept, at = list(steps), len(steps) - 1
    while at >= 0:
        tried = kept[:at] + kept[at + 1 :]
        if difference(case, tried):
            kept = tried
        at -= 1
    return kept


def hold(case: Case, *steps: Step, seen: Counter[str] | None = None) -> None:
    """Hold the buses against each other. Raises DisagreementError where they differ."""
    if difference(case, steps, seen):
        shortest = shortened(case, steps)
        raise DisagreementError(case, shortest, difference(case, shortest))


def random_case(random: Random) -> tuple[Case, list[Step]]:
    """Devices and traffic."""
    author = Author(random)
    return author.case(), author.steps()


def search(seed: int, count: int, end_s: float = float("inf")) -> Counter[str]:
    """Hold the buses against each other for that many seeds; what was seen, and how often."""
    seen: Counter[str] = Counter()
    for number in range(seed, seed + count):
        if time.process_time() > end_s:
            break
        case, steps = random_case(Random(number))
        try:
            hold(case, *steps, seen=seen)
        except DisagreementError as error:
            error.add_note(f"seed {number}")
            raise
        seen["cases"] += 1
    return seen


def _main() -> None:
    given = command_line(__doc__, 10_000)
    seen = search(given.seed, given.count, given.end_s)
    print(f"from seed {given.seed} on: {dict(seen)}, {time.process_time():.0f} s")


if __name__ == "__main__":
    _main()
