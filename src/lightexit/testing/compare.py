# SPDX-License-Identifier: Apache-2.0
"""The same trace happens to two devices: where they first differ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lightexit.bus.blame import described
from lightexit.errors import LightexitError, Location
from lightexit.rigs.fields import changes
from lightexit.rigs.rig import Rig
from lightexit.testing.broken import LawBroken
from lightexit.testing.player import Player, is_edge
from lightexit.testing.steps import Read, Step, Trace, Write


def _nothing(number: int) -> None:
    pass


@dataclass(frozen=True)
class Sides:
    """The two, and what messages call them: `expected` is the one that is right. `before` happens
    to the other one before the step of each number. Without `states`, only what a guest and the
    wires see is compared."""

    expected: Player
    found: Player
    titles: tuple[str, str]
    before: Callable[[int], None] = _nothing
    states: bool = True

    def hold(self, trace: Trace) -> None:
        """Play the trace on both. Raises LawBroken where they first differ."""
        for number, step in enumerate(trace.steps):
            place = placed(number, step)
            step = self.expected.timed(step)
            self.before(number)
            answers = [perform(player, step, place) for player in (self.expected, self.found)]
            self._same(
                place, "it answers", *map(shown, answers), where=filter_at(self.found.rig, step)
            )
            if not self.expected.is_late:
                self._compare(place, filter_at(self.found.rig, step))
        if self.expected.is_late:
            for player in (self.expected, self.found):
                player.wait(0)
            self._compare("at the end, with the device advanced", None)

    def _compare(self, place: str, where: Location | None) -> None:
        """All that can be seen but answers."""
        expected, found = self.expected, self.found
        pairs = zip(expected.rig.devices, found.rig.devices, strict=True) if self.states else ()
        for one, other in pairs:
            if bytes(one.state) != bytes(other.state):
                unlike = changes(one.state, other.state, f"{one.name}.")
                told = {name: each.split(" -> ") for name, each in unlike.items()}
                name, (right, wrong) = next((n, each) for n, each in told.items() if len(each) == 2)
                self._same(place, f"in the state, {name} is", right, wrong, where=where)
        levels, others = expected.levels(), found.levels()
        for line, level in levels.items():
            self._same(place, f"{line} is", _level(level), _level(others[line]), where=where)
        events = [_comparable(player) for player in (expected, found)]
        for one, other in zip(*_padded(events), strict=True):
            self._same(place, "it did", *map(_event, (one, other)), where=where)
        expected.was_late = found.was_late = False

    def _same(
        self, place: str, what: str, expected: str, found: str, *, where: Location | None
    ) -> None:
        if expected != found:
            right, wrong = self.titles
            raise LawBroken(f"{place}: {what} {found} {wrong}, {expected} {right}", where=where)


def filter_at(rig: Rig, step: Step) -> Location | None:
    """The filter of the register that a step is about."""
    if not isinstance(step, Read | Write):
        return None
    for _, region in rig.windows:
        if region.space is step.space and step.address in region and region.filter is not None:
            return region.filter.where()
    return None


def placed(number: int, step: Step) -> str:
    """How messages begin."""
    return f"step {number + 1}, {step!r}"


def perform(player: Player, step: Step, place: str) -> Any:
    """Carry out a step. Raises LawBroken for whatever the device raises, and for a state that is
    not as its device declares."""
    answer = guarded(player, place, lambda: player.perform(step))
    for device in player.rig.devices:
        invariant: Any = type(device).invariant
        if not guarded(player, place, lambda: invariant(device.state)):  # noqa: B023 - at once
            code = invariant.__code__
            raise LawBroken(
                f"{place}: the state of {device.name} does not satisfy its invariant",
                where=Location.of_line(code.co_filename, code.co_firstlineno),
                expected="what the device declares of its state, after every step",
            )
    return answer


def guarded(player: Player, place: str, action: Callable[[], Any]) -> Any:
    """Have a device do something. Raises LawBroken for whatever it raises."""
    try:
        return action()
    except LawBroken:
        raise
    except Exception as error:
        known = described(player.rig.devices[0], error)
        if isinstance(known, LightexitError):
            raise LawBroken(
                f"{place}: {known.found}",
                where=known.where,
                expected=known.expected,
                hint=known.hint,
                advice=known.advice,
            ) from error
        raise


def shown(answer: Any) -> str:
    """An answer or a level, as messages have it."""
    if isinstance(answer, bool):
        return _level(answer)
    return hex(answer) if isinstance(answer, int) and answer > 9 else repr(answer)


def _level(level: bool) -> str:
    return "up" if level else "down"


def _comparable(player: Player) -> list[Any]:
    """What was done, and when. A host that is late finds no more of lines than their levels."""
    edges, heard = player.events()
    if player.was_late:
        return [(0, *what) for _, *what in heard if not is_edge((0, *what))]
    return [*heard, *((when, f"output {number}", _level(level)) for when, number, level in edges)]


def _padded(lists: list[list[Any]]) -> list[list[Any]]:
    most = max(map(len, lists))
    return [each + [None] * (most - len(each)) for each in lists]


def _event(event: Any) -> str:
    if event is None:
        return "nothing"
    when, wire, what = event
    return f"{wire}: {what}" + (f" at {when} ns" if when else "")
