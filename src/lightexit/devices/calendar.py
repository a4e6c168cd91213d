# SPDX-License-Identifier: Apache-2.0
"""The MC146818's time registers as arithmetic: formats, steps of many seconds, alarms.

Everything is linear in the registers' values, so that one step of n seconds leaves what n
steps of one second leave, also from values that are no time of day; and every function does a
bounded amount of work, however far the clock jumps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

SECONDS, SECONDS_ALARM, MINUTES, MINUTES_ALARM, HOURS, HOURS_ALARM = range(6)
WEEKDAY, DAY, MONTH, YEAR = 6, 7, 8, 9
CENTURY = 0x32
PM = 0x80
DONT_CARE = 0xC0
DAY_SECONDS = 86400
MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
#: Every fourth year is a leap year, as the chip has it: a century has 36525 days.
CENTURY_DAYS = 36525
LEAP_CYCLE_DAYS = 1461


class CmosRegisters(Protocol):
    """Registers by index: a state's array, or a dict."""

    def __getitem__(self, index: int, /) -> int: ...

    def __setitem__(self, index: int, value: int, /) -> None: ...


@dataclass(frozen=True)
class Format:
    """How register B says that the registers are written."""

    binary: bool
    hours24: bool

    def decode(self, byte: int) -> int:
        """The value of a register."""
        return byte if self.binary else (byte >> 4) * 10 + (byte & 15)

    def encode(self, value: int) -> int:
        """The register of a value from 0 to 99."""
        return value if self.binary else value // 10 << 4 | value % 10

    def decode_hour(self, byte: int) -> int:
        """The hour from 0 on; in the 12-hour format 12 stands for 0, bit 7 for PM."""
        if self.hours24:
            return self.decode(byte)
        return self.decode(byte & ~PM) % 12 + (12 if byte & PM else 0)

    def encode_hour(self, hour: int) -> int:
        """The register of an hour from 0 to 23."""
        if self.hours24:
            return self.encode(hour)
        return self.encode((hour - 1) % 12 + 1) | (PM if hour >= 12 else 0)


def time_of_day(registers: CmosRegisters, form: Format) -> int:
    """Seconds since midnight."""
    hours = form.decode_hour(registers[HOURS])
    minutes = hours * 60 + form.decode(registers[MINUTES])
    return (minutes * 60 + form.decode(registers[SECONDS])) % DAY_SECONDS


def step(registers: CmosRegisters, form: Format, seconds: int) -> None:
    """Let `seconds` updates happen. A register changes only if the one before it carries."""
    total = form.decode(registers[SECONDS]) + seconds
    registers[SECONDS] = form.encode(total % 60)
    if not (carry := total // 60):
        return
    total = form.decode(registers[MINUTES]) + carry
    registers[MINUTES] = form.encode(total % 60)
    if not (carry := total // 60):
        return
    total = form.decode_hour(registers[HOURS]) + carry
    registers[HOURS] = form.encode_hour(total % 24)
    if carry := total // 24:
        _step_days(registers, form, carry)


def _step_days(registers: CmosRegisters, form: Format, days: int) -> None:
    weekday = form.decode(registers[WEEKDAY]) - 1 + days
    registers[WEEKDAY] = form.encode(weekday % 7 + 1)
    write_date(registers, form, read_date(registers, form) + days)


def read_date(registers: CmosRegisters, form: Format) -> int:
    """Days since 1 January of year 0 of century 0."""
    extra_years, month = divmod(form.decode(registers[MONTH]) - 1, 12)
    years = form.decode(registers[YEAR]) + 100 * form.decode(registers[CENTURY]) + extra_years
    cycles, year = divmod(years, 4)
    day_of_year = sum(MONTH_DAYS[:month]) + (1 if year == 0 and month > 1 else 0)
    start = cycles * LEAP_CYCLE_DAYS + year * 365 + (1 if year else 0)
    return start + day_of_year + form.decode(registers[DAY]) - 1


def write_date(registers: CmosRegisters, form: Format, days: int) -> None:
    """Set day, month, year and century from days since year 0."""
    century, days = divmod(days, CENTURY_DAYS)
    cycles, days = divmod(days, LEAP_CYCLE_DAYS)
    year = max(days - 1, 0) // 365
    day = days - (year * 365 + (1 if year else 0))
    month = 0
    while day >= (length := MONTH_DAYS[month] + (1 if year == 0 and month == 1 else 0)):
        day -= length
        month += 1
    registers[DAY] = form.encode(day + 1)
    registers[MONTH] = form.encode(month + 1)
    registers[YEAR] = form.encode(cycles * 4 + year)
    registers[CENTURY] = form.encode(century % 100)


def seconds_to_alarm(registers: CmosRegisters, form: Format) -> int | None:
    """How many updates from now the alarm matches, from 1 on; None if it never does."""
    hours = _matching(registers[HOURS_ALARM], [form.encode_hour(hour) for hour in range(24)])
    sixty = [form.encode(value) for value in range(60)]
    minutes = _matching(registers[MINUTES_ALARM], sixty)
    seconds = _matching(registers[SECONDS_ALARM], sixty)
    if not (hours and minutes and seconds):
        return None
    now = time_of_day(registers, form)
    hour, minute, second = now // 3600, now // 60 % 60, now % 60
    later = [hour * 3600 + minute * 60 + s for s in seconds if s > second]
    if hour in hours and minute in minutes and later:
        return later[0] - now
    first = seconds[0]
    later = [hour * 3600 + m * 60 + first for m in minutes if m > minute]
    if hour in hours and later:
        return later[0] - now
    target = next((h for h in hours if h > hour), hours[0] + 24)
    return target * 3600 + minutes[0] * 60 + first - now


def _matching(alarm: int, encoded: Sequence[int]) -> list[int]:
    """The values that an alarm register matches; the two top bits mean every one."""
    if alarm & DONT_CARE == DONT_CARE:
        return list(range(len(encoded)))
    return [value for value, byte in enumerate(encoded) if byte == alarm]
