# SPDX-License-Identifier: Apache-2.0
"""The law of saving: a restored device behaves as one that was never saved.

Two PCs live through the same steps. One of them stays; of the other all devices are saved at some
steps, or at every one, and restored in any order into a PC that was just built, or into one that
has lived through something else. Moving makes no edge, no output and no doorbell ring. After every
step the two have read the same, done the same on every line at the same times, and have the same
states, levels of all wires and deadlines. Half of the PCs have filters.

As a program (`python -m laws.saving --seed S --count N` in tests/) it runs for long.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from laws.longrun import tried
from laws.pc_drivers import DRIVERS, Driver
from laws.pc_side import Side
from laws.pc_steps import Config, Move, Step
from laws.pc_traffic import random_case
from laws.whole_pc import (
    Difference,
    DisagreementError,
    engine,
    first_difference,
    happen,
    shortened,
)
from lightexit.bus.line import Line
from lightexit.devices.device import Device
from lightexit.engine.api import Engine
from lightexit.errors import LightexitError

#: What a device tells whoever acts by its state, when it has been restored.
_TOLD = "routes"


@dataclass
class Moved:
    """What devices were moved with: lines that were up, deadlines to come, a host that was late."""

    sequences: int = 0
    steps: int = 0
    moves: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)

    def note(self, pc: Side, kind: str) -> None:
        """A PC as its devices are saved."""
        self.moves[kind] += 1
        self.seen["late host"] += pc.late
        for name, device in pc.devices.items():
            self.seen[f"{name} deadline"] += device.next_wakeup() is not None
            for part, wires in (("line", device.lines), ("input", device.inputs)):
                for number, wire in enumerate(wires):
                    self.seen[f"{name} {part} {number}"] += wire.level

    def __str__(self) -> str:
        moves = ", ".join(f"{count} {kind}" for kind, count in sorted(self.moves.items()))
        rows = (f"{what:24} {count:9}" for what, count in sorted(self.seen.items()) if count)
        never = ", ".join(what for what, count in sorted(self.seen.items()) if not count)
        return "\n".join(
            (
                f"{self.sequences} sequences, {self.steps} steps, moves: {moves}",
                f"{'up, or to come, at a move':24} {'moves':>9}",
                *rows,
                f"never: {never or 'nothing'}",
            )
        )


class Twins:
    """A PC that stays as it is, and one whose devices are moved to others."""

    def __init__(self, config: Config, filters: bool, moved: Moved) -> None:
        self._config = config
        self._engine = engine() if filters else None
        self._stays, self._moves = self._new(), self._new()
        self._left: Watched | None = None
        self._told: Any = None
        self._moved = moved

    def _new(self) -> Watched:
        return Watched(self._config, self._engine)

    def take(self, step: Step) -> str:
        """Have a step happen to both; what differs afterwards, if anything does."""
        self._moved.steps += 1
        if isinstance(step, Move):
            return self._move(step) or self._difference()
        found, expected = happen(self._moves, step), happen(self._stays, step)
        if found != expected:
            return f"{found} once moved, {expected} else"
        return self._difference()

    def _difference(self) -> str:
        pair = self._moves, self._stays
        events = first_difference(*(pc.journal.events for pc in pair))
        if events:
            return events.replace("with filters", "once moved").replace("without", "else")
        for event in self._stays.journal.events:
            self._told = event.what if event.channel == _TOLD else self._told
        for pc in pair:
            pc.journal.events.clear()
        found, expected = (pc.conditions() for pc in pair)
        unlike = [what for what in expected if found[what] != expected[what]]
        return "; ".join(
            f"{what}: {_short(found[what])} once moved, {_short(expected[what])} else"
            for what in unlike[:3]
        )

    def _move(self, step: Move) -> str:
        """Where devices say that they are moved, that is what is wrong."""
        old = self._moves
        other = self._left if step.again and self._left is not None else self._new()
        self._moved.note(old, "again" if other is self._left else "new")
        saves = {name: device.save() for name, device in old.devices.items()}
        _hand_over(old, other)
        self._left, self._moves = old, other
        try:
            for name in _shuffled(saves, step.order):
                with other.holding(name) as device:
                    device.restore(saves[name])
        except LightexitError as error:
            return f"not restored: {error}"
        return self._heard(other)

    def _heard(self, pc: Side) -> str:
        """Events that restoring caused, except the calls that are meant for listeners."""
        events = pc.journal.events
        told = [event.what for event in events if event.channel == _TOLD]
        wrong = [event for event in events if event.channel != _TOLD]
        events.clear()
        if wrong:
            return f"restoring made {wrong[0]}"
        if self._told is not None and told[-1:] != [self._told]:
            return f"{_TOLD} were not told again"
        return ""


def _hand_over(old: Side, other: Side) -> None:
    """What is the machine's: its time, and when it looks at its devices next."""
    other.clock.advance(old.now_ns() - other.now_ns())
    other.late, other._woken = old.late, old._woken
    names = {device: name for name, device in old.devices.items()}
    mine, its = other.schedule, old.schedule
    mine.deadline_ns, mine._asked_ns = its.deadline_ns, its._asked_ns
    mine._wakeups = {other.devices[names[each]]: due for each, due in its._wakeups.items()}
    other.journal.events.clear()


def _shuffled(saves: dict[str, bytes], order: int) -> list[str]:
    return Random(order).sample(list(saves), len(saves))


def _short(value: object) -> str:
    text = value.hex() if isinstance(value, bytes) else str(value)
    return text if len(text) < 80 else f"{text[:80]}..."


class Watched(Side):
    """A PC with all wires of its devices at hand."""

    def __init__(self, config: Config, engine: Engine | None) -> None:
        super().__init__(config, engine)
        self.wires = {name: wires(device) for name, device in self.devices.items()}

    def conditions(self) -> dict[str, object]:
        """The complete condition of devices and wires, independent of `save`."""
        found: dict[str, object] = {"deadline": self.schedule.deadline_ns}
        for name, device in self.devices.items():
            found[f"state of {name}"] = bytes(device.state)
            found[f"deadline of {name}"] = device.next_wakeup()
            found[f"levels of {name}"] = [line.level for line in self.wires[name]]
        return found


def wires(device: Device[Any], *, behind: bool = True) -> list[Line]:
    """The lines in a device's attributes, declared or not; with the wires `behind` those."""
    found: list[Line] = []

    def look(part: object) -> None:
        if isinstance(part, Line) and part not in found:
            found.append(part)
            look(vars(part) if behind else ())
        elif isinstance(part, dict):
            look(tuple(part.values()))
        elif isinstance(part, tuple | list):
            for each in part:
                look(each)

    look(vars(device))
    return found


def difference(
    config: Config, steps: Sequence[Step], filters: bool = True, moved: Moved | None = None
) -> Difference | None:
    """Where a PC that is moved first differs from one that stays, if it does."""
    twins = Twins(config, filters, moved if moved is not None else Moved())
    for number, step in enumerate(steps):
        if what := twins.take(step):
            return Difference(number, step, what)
    return None


def hold(config: Config, *steps: Step, filters: bool = True, moved: Moved | None = None) -> None:
    """Move a PC's devices, and hold it against one that stays.

    Raises DisagreementError where they differ.
    """
    first = difference(config, steps, filters, moved)
    if first is None:
        return

    def again(config: Config, steps: Sequence[Step]) -> Difference | None:
        return difference(config, steps, filters)

    shortest = shortened(config, steps[: first.number + 1], again)
    raise DisagreementError(config, shortest, again(config, shortest) or first)


def moving_case(
    random: Random, drivers: Sequence[Driver] = DRIVERS
) -> tuple[Config, list[Step], bool]:
    """A PC, what happens to it with moves between, and whether it has filters."""
    config, steps = random_case(random, drivers)
    filters = random.random() < 0.5
    if random.random() < 0.5:
        return config, moved_throughout(steps), filters
    for at in sorted(random.sample(range(len(steps)), min(4, len(steps))), reverse=True):
        steps.insert(at, Move(random.getrandbits(16)))
    return config, steps, filters


def moved_throughout(steps: Sequence[Step], every: int = 1) -> list[Step]:
    """The steps with a move before the first of every so many."""
    result: list[Step] = []
    for number, step in enumerate(steps):
        result += [Move(number, again=number > 0), step] if number % every == 0 else [step]
    return result


def search(seed: int, count: int, moved: Moved) -> None:
    """Move the PCs of that many seeds."""
    for number in range(seed, seed + count):
        config, steps, filters = moving_case(Random(number))
        moved.sequences += 1
        try:
            hold(config, *steps, filters=filters, moved=moved)
        except DisagreementError as error:
            error.add_note(f"seed {number}, filters={filters}")
            raise


def _main() -> int:
    moved = Moved()
    found = tried(__doc__, lambda number: search(number, 1, moved))
    print(moved)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(_main())
