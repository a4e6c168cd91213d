# SPDX-License-Identifier: Apache-2.0
"""What examples have reached: both ways of each branch of a filter, and each register."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lightexit.bus.clock import ManualClock
from lightexit.bus.definition import DefinitionBus
from lightexit.engine.interpreter import InterpreterEngine
from lightexit.errors import Location
from lightexit.filter import Filter, LoadedFilter
from lightexit.isa import Instruction, Kind, decode
from lightexit.testing.laws.filters import FilterRun, outcome
from lightexit.testing.player import Player
from lightexit.testing.steps import Trace
from lightexit.testing.strategies import registers_of
from lightexit.testing.subject import Subject
from lightexit.testing.watchdog import Overdue, watched


class BranchOutcome(NamedTuple):
    """One of the two ways that a conditional jump of a filter's bytecode may go."""

    filter: str
    slot: int
    jumps: bool


class Accessed(NamedTuple):
    """Accesses of one register in one direction, answered by a filter or by the model."""

    device: str
    space: str
    address: int
    is_write: bool
    by_filter: bool


class MissedOutcome(NamedTuple):
    """An outcome that no example had, and where it stands in the source."""

    outcome: BranchOutcome
    instruction: str
    where: Location | None


class RegisterReach(NamedTuple):
    """A register, and how often it was read and written: by a filter, by the model."""

    device: str
    name: str
    space: str
    address: int
    reads: tuple[int, int]
    writes: tuple[int, int]


@dataclass
class Coverage:
    """Outcomes that were seen, and how often registers were accessed, in `examples` examples."""

    examples: int = 0
    outcomes: set[BranchOutcome] = field(default_factory=set)
    accesses: Counter[Accessed] = field(default_factory=Counter)

    def note(self, subject: Subject, trace: Trace) -> None:
        """Look at what a trace reaches, with filters interpreted."""
        buses: list[DefinitionBus] = []

        def runner(clock: ManualClock) -> DefinitionBus:
            buses.append(DefinitionBus(clock, self._load))
            return buses[-1]

        self.examples += 1
        with suppress(Exception, Overdue), watched():  # a law says what is wrong with it
            player = Player(subject, trace.start_ns, runner)
            for step in trace.steps:
                player.perform(step)
        for bus in buses:
            for each in bus.counts():
                what = each.device, each.space.name, each.address, each.is_write
                self.accesses[Accessed(*what, True)] += each.handled
                self.accesses[Accessed(*what, False)] += each.passed

    def note_run(self, subject: Subject, run: FilterRun) -> None:
        """Look at what one run of a filter reaches."""
        filter, _, _ = subject.filters[run.filter]
        kinds = [memory.kind for memory in subject.states_of(run.filter)]
        outcome(self._load(filter), run, kinds)

    def _load(self, filter: Filter[Any]) -> LoadedFilter:
        loaded, noted = _traced(filter)
        noted.to = self.outcomes
        return loaded

    def add(self, other: Coverage) -> None:
        """Another's too."""
        self.examples += other.examples
        self.outcomes |= other.outcomes
        self.accesses += other.accesses

    def missed(self, subject: Subject) -> list[MissedOutcome]:
        """What no example has reached, in the order of the bytecode."""
        found = []
        for filter, _, _ in subject.filters.values():
            program = filter.report.program
            for slot, instruction in branches(filter).items():
                for jumps in (False, True):
                    each = BranchOutcome(filter.name, slot, jumps)
                    if each not in self.outcomes:
                        found.append(MissedOutcome(each, str(instruction), program.where(slot)))
        return found

    def registers(self, subject: Subject) -> list[RegisterReach]:
        """Each register that is known of a device; then what else was accessed, in one row."""
        rows, left = [], Counter(self.accesses)
        for device, region in subject.example.windows:
            for offset, _ in registers_of(subject, device, region):
                place = device.name, region.space.name, region.base + offset - region.offset
                rows.append(_row(device.name, device.register_name(offset), place, left))
        others = [sum(left[each] for each in left if each[3:] == way) for way in _WAYS]
        if any(others):
            rows.append(
                RegisterReach("", "", "", 0, (others[0], others[1]), (others[2], others[3]))
            )
        return rows


#: Read by a filter, read by a model; written likewise.
_WAYS = ((False, True), (False, False), (True, True), (True, False))


def _row(
    device: str, name: str, place: tuple[str, str, int], left: Counter[Accessed]
) -> RegisterReach:
    """Takes what it counts out of `left`."""
    counts = [left.pop(Accessed(*place, *way), 0) for way in _WAYS]
    reads, writes = (counts[0], counts[1]), (counts[2], counts[3])
    return RegisterReach(device, name, place[1], place[2], reads, writes)


def _others(left: Counter[Accessed]) -> RegisterReach:
    counts = [sum(left[each] for each in left if each[3:] == way) for way in _WAYS]
    return RegisterReach("", "", "", 0, (counts[0], counts[1]), (counts[2], counts[3]))


@functools.cache
def branches(filter: Filter[Any]) -> dict[int, Instruction]:
    """The conditional jumps of its bytecode by slot, but for those that lead to the next."""
    return {
        each.slot: each
        for each in decode(filter.report.program)
        if each.op.kind is Kind.JUMP and each.op.name != "ja" and each.target != each.next_slot
    }


class _Noted:
    """Called before each instruction: the one that follows a jump says which way that went."""

    def __init__(self, filter: Filter[Any]) -> None:
        self.to: set[BranchOutcome] = set()
        self._filter = filter.name
        self._jumps = branches(filter)
        self._last: Instruction | None = None

    def __call__(self, slot: int, _registers: Sequence[Any], _memory: Any) -> None:
        last = self._last
        if last is not None:
            self.to.add(BranchOutcome(self._filter, last.slot, slot == last.target))
        self._last = self._jumps.get(slot)


@functools.cache
def _traced(filter: Filter[Any]) -> tuple[LoadedFilter, _Noted]:
    noted = _Noted(filter)
    return filter.load(InterpreterEngine(trace=noted)), noted
