# SPDX-License-Identifier: Apache-2.0
"""Traces that are known to be right: written, recorded, and of other implementations."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import scale
from devices.known import STRAYS, all_strays
from devices.subjects import SUBJECTS
from lightexit import Space
from lightexit.errors import AuthorError
from lightexit.testing import (
    Drive,
    Expect,
    FromOutside,
    LawBroken,
    Read,
    Subject,
    Trace,
    Wait,
    Write,
    recorded,
    replay,
    traces,
)
from lightexit.testing.steps import told
from lightexit.trace.recording import About, RecordingWriter
from recordings import START, find_vm
from replaying import access
from testing.alarms import RINGS, Alarm, Reg, Slow

AT = 0x300
US = 1000


def test_an_answer_that_is_wrong_is_told_with_the_steps_that_show_it() -> None:
    with pytest.raises(LawBroken) as caught:
        replay(Subject(Slow, outside=("receive",)), RINGS)
    assert "step 7, Read(Space.PIO, 0x0, 4, answer=0x5): it answers 4 without" in str(caught.value)
    assert caught.value.expected == "5"
    assert caught.value.test.count("\n        ") == 7
    assert caught.value.test.endswith(", 'known')\n")


def test_what_comes_from_outside_may_have_an_answer() -> None:
    step = FromOutside("status", answer=1)
    assert repr(step) == "FromOutside('status', answer=1)"
    with pytest.raises(LawBroken, match="it answers 0 without filters"):
        replay(Subject(Alarm, outside=("status",)), Trace(step), "known")


@pytest.mark.parametrize(
    ("step", "found"),
    [
        (Expect(("alarm", 1), True), r"no line \('alarm', 1\)"),
        (Drive(("alarm", 0), True), r"no input \('alarm', 0\)"),
        (FromOutside("ring"), "no call 'ring'"),
    ],
)
def test_a_step_about_what_is_not_there(step: Expect | Drive | FromOutside, found: str) -> None:
    with pytest.raises(LawBroken, match=found) as caught:
        replay(Alarm, Trace(step), "known")
    assert caught.value.expected


def test_random_traffic_begins_as_known_traces_do() -> None:
    subject = Subject(Alarm, outside=("receive",), known=[RINGS])
    begun = False

    @settings(
        max_examples=30, derandomize=True, database=None, suppress_health_check=[*HealthCheck]
    )
    @given(st.data())
    def look(data: st.DataObject) -> None:
        nonlocal begun
        steps = data.draw(traces(subject, most=20)).steps
        assert all(told(step) is None for step in steps)
        begun |= steps[:2] == RINGS.steps[:2]

    look()
    assert begun


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    pytest.importorskip("pyarrow", reason="pyarrow is not installed (extra record)")
    path = tmp_path / "guest.parquet"
    steps = [
        access(0x61, 0, time_ns=START),
        replace(access(AT + Reg.ALARM, 5, size=4, is_write=True, time_ns=START + 10), vcpu=3),
        access(AT + Reg.STATUS, 0, size=4, time_ns=START + 10),
        access(AT + Reg.TIME, 9, size=4, time_ns=START + 6 * US),
        access(AT + Reg.STATUS, 1, size=4, time_ns=START + 6 * US),
    ]
    with RecordingWriter(path, About("host", "tracepoints", started=START), find_vm) as writer:
        writer.add(tuple(steps))
    return path


def test_a_recording_is_a_trace(recording: Path) -> None:
    place = Space.PIO, AT + Reg.STATUS, 4
    trace = recorded(recording, Subject(Alarm, at=AT), untold=[Reg.TIME])
    assert trace.steps == (
        Wait(10),
        Write(Space.PIO, AT + Reg.ALARM, 4, value=5, vcpu=3),
        Read(*place, answer=0),
        Wait(6 * US - 10),
        Read(Space.PIO, AT + Reg.TIME, 4),
        Read(*place, answer=1),
    )
    replay(Subject(Alarm, at=AT), trace)
    with pytest.raises(LawBroken, match="it answers 6 without filters"):
        replay(Subject(Alarm, at=AT), recorded(recording, Subject(Alarm, at=AT)))


def test_a_recording_without_the_device(recording: Path) -> None:
    with pytest.raises(AuthorError, match="has no access of alarm") as caught:
        recorded(recording, Alarm)
    assert "some to PIO 0x0..0xf, or the address of the recorded one" in str(caught.value)


def test_what_other_implementations_answer_otherwise_is_listed() -> None:
    """After a change of a device: `python -m devices.known`, and a look at what has changed."""
    pytest.importorskip("pyarrow", reason="pyarrow is not installed (extra record)")
    subjects = dict(scale.part(SUBJECTS.items(), share=4))
    listed = json.loads(STRAYS.read_text("utf-8"))
    found = all_strays({name: replace(each, known=()) for name, each in subjects.items()})
    assert found
    assert found == {key: listed[key] for key in listed if key.split()[0] in subjects}
