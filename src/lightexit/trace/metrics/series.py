# SPDX-License-Identifier: Apache-2.0
"""The series of one VM: which registers have their own, and what all others add to.

What a series shows never goes down, and an access is in one series only: in `other` until its
register gets series of its own, which then begin at 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from lightexit.trace.access import AccessCount

#: Series of a VM besides `other`; what is there whatever the guest does (information, local APIC,
#: interrupt lines); what is left for registers, and how much of that is for registers of no name.
SERIES = 50
FIXED = 8
FOR_REGISTERS = SERIES - FIXED
FOR_UNNAMED = FOR_REGISTERS // 2
#: A register is busy in a period with that many accesses a second, and has its own series after
#: two busy periods in a row: what a firmware does once, or a guest that probes, takes no room.
BUSY_PER_S = 10
PERIOD_S = 10.0

#: Registers of the local APIC that are told apart, by their offset in its page.
APIC = {0x80: "TPR", 0xB0: "EOI", 0x300: "ICR", 0x310: "ICR", 0x380: "timer", 0x390: "timer"}
APIC_OTHER = "other"


class SeriesName(NamedTuple):
    """What accesses of a VM are told apart by."""

    space: str
    device: str
    register: str
    direction: str
    answered: str


@dataclass(slots=True)
class SeriesTotal:
    """Accesses so far and, where they are timed, the seconds that they took."""

    is_timed: bool
    accesses: int = 0
    seconds: float = 0.0

    def add(self, more: AccessCount) -> None:
        """Count more accesses. Those that were not timed are taken to be as long as the others."""
        self.accesses += more.accesses
        if more.timed:
            self.seconds += more.time_ns / 1e9 * more.accesses / more.timed


@dataclass(slots=True)
class _Waiting:
    """A register without series of its own: its accesses in this period."""

    is_named: bool
    is_timed: bool
    accesses: int = 0

    @property
    def series(self) -> int:
        return 2 if self.is_timed else 1


class VmSeries:
    """All that is told of one VM."""

    def __init__(self, room: int = FOR_REGISTERS) -> None:
        self.own: dict[SeriesName, SeriesTotal] = {}
        self.other: dict[str, SeriesTotal] = {}  # by place of answer
        self.apic = dict.fromkeys([*APIC.values(), APIC_OTHER], 0)
        self.line_changes = 0
        self.masked = 0
        self._room = room
        self._room_of_unnamed = min(room, FOR_UNNAMED)
        self._waiting: dict[SeriesName, _Waiting] = {}
        self._busy: set[SeriesName] = set()  # in the last period

    def add(self, name: SeriesName, is_named: bool, more: AccessCount) -> None:
        """Count more accesses of a register; `is_named` where it has a name, not only a number."""
        own = self.own.get(name)
        if own is not None:
            own.add(more)
            return
        self._wait(name, is_named, more)
        other = self.other.setdefault(name.answered, SeriesTotal(is_timed=False))
        other.is_timed |= more.timed > 0
        other.add(more)

    def _wait(self, name: SeriesName, is_named: bool, more: AccessCount) -> None:
        if self._room == 0:
            return
        waiting = self._waiting.setdefault(name, _Waiting(is_named, is_timed=False))
        waiting.accesses += more.accesses
        waiting.is_timed |= more.timed > 0

    def end_period(self, seconds: float) -> None:
        """Give series to registers that were busy in this period and in the one before.

        Those with names first, then those with most accesses, as long as there is room.
        """
        busy = {
            name: waiting
            for name, waiting in self._waiting.items()
            if waiting.accesses >= BUSY_PER_S * seconds
        }
        ready = [name for name in busy if name in self._busy]
        ready.sort(key=lambda name: (not busy[name].is_named, -busy[name].accesses, name))
        for name in ready:
            self._give_series(name, busy[name])
        self._busy = set(busy)
        self._waiting.clear()

    def _give_series(self, name: SeriesName, waiting: _Waiting) -> None:
        room = self._room if waiting.is_named else min(self._room, self._room_of_unnamed)
        if waiting.series > room:
            return
        self.own[name] = SeriesTotal(waiting.is_timed)
        self._room -= waiting.series
        if not waiting.is_named:
            self._room_of_unnamed -= waiting.series
