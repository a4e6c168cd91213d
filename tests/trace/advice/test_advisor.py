# SPDX-License-Identifier: Apache-2.0
"""Advice over time, and as text."""

from __future__ import annotations

import json

from intervals import PIO, interval, row
from lightexit.trace.advice import Advisor, advice_lines, advise, advise_all
from lightexit.trace.vms import Vm

BUSY = interval(row(PIO, 0x608, 5000, size=4))
IDLE = interval()


def test_a_burst_is_not_told() -> None:
    advisor = Advisor()
    told = [advisor.update(each) for each in (BUSY, BUSY, IDLE, BUSY, BUSY, IDLE)]
    assert told == [[]] * 6


def test_what_lasts_is_told_while_it_lasts() -> None:
    advisor = Advisor()
    told = [len(advisor.update(each)) for each in (BUSY, BUSY, BUSY, BUSY, IDLE, BUSY)]
    assert told == [0, 0, 1, 1, 0, 0]


def test_intervals_a_little_short_are_taken_for_whole() -> None:
    advisor = Advisor()
    short = interval(row(PIO, 0x608, 5000, size=4), seconds=0.998)
    assert [len(advisor.update(short)) for _ in range(3)] == [0, 0, 1]


def test_one_long_interval_is_enough() -> None:
    assert len(Advisor().update(interval(row(PIO, 0x608, 5000, size=4), seconds=10))) == 1


def test_vms_are_counted_apart() -> None:
    advisor = Advisor()
    for pid in (1, 2, 3):
        vm = Vm(pid, "guest", "qemu")
        assert advisor.update(interval(row(PIO, 0x608, 5000, size=4, vm=vm))) == []


def test_a_recording_is_told_of_once() -> None:
    faster = interval(row(PIO, 0x608, 7000, size=4))
    (told,) = advise_all([IDLE, BUSY, BUSY, BUSY, faster, IDLE, IDLE])
    assert told.evidence == "0x608 7,000 reads/s"
    assert advise_all([BUSY, BUSY, IDLE, BUSY]) == []
    assert advise_all([interval(row(PIO, 0x608, 5000, size=4), seconds=60)]) != []
    assert advise_all([interval(row(PIO, 0x608, 5000, size=4), seconds=2)]) == []


def test_json_has_all_of_it() -> None:
    (told,) = advise(BUSY)
    assert json.loads(json.dumps(told.to_json())) == {
        "rule": "pm-timer",
        "vm": "guest-a",
        "pid": 1000,
        "text": told.text,
        "evidence": "0x608 5,000 reads/s",
        "page": "docs/advice.md#pm-timer",
    }


def test_lines_fit_and_are_safe_for_a_terminal() -> None:
    vm = Vm(7, "evil\x1b[2J\nname\u202e", "qemu")
    lines = advice_lines(advise(interval(row(PIO, 0x608, 5000, size=4, vm=vm))), width=80)
    assert all(len(line) <= 80 and line.isprintable() for line in lines)
    text = "\n".join(lines)
    assert text.startswith("evil\\x1b[2J\\nname\\u202e (process 7): The guest reads the ACPI PM")
    assert "\n  Seen: 0x608 5,000 reads/s.\n  More: lightexit advice pm-timer" in text
    assert advice_lines([]) == []
