# SPDX-License-Identifier: Apache-2.0
"""The RTC against golden traces, with their deviations from the data sheet as a subclass."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from devices.replay import GoldenOutcome, read_trace, replay, trace_files, trace_id
from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.devices import calendar, rtc
from lightexit.devices.calendar import Format
from lightexit.devices.rtc import B, C, Cmos, Rtc, RtcReg
from lightexit.rigs.rig import Rig
from lightexit.trace.replay.golden import unix_seconds

IRQ = 8
DATA_PORT, INDEX_PORT = 0x71, 0x70
TIME = (calendar.SECONDS, calendar.MINUTES, calendar.HOURS, calendar.WEEKDAY)
DATE = (calendar.DAY, calendar.MONTH, calendar.YEAR, calendar.CENTURY)

#: Scenarios: steps at which the two differ, and why the model is right to.
DEVIATIONS: dict[str, tuple[set[int], str]] = {
    "alarm_12h": ({22, 25}, "an alarm in 12-hour mode has an AM/PM bit of its own"),
    "century": ({55}, "the day of the week counts by itself"),
    "leap_and_weekday": ({32, 49, 138, 155, 157, 159}, "so; and year 00 is a leap year"),
    "periodic_rates": ({178, 180, 183, 186}, "a new rate makes no edge of its own"),
    "set_bit": ({84, 101, 118, 135, 152, 169}, "the day of the week counts by itself"),
    "time_12h": ({64, 76, 112}, "a register holds what was written until a carry reaches it"),
    "write_running": ({26, 29}, "writing a register does not restart the second"),
}
#: A policy of catching up on lost interrupts that is no part of the chip.
OTHER_POLICY = {"slew"}
#: Registers that random writes cannot make stray.
PLAIN = {Cmos.B, Cmos.D, calendar.SECONDS_ALARM, calendar.MINUTES_ALARM, calendar.HOURS_ALARM}


class TracedRtc(Rtc):
    """Strays from the data sheet as the traced implementation does.

    PF comes up only while PIE is set, a change of format converts the registers at once,
    and index 0x37 is the century too.
    """

    def write(self, offset: int, value: int, size: int) -> None:
        before = self.format
        super().write(offset, value, size)
        if offset == RtcReg.INDEX and value & 0x7F == 0x37:
            self.state.index = calendar.CENTURY
        if self.format != before:
            self._convert(before, self.format)

    def _convert(self, old: Format, new: Format) -> None:
        cmos = self.state.cmos
        hour = old.decode_hour(cmos[calendar.HOURS])
        for index in (*TIME, *DATE):
            cmos[index] = new.encode(old.decode(cmos[index]) % 100)
        cmos[calendar.HOURS] = new.encode_hour(hour % 24)

    def advance(self, now_ns: int) -> None:
        cmos = self.state.cmos
        silent = not cmos[Cmos.B] & B.PIE and not cmos[Cmos.C] & C.PF
        super().advance(now_ns)
        if silent:
            cmos[Cmos.C] &= ~C.PF


def make(header: dict[str, Any]) -> Rig:
    clock, irq = ManualClock(), Line()
    device = TracedRtc(clock, irq, unix_seconds=unix_seconds(header))
    return Rig(clock, [device], outputs={IRQ: irq})


@pytest.fixture(autouse=True)
def edges_at_whole_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The traces' periodic edges coincide with updates; the data sheet's lie between."""
    monkeypatch.setattr(rtc, "periodic_phase", lambda period: 0)


def agrees(outcome: GoldenOutcome) -> bool:
    expected = tuple(edge for edge in outcome.expected_edges if edge[0] == IRQ)
    return outcome.found == outcome.expected and outcome.found_edges == expected


def ours(outcome: GoldenOutcome) -> bool:
    return outcome.step.get("addr", INDEX_PORT) in (INDEX_PORT, DATA_PORT)


SCENARIOS = [path for path in trace_files("rtc", "scenarios") if path.stem not in OTHER_POLICY]


@pytest.mark.parametrize("path", SCENARIOS, ids=trace_id)
def test_rtc_agrees_with_the_scenario(path: Path) -> None:
    header, _ = read_trace(path)
    outcomes = filter(ours, replay(path, make(header)))
    differing = {outcome.number for outcome in outcomes if not agrees(outcome)}
    assert differing == DEVIATIONS.get(path.stem, (set(), ""))[0]


@pytest.mark.parametrize("path", trace_files("rtc", "fuzz"), ids=trace_id)
def test_rtc_agrees_with_random_traffic_where_it_is_defined(path: Path) -> None:
    """Random dates soon differ for the reasons above; RAM, alarms and control may not."""
    header, _ = read_trace(path)
    checked = 0
    rig = make(header)
    device = rig.devices[0]
    for outcome in filter(ours, replay(path, rig)):
        index = device.state.index & 0x7F
        plain = index in PLAIN or (index > Cmos.D and index != calendar.CENTURY)
        if outcome.step["op"] == "inb" and outcome.step["addr"] == DATA_PORT and plain:
            assert outcome.found == outcome.expected, str(outcome)
            checked += 1
    assert checked
