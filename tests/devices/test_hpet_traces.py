# SPDX-License-Identifier: Apache-2.0
"""The HPET against QEMU's.

What QEMU does otherwise than the specification (IA-PC HPET 1.0a), and we do not:

| QEMU                                                    | specification: what we do            |
|---------------------------------------------------------|--------------------------------------|
| the counter's ticks begin at the ns of its enable       | the clock has a phase of its own     |
| it is kept in ns: from 2**64 / 10 on its value changes  | all 64 bits                          |
| when it is enabled; a write while it runs is dropped    | undefined: it goes on from there     |
| a comparator in the past, or equal, matches 10 ns       | a match is equality: it waits for    |
| later; one farther than 2**62 ns never                  | the counter to come round            |
| enabling the counter starts no timer whose comparator is | it is a value like any other         |
| all ones                                                |                                      |
| a periodic timer matches at its comparator, and a tick  | at the comparator                    |
| later once more                                         |                                      |
| the 32-bit one-shot's second match is at 2**32 - 1, if  | when the counter wraps, to 0         |
| that comes first                                        |                                      |
| a write of the whole comparator is one of two halves,   | SET_VALUE is for the whole write     |
| and SET_VALUE is for the first                          |                                      |
| the period has a bit less, and is kept by periodic      | "the value last written"             |
| timers only                                             |                                      |
| an edge is a pulse                                      | the line stays up until the next     |
| status needs the enable, and goes with it               | status is set without                |
| a disabled timer does not match, its comparator stands  | it counts on                         |
| FSB interrupts, and all routes, work without capability | neither can be chosen                |
| accesses narrower than 32 bits read 0, write nothing    | undefined: they reach their bytes    |

`QemuHpet` is ours with these; its ticks are nanoseconds. Lines 0 and 8 are left out, as the
traces have the PIT and the RTC on them. The last tests run our own, unchanged.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from devices.replay import ROOT, GoldenOutcome, replay, trace_files, trace_id
from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.devices import hpet as chip
from lightexit.devices import hpet_timer
from lightexit.devices.hpet import SIZE, TIMERS, General, Hpet, HpetReg
from lightexit.devices.hpet_timer import NEVER, Config, Timer, merge
from lightexit.filter import Array, Struct, array, u8, u64
from lightexit.rigs.rig import Rig
from lightexit.vm.places import HPET as BASE

FSB_ENABLE = 1 << 14
FSB = 0x10
SHARED_LINES = {0, 8}
#: The routes that QEMU's capabilities name.
CAPABLE = 1 << 2
#: A machine whose timers have FSB interrupts.
TRACES = [path for path in trace_files("hpet") if path.stem != "fsb"]


class QemuTimer(Timer):
    """A timer with the deviations of the table. Its ticks are nanoseconds."""

    fsb: u64
    wraps: bool

    def ahead(self, counter: int) -> int:
        distance = (self.comparator - counter) % self.span()
        return distance if 0 < distance < self.span() // 2 else 1

    def arm(self, ticks: int, ns: int) -> None:
        distance_ns = ticks * 10 % 2**64
        self.due = ns + distance_ns if distance_ns < 2**62 else NEVER

    def schedule(self, counter: int, tick: int) -> None:
        ahead, until_wrap = self.ahead(counter), 2**32 - 1 - counter % 2**32
        short = self.span() == 2**32 and not self.is_periodic()
        self.wraps = short and until_wrap < ahead
        self.arm(until_wrap if self.wraps else ahead, tick)

    def fire(self, counter: int, ns: int) -> None:
        self.due = NEVER
        if self.is_periodic() and self.period:
            behind = (counter - self.comparator) % self.span()
            if behind < self.span() // 2:
                moved = self.comparator + -(-behind // self.period) * self.period
                self.comparator = moved % self.span()
            self.arm(self.ahead(counter), ns)
        elif self.wraps:
            self.wraps = False
            self.arm(self.ahead(counter), ns)

    def compare(self, bits: int, mask: int) -> None:
        is_high, is_set = mask >> 32, not self.is_periodic() or self.config & Config.SET_VALUE
        if is_set:
            self.comparator = merge(self.comparator, bits, mask)
        if self.is_periodic() and not (is_high and is_set):
            self.period = merge(self.period, bits & (self.span() - 1) >> 1, mask)
        self.config &= ~Config.SET_VALUE


class QemuHpetState(Struct):
    """Three of them."""

    base: u64
    config: u8
    timers: Array[QemuTimer] = array(QemuTimer, TIMERS)


def counter(hpet: QemuHpetState, ns: int) -> int:
    return (hpet.base + ns) % 2**64 // 10 if hpet.config & General.ENABLE else hpet.base


class QemuHpet(Hpet):
    """Our HPET around those timers."""

    state: QemuHpetState  # type: ignore[assignment]

    def read(self, offset: int, size: int) -> int:
        return super().read(offset, size) if size >= 4 and offset % 4 == 0 else 0

    def write(self, offset: int, value: int, size: int) -> None:
        if offset % 4 == 0 and size >= 4:
            for at in range(0, size, 4):
                super().write(offset + at, value >> 8 * at & 0xFFFF_FFFF, 4)

    def next_wakeup(self) -> int | None:
        due = min(timer.due for timer in self.state.timers)
        return None if due == NEVER else due

    def _advance(self, tick: int) -> None:
        for index, timer in enumerate(self.state.timers):
            if timer.due <= tick:
                timer.fire(counter(self.state, tick), tick)
                self._update(index, True)

    def _update(self, index: int, match: bool) -> None:
        timer, line = self.state.timers[index], self._line(index)
        is_on = match and timer.is_enabled() and bool(self.state.config & General.ENABLE)
        is_fsb = bool(timer.config & FSB_ENABLE)
        if not (is_on and is_fsb):
            timer.active = is_on and timer.is_level()
        if line is not None and not is_fsb:
            line.set(is_on)
            line.set(timer.active)

    def _drive(self) -> None:
        pass

    def _schedule(self, tick: int) -> None:
        pass

    def _start(self, timer: QemuTimer) -> None:
        now = self.clock.now_ns()
        if self.state.config & General.ENABLE:
            timer.schedule(counter(self.state, now), now)

    def _stop(self, index: int) -> None:
        self.state.timers[index].due = NEVER
        self._update(index, False)

    def _configure(self, bits: int, mask: int, tick: int) -> None:
        before, base = self.state.config, self.state.base
        super()._configure(bits, mask, tick)
        if not (before ^ self.state.config) & General.ENABLE:
            self.state.base = base
            return
        for index, timer in enumerate(self.state.timers):
            if before & General.ENABLE:
                self._stop(index)
            elif timer.comparator != 2**64 - 1:
                self._start(timer)

    def _set_counter(self, value: int, tick: int) -> None:
        is_on = self.state.config & General.ENABLE
        self.state.base = (value * 10 - tick) % 2**64 if is_on else value

    def _acknowledge(self, bits: int) -> None:
        for index, timer in enumerate(self.state.timers):
            if bits >> index & 1 and timer.active:
                self._update(index, False)

    def _read_timer(self, offset: int, tick: int) -> int:
        index, register = divmod(offset - HpetReg.T0_CONFIG, chip.TIMER_SIZE)
        if register == FSB and 0 <= index < TIMERS:
            return self.state.timers[index].fsb
        value = super()._read_timer(offset, tick)
        return value & 0xFFFF_FFFF | CAPABLE << 32 if value and register == chip.CONFIG else value

    def _write(self, offset: int, bits: int, mask: int, tick: int) -> None:
        if offset != HpetReg.COUNTER or not self.state.config & General.ENABLE:
            super()._write(offset, bits, mask, tick)

    def _write_timer(self, offset: int, bits: int, mask: int) -> None:
        index, register = divmod(offset - HpetReg.T0_CONFIG, chip.TIMER_SIZE)
        if not 0 <= index < TIMERS:
            return
        timer = self.state.timers[index]
        if register == FSB:
            timer.fsb = merge(timer.fsb, bits, mask)
        elif register == chip.COMPARATOR:
            timer.compare(bits, mask)
            self._start(timer)
        elif register == chip.CONFIG and mask & 1:
            self._configure_timer(index, bits, mask)

    def _configure_timer(self, index: int, bits: int, mask: int) -> None:
        timer = self.state.timers[index]
        before, active = timer.config, timer.active
        if bits & ~before & FSB_ENABLE:
            self._update(index, False)
            active = False
        timer.configure(bits, mask, self._route_mask)
        timer.active = active
        if timer.config & ~before & Config.ENABLE:
            self._start(timer)
        elif before & ~timer.config & Config.ENABLE:
            self._stop(index)


QemuHpet.state_type = QemuHpetState


def make(monkeypatch: pytest.MonkeyPatch) -> Rig:
    monkeypatch.setattr(chip, "ticks", lambda now_ns: now_ns)
    monkeypatch.setattr(chip, "counter", counter)
    monkeypatch.setattr(hpet_timer, "WRITABLE", hpet_timer.WRITABLE | FSB_ENABLE)
    clock, lines = ManualClock(), [Line() for _ in range(32)]
    hpet = QemuHpet(clock, lines[0], lines[8], dict(enumerate(lines)))
    return Rig(clock, [hpet], outputs=dict(enumerate(lines[:24])))


@pytest.mark.parametrize("path", TRACES, ids=trace_id)
def test_reads_and_edges_agree(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = [
        str(outcome)
        for outcome in replay(path, make(monkeypatch))
        if BASE <= outcome.step.get("addr", BASE) < BASE + SIZE and not agrees(outcome)
    ]
    assert not wrong, "\n".join(wrong)


def agrees(outcome: GoldenOutcome) -> bool:
    """Whether the value is the same, and the edges of every line that is the HPET's."""
    return outcome.expected == outcome.found and by_line(outcome.expected_edges) == by_line(
        outcome.found_edges
    )


def by_line(edges: tuple[tuple[int, bool], ...]) -> list[tuple[int, bool]]:
    """Each line's edges in order: two timers may match at the same instant."""
    return sorted((edge for edge in edges if edge[0] not in SHARED_LINES), key=lambda edge: edge[0])


@pytest.mark.parametrize(
    ("name", "line", "count"),
    [
        ("oneshot64_edge", 2, 2),
        ("periodic_32bit_writes", 2, 5),
        ("periodic_level", 18, 2),
        ("legacy_replacement", 8, 1),
        ("legacy_replacement", 0, 1),
    ],
)
def test_our_rtc_interrupts_when_qemus_does(name: str, line: int, count: int) -> None:
    clock, lines = ManualClock(), [Line() for _ in range(24)]
    hpet = Hpet(clock, lines[0], lines[8], dict(enumerate(lines)))
    ours = Rig(clock, [hpet], outputs=dict(enumerate(lines)))
    outcomes = list(replay(ROOT / "scenarios" / "hpet" / f"{name}.jsonl", ours))
    found = [ns for ns, number, level in ours.edges if number == line and level]
    spans = rises(outcomes, line)
    assert len(found) == count
    for ns in found:
        assert any(earliest - 10 <= ns <= latest + 10 for earliest, latest in spans), ns


def rises(outcomes: list[GoldenOutcome], line: int) -> list[tuple[int, int]]:
    """When QEMU's line rose: the earliest and the latest time that the trace allows."""
    spans = []
    for before, outcome in pairwise([outcomes[0], *outcomes]):
        earliest = outcome.t_ns if outcome.step.get("deadline") else before.t_ns
        if (line, True) in outcome.expected_edges:
            spans.append((earliest, outcome.t_ns))
    return spans
