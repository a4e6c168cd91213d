# SPDX-License-Identifier: Apache-2.0
"""Each law of the kit holds for a right device, and finds a wrong one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import Phase, given, settings

import scale
from lightexit import Space
from lightexit.devices.pit import Pit
from lightexit.testing import (
    LAWS,
    DeviceLaws,
    FilterRun,
    LawBroken,
    Read,
    Subject,
    Trace,
    Wait,
    Write,
    filter_runs,
    replay,
    search,
    traces,
)
from lightexit.testing.broken import source_of_test
from testing.alarms import (
    MUTANTS,
    RINGS,
    Alarm,
    AlarmState,
    Reg,
    Second,
    Split,
    Stale,
    switched,
    switched_unasked,
)

TERMS = settings(derandomize=True, database=None)
#: The most examples that a wrong device may survive. The first that finds it is enough.
PATIENCE = settings(TERMS, max_examples=1000, phases=[Phase.generate])


class TestAlarm(DeviceLaws):
    device = Subject(Alarm, outside=("receive",), known=[RINGS])
    settings = settings(TERMS, max_examples=scale.full(60))


def subject(kind: type[Alarm]) -> Subject:
    return Subject(kind, outside=("receive",), known=[RINGS], reference=Alarm)


def run(test: str) -> None:
    """A test, as it was printed."""
    names: dict[str, Any] = {}
    exec(test, names)
    (function,) = (each for name, each in names.items() if name.startswith("test_"))
    function()


@pytest.mark.parametrize(("law", "kind"), scale.part(MUTANTS, share=3))
def test_a_law_finds_a_wrong_device(law: str, kind: type[Alarm]) -> None:
    if missing := LAWS[law].missing(subject(kind)):
        pytest.skip(missing)
    with pytest.raises(LawBroken) as caught:
        search(subject(kind), law, terms=PATIENCE)
    with pytest.raises(LawBroken) as again:
        run(caught.value.test)
    assert str(again.value) == str(caught.value)


def test_a_deadline_that_another_device_brings_forward_is_one_that_the_machine_asks_for() -> None:
    trace = Trace(Write(Space.PIO, 0x20, 1, value=5))
    replay(switched, trace, "deadlines")
    with pytest.raises(LawBroken) as caught:
        replay(switched_unasked, trace, "deadlines")
    assert "the model brings the deadline of alarm forward to 5000 ns" in caught.value.found
    assert "the state of alarm among the region's" in str(caught.value)


class _NeverRings(Alarm):
    @staticmethod
    def invariant(alarm: AlarmState) -> bool:
        """Wrong: it rings some time."""
        return not alarm.rung


def test_a_state_that_its_device_did_not_declare_is_found() -> None:
    replay(subject(Alarm), RINGS, "answers")
    with pytest.raises(LawBroken) as caught:
        replay(subject(_NeverRings), RINGS, "answers")
    assert "the state of alarm does not satisfy its invariant" in caught.value.found
    assert caught.value.where
    assert "staticmethod" in caught.value.where.text


def test_a_finding_shows_none_of_the_calls_that_led_there() -> None:
    with pytest.raises(LawBroken) as caught:
        search(Stale, "transparent", terms=PATIENCE)
    assert [each.name for each in caught.traceback][1:] == ["search"]


def test_a_finding_about_a_file_is_named_after_it() -> None:
    assert source_of_test("my/vga.py,at=3", "saved", 1).startswith("def test_vga_saved()")


def test_every_law_has_a_device_that_breaks_it() -> None:
    assert {law for law, _ in MUTANTS} == set(LAWS)


def test_more_deadlines_than_are_carried_out_are_no_difference() -> None:
    """A PIT that counts two ticks: its line changes some 15,000 times while that time passes."""
    program = [Write(Space.PIO, 3, 1, 0x34), Write(Space.PIO, 0, 1, 2), Write(Space.PIO, 0, 1, 0)]
    replay(Subject(Pit, at=0), Trace(*program, Wait(24_996_189)), "advanced", "deadlines", "late")


def test_only_contention_shows_a_filter_with_a_state_of_its_own() -> None:
    search(Split, "transparent", "engines", terms=settings(TERMS, max_examples=scale.full(60)))


def test_the_step_of_another_vcpu_says_so() -> None:
    step = Read(Space.PIO, Reg.NOTE, 4, vcpu=2)
    assert repr(step) == "Read(Space.PIO, 0xc, 4, vcpu=2)"
    for law in ("transparent", "engines"):
        replay(Second, Trace(replace(step, vcpu=1)), law)
        with pytest.raises(LawBroken, match="vcpu=2"):
            replay(Second, Trace(step), law)


@pytest.mark.parametrize(("kind", "expected"), [(Alarm, {0}), (Second, {0, 1, 2, 3})])
def test_several_vcpus_come_where_a_filter_asks(kind: type[Alarm], expected: set[int]) -> None:
    seen: set[int] = set()

    @settings(TERMS, max_examples=20)
    @given(traces(kind, most=20))
    def look(trace: Trace) -> None:
        seen.update(each.vcpu for each in trace.steps if isinstance(each, Read | Write))

    look()
    assert seen == expected


def test_filters_are_run_for_any_vcpu() -> None:
    seen: set[int] = set()

    @settings(TERMS, max_examples=20)
    @given(filter_runs(Subject(Alarm)))
    def look(run: FilterRun) -> None:
        seen.add(run.vcpu)
        assert run.context().vcpu == run.vcpu

    look()
    assert len(seen) > 2


def test_registers_need_no_names() -> None:
    nameless = type("Nameless", (Alarm,), {"registers": None})
    search(nameless, "answers", "transparent", terms=settings(TERMS, max_examples=5))
