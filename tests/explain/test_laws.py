# SPDX-License-Identifier: Apache-2.0
"""What an explanation says holds for every run: costs, answers, returns, known values."""

from __future__ import annotations

import random
import sys
from collections import Counter
from functools import cache
from types import FrameType
from typing import Any

import pytest

import every_filter
from lightexit.abi import IoContext, Space, StateMemory
from lightexit.cli.explain import to_explain
from lightexit.cli.subjects import subjects
from lightexit.engine.native import NativeEngine
from lightexit.explain import ExplainSubject, Explanation, explain
from lightexit.explain.values import Handling, RegisterAnswer, RegisterWindow
from lightexit.filter import Filter
from lightexit.isa import decode
from lightexit.plugins import DEVICES
from lightexit.verifier import Limits, VerifierError, verify
from programs import Case, runnable

ANY = Limits(answers=False)
FILTERS = every_filter.every()
DEVICE_FILTERS = [
    each.title
    for name in sorted(DEVICES.ours)
    if name not in ("debug_exit",)
    for each in subjects(name)
]


@cache
def of_filter(name: str) -> Explanation:
    return explain(ExplainSubject(name, FILTERS[name]))


@cache
def of_device(title: str) -> Explanation:
    (subject,) = subjects(title)
    return explain(to_explain(subject))


def check_lines(found: Explanation) -> None:
    lines = [line for each in found.functions for line in each.lines]
    assert sum(line.cost for line in lines) == found.report.cost
    slots = Counter(i.slot for line in lines for i in line.instructions)
    assert slots == Counter(each.slot for each in decode(found.report.program))


@pytest.mark.parametrize("name", FILTERS)
def test_lines_of_every_filter(name: str) -> None:
    check_lines(of_filter(name))


@pytest.mark.parametrize("case", runnable(), ids=lambda case: case.name)
def test_lines_of_the_corpus(case: Case) -> None:
    """Most of these answer no access; a few the verifier refuses, with an error of its own."""
    subject = ExplainSubject.of_program(case.program)
    if verify(case.program, ANY).accepted:
        check_lines(explain(subject, ANY))
    else:
        with pytest.raises(VerifierError):
            explain(subject, ANY)


@pytest.mark.parametrize("title", DEVICE_FILTERS)
def test_registers_do_as_they_are_told_to(title: str) -> None:
    """Runs of native code, on random states: half of them at what the device has after reset."""
    (subject,) = subjects(title)
    found, chance = of_device(title), random.Random(title)
    code = NativeEngine().load(found.report.program)
    assert found.registers.is_exact
    for answer in found.registers.answers:
        for _ in range(12):
            context = some_access(answer, found.registers.windows[answer.window], chance)
            verdict = code.run(context, some_states(subject.filter, chance))
            if answer.handling is not Handling.DEPENDS:
                assert verdict == (answer.handling is Handling.HANDLED), (answer, context)


@pytest.mark.parametrize("name", FILTERS)
def test_returns_answer_what_they_are_told_to(name: str) -> None:
    """Runs in CPython: the line that returned HANDLED is a return that may answer that offset."""
    found, chance = of_filter(name), random.Random(name)
    sites = {each.where.line: each for each in found.sites or ()}
    for answer in found.registers.answers:
        for _ in range(8):
            context = some_access(answer, found.registers.windows[answer.window], chance)
            line, verdict = returned(FILTERS[name], context, some_states(FILTERS[name], chance))
            if verdict:
                site = sites[line]
                ranges = site.writes if context.is_write else site.reads
                assert any(first <= context.offset <= last for first, last in ranges)


def returned(filter_: Filter[Any], context: IoContext, states: list[Any]) -> tuple[int, int]:
    """The line that ended the filter, and its verdict; a fault is a PASS of no line."""
    lines = []

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        if frame.f_code is filter_.function.__code__:
            lines.append(frame.f_lineno)
            return trace
        return None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        verdict = int(filter_(context, *(each.state for each in states)))
    except (IndexError, ZeroDivisionError):
        return 0, 0
    finally:
        sys.settrace(before)
    return lines[-1], verdict


def some_access(answer: RegisterAnswer, window: RegisterWindow, chance: random.Random) -> IoContext:
    count = (answer.last - answer.first) // answer.step
    context = IoContext()
    context.offset = answer.first + answer.step * chance.randint(0, min(count, 1 << 40))
    context.size, context.is_write = answer.size, answer.is_write
    context.space = Space.PIO if window.space is None else window.space
    context.now_ns = chance.getrandbits(chance.choice((10, 40)))
    context.data = chance.getrandbits(8 * answer.size) if answer.is_write else 0
    return context


def some_states(filter_: Filter[Any], chance: random.Random) -> list[StateMemory[Any]]:
    memories = []
    for kind in filter_.states:
        assert kind is not None
        memory = StateMemory(kind)
        if chance.random() < 0.5:
            memory.state.buffer[:] = chance.randbytes(len(memory.state.buffer))
        memories.append(memory)
    return memories


def test_a_proof_that_is_not_exact_says_so() -> None:
    assert not of_filter("port61.read_control_b").registers.is_exact
