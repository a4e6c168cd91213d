# SPDX-License-Identifier: Apache-2.0
"""Replays steps, and finds the first that differs: between two sides, and from the recording.

Two sides must agree always, so their first difference ends a replay. A recording also has what
came from outside: where it differs, the replay goes on, and each register is told once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from lightexit.abi import Space
from lightexit.errors import LightexitError
from lightexit.trace.access import Access
from lightexit.trace.replay.checks import Timeline, check_step
from lightexit.trace.replay.sides import ReplayedDevices, ReplayedRegister, ReplaySide, Shown
from lightexit.trace.replay.steps import Acknowledge, ReplayStep

#: More registers than this are counted together, as are addresses of no device.
MOST_REGISTERS = 4096
#: Of so many registers at most it is asked whether they depend on time: that takes a millisecond.
_MOST_ASKED = 256
_OTHERS = ReplayedRegister("others", "", -1, Space.PIO, 0, False)


class DifferenceKind(StrEnum):
    """Why a recorded value may differ from a replayed one, as far as that can be seen."""

    TIME = "time"  # read again a little later, the register reads otherwise
    START = "start"  # never written in the recording: as it was at the start, or input
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True)
class Difference:
    """An access that two disagree about. `number` counts the VM's accesses from 1; `now_ns` is
    VM time; `shown` has the state of each side that has one, by title."""

    number: int
    step: ReplayStep
    now_ns: int
    register: ReplayedRegister
    titles: tuple[str, str]
    expected: int | None
    found: int | None
    shown: dict[str, Shown]
    kind: DifferenceKind | None = None

    @property
    def is_value(self) -> bool:
        """Whether what is read differs; else the states do, or what was done."""
        return self.expected != self.found


@dataclass
class ReplayedTally:
    """Accesses of one register, and those whose recorded value differs."""

    accesses: int = 0
    differing: int = 0
    first: Difference | None = None


@dataclass
class ReplayResult:
    """What came of a replay. `first` is the first difference that counts."""

    read: int = 0
    replayed: int = 0
    without_value: int = 0
    backwards: int = 0
    from_outside: int = 0
    first: Difference | None = None
    registers: dict[ReplayedRegister, ReplayedTally] = field(default_factory=dict)
    elsewhere: Counter[tuple[Space, int]] = field(default_factory=Counter)

    @property
    def differing(self) -> dict[ReplayedRegister, ReplayedTally]:
        """The registers with a recorded value that differs."""
        return {key: each for key, each in self.registers.items() if each.first is not None}


@dataclass(frozen=True)
class Contest:
    """Who is compared: the sides among each other, all they have or only answers, and the last of
    them with the recording, but for what is `allowed`: kinds by name, registers by title, or by the
    beginning of it with a "*" behind."""

    sides: Sequence[ReplaySide]
    whole: bool = False
    recorded: bool = False
    allowed: frozenset[str] = frozenset()

    def allows(self, register: ReplayedRegister, kind: DifferenceKind) -> bool:
        """Whether such a difference does not count."""
        return kind.value in self.allowed or any(
            is_meant(each, register.title) for each in self.allowed
        )


def is_meant(allowed: str, title: str) -> bool:
    """Whether a register's title is what was allowed."""
    return title.startswith(allowed[:-1]) if allowed.endswith("*") else title == allowed


class Replay:
    """One replay. `progress` is called now and then with the number of accesses so far."""

    def __init__(
        self,
        contest: Contest,
        timeline: Timeline,
        progress: Callable[[int], None] = lambda number: None,
    ) -> None:
        self.result = ReplayResult()
        self._contest, self._timeline, self._progress = contest, timeline, progress
        self._written: set[ReplayedRegister] = set()
        self._timed: dict[ReplayedRegister, bool] = {}

    def run(self, steps: Iterable[ReplayStep]) -> ReplayResult:
        """All steps, or those up to the first about which the sides disagree.

        Raises AuthorError for what is no access, and what devices raise; both name the access.
        """
        result = self.result
        for number, step in enumerate(steps, 1):
            result.read = number
            check_step(number, step)
            try:
                difference = self._step(number, step)
            except LightexitError as error:
                if not error.found.startswith("access "):
                    error.found = f"access {number:,}: {error.found}"
                raise
            if difference is not None:
                result.first = difference
                break
            if number % 1024 == 0:
                self._progress(number)
        result.backwards = self._timeline.backwards
        return result

    def _step(self, number: int, step: ReplayStep) -> Difference | None:
        """Whatever it is; the difference between the sides, if there is one."""
        if isinstance(step, Access):
            return self._access(number, step)
        takers = [side for side in self._contest.sides if isinstance(side, ReplayedDevices)]
        if not takers or not all(side.takes(step) for side in takers):
            return None
        self.result.from_outside += 1
        register = ReplayedRegister("from outside", type(step).__name__, -1, Space.PIO, 0, False)
        return self._compared(number, step, register)

    def _access(self, number: int, step: Access) -> Difference | None:
        last = self._contest.sides[-1]
        place = step.space, step.address, step.size
        where = last.register(*place)
        if where is None:
            _count(self.result.elsewhere, (step.space, step.address))
            return None
        where = self._contest.sides[0].register(*place) or where
        if step.is_write and step.value is None:
            self.result.without_value += 1
            return None
        register = ReplayedRegister(*where, step.space, step.address, step.is_write)
        self.result.replayed += 1
        return self._compared(number, step, register)

    def _compared(
        self, number: int, step: ReplayStep, register: ReplayedRegister
    ) -> Difference | None:
        sides, now_ns = self._contest.sides, self._timeline.at(number, step.time_ns)
        answers = []
        for side in sides:
            side.due(now_ns)
            answers.append(side.perform(step))
        if len(sides) == 2 and self._disagree(answers):
            titles = sides[0].title, sides[1].title
            shown = {side.title: side.shown(register.device) for side in sides}
            expected, found = answers
            return Difference(number, step, now_ns, register, titles, expected, found, shown)
        if self._contest.recorded:
            self._record(number, step, register, answers[-1])
        if register.is_write and len(self._written) < MOST_REGISTERS:
            self._written.add(register._replace(is_write=False))
        return None

    def _disagree(self, answers: Sequence[int | None]) -> bool:
        if answers[0] != answers[1]:
            return True
        if not self._contest.whole:
            return False
        first, second = (side.condition() for side in self._contest.sides)
        return first != second

    def _record(
        self, number: int, step: ReplayStep, register: ReplayedRegister, found: int | None
    ) -> None:
        """Compare with the recorded value, which may not be known."""
        registers = self.result.registers
        key = register if register in registers or len(registers) < MOST_REGISTERS else _OTHERS
        tally = registers.setdefault(key, ReplayedTally())
        tally.accesses += 1
        is_read = isinstance(step, Acknowledge) or (isinstance(step, Access) and not step.is_write)
        expected = step.value if isinstance(step, Access | Acknowledge) else None
        if not is_read or expected is None or expected == found:
            return
        tally.differing += 1
        kind = self._kind(step, register)
        is_first = self.result.first is None and not self._contest.allows(register, kind)
        if is_first or tally.first is None:
            side = self._contest.sides[-1]
            shown = {side.title: side.shown(register.device)} if is_first else {}
            now_ns = self._timeline.at(number, step.time_ns)
            titles = "recorded", side.title
            tally.first = Difference(
                number, step, now_ns, register, titles, expected, found, shown, kind
            )
            if is_first:
                self.result.first = tally.first

    def _kind(self, step: ReplayStep, register: ReplayedRegister) -> DifferenceKind:
        if register not in self._timed and len(self._timed) < _MOST_ASKED:
            self._timed[register] = self._contest.sides[-1].depends_on_time(step)
        if self._timed.get(register):
            return DifferenceKind.TIME
        if register not in self._written:
            return DifferenceKind.START
        return DifferenceKind.UNEXPLAINED


def _count(counter: Counter[tuple[Space, int]], key: tuple[Space, int]) -> None:
    if key in counter or len(counter) < MOST_REGISTERS:
        counter[key] += 1
