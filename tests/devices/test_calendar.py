# SPDX-License-Identifier: Apache-2.0
"""Laws of the RTC's calendar arithmetic."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightexit.devices import calendar
from lightexit.devices.calendar import DAY_SECONDS, Format

FORMATS = [Format(binary, hours24) for binary in (False, True) for hours24 in (False, True)]
CLOCK = (calendar.SECONDS, calendar.MINUTES, calendar.HOURS)
DATE = (calendar.WEEKDAY, calendar.DAY, calendar.MONTH, calendar.YEAR, calendar.CENTURY)

formats = st.sampled_from(FORMATS)
anything = st.fixed_dictionaries({index: st.integers(0, 255) for index in (*CLOCK, *DATE)})
moments = st.datetimes(datetime(1901, 1, 1), datetime(2099, 12, 31))


def registers_of(moment: datetime, form: Format) -> dict[int, int]:
    return {
        calendar.SECONDS: form.encode(moment.second),
        calendar.MINUTES: form.encode(moment.minute),
        calendar.HOURS: form.encode_hour(moment.hour),
        calendar.WEEKDAY: form.encode(moment.isoweekday() % 7 + 1),
        calendar.DAY: form.encode(moment.day),
        calendar.MONTH: form.encode(moment.month),
        calendar.YEAR: form.encode(moment.year % 100),
        calendar.CENTURY: form.encode(moment.year // 100),
    }


@given(formats, moments, st.integers(1, 10**9))
@settings(derandomize=True, deadline=None)
def test_a_step_is_what_the_calendar_says(form: Format, moment: datetime, seconds: int) -> None:
    later = moment + timedelta(seconds=seconds)
    if later.year > 2099:
        later, moment = moment, moment - timedelta(seconds=seconds)
    if moment.year < 1901:
        return
    registers = registers_of(moment, form)
    calendar.step(registers, form, seconds)
    assert registers == registers_of(later, form)


@given(formats, anything, st.integers(1, 10**10), st.integers(1, 10**10))
@settings(derandomize=True, deadline=None)
def test_steps_add_up_from_any_registers(
    form: Format, registers: dict[int, int], first: int, second: int
) -> None:
    whole = dict(registers)
    calendar.step(whole, form, first + second)
    calendar.step(registers, form, first)
    calendar.step(registers, form, second)
    assert registers == whole


@given(formats, anything, st.integers(1, 10**12))
@settings(derandomize=True, deadline=None)
def test_registers_stay_bytes(form: Format, registers: dict[int, int], seconds: int) -> None:
    calendar.step(registers, form, seconds)
    assert all(0 <= value <= 255 for value in registers.values())


@given(st.integers(0, 100 * calendar.CENTURY_DAYS - 1))
@settings(derandomize=True, deadline=None)
def test_a_date_and_its_day_number_are_inverse(days: int) -> None:
    form = Format(binary=True, hours24=True)
    registers: dict[int, int] = {}
    calendar.write_date(registers, form, days)
    assert calendar.read_date(registers, form) == days
    assert 1 <= registers[calendar.DAY] <= 31


@pytest.mark.parametrize("form", FORMATS, ids=str)
def test_hours_round_trip(form: Format) -> None:
    assert [form.decode_hour(form.encode_hour(hour)) for hour in range(24)] == list(range(24))


def test_twelve_hour_format_has_no_hour_zero() -> None:
    form = Format(binary=False, hours24=False)
    assert [form.encode_hour(hour) for hour in (0, 1, 11, 12, 13, 23)] == [
        0x12,
        0x01,
        0x11,
        0x92,
        0x81,
        0x91,
    ]


alarms = st.one_of(st.integers(0, 59), st.sampled_from([0xC0, 0xFF]), st.integers(0, 255))


@given(formats, st.integers(0, DAY_SECONDS - 1), st.tuples(alarms, alarms, alarms))
@settings(derandomize=True, deadline=None, max_examples=60)
def test_an_alarm_comes_when_a_search_finds_it(
    form: Format, now: int, alarm: tuple[int, int, int]
) -> None:
    moment = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=now)
    registers = registers_of(moment, form)
    alarm_places = (calendar.SECONDS_ALARM, calendar.MINUTES_ALARM, calendar.HOURS_ALARM)
    registers |= dict(zip(alarm_places, alarm, strict=True))
    seconds, minutes, hours = alarm

    def matches(value: int, byte: int, pattern: int) -> bool:
        return pattern >= 0xC0 or byte == pattern

    found = None
    for n in range(1, DAY_SECONDS + 1):
        then = (now + n) % DAY_SECONDS
        if (
            matches(then, form.encode(then % 60), seconds)
            and matches(then, form.encode(then // 60 % 60), minutes)
            and matches(then, form.encode_hour(then // 3600), hours)
        ):
            found = n
            break
    assert calendar.seconds_to_alarm(registers, form) == found


def test_only_a_carry_reaches_the_next_register() -> None:
    form = Format(binary=False, hours24=True)
    registers = registers_of(datetime(2023, 1, 1, 10, 20, 30, tzinfo=UTC), form)
    registers[calendar.MINUTES] = 0x99
    registers[calendar.DAY] = 0x00
    calendar.step(registers, form, 1)
    assert registers[calendar.MINUTES] == 0x99
    calendar.step(registers, form, 30)
    assert (registers[calendar.MINUTES], registers[calendar.HOURS]) == (0x40, 0x11)
    assert registers[calendar.DAY] == 0x00
