# SPDX-License-Identifier: Apache-2.0
"""The longest run is as long as the proof says, and goes where the program's jumps lead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from random import Random

import pytest

import every_filter
from laws.programs import random_hard_program
from laws.rounds import random_loops
from lightexit.isa import Instruction, Kind, assemble, decode
from lightexit.isa.program import Program
from lightexit.verifier import Limits, Report, verify
from programs import Case, load_corpus
from scale import part

FILTERS = every_filter.every()
ANY = Limits(answers=False)
LOOP = """
    r2 = *(u32 *)(r1 + 24)
    r2 &= 63
    r0 = 0
again:
    r0 += 1
    if r0 < r2 goto again
    r0 = 0
    exit
"""


def check(report: Report) -> None:
    counts = report.longest_run
    assert sum(counts.values()) == report.cost
    assert counts[0] >= 1
    before = _led_to(report.program, counts)
    assert {slot: n for slot, n in counts.items() if n > before[slot] + (slot == 0)} == {}


def _led_to(program: Program, counts: dict[int, int]) -> Counter[int]:
    """How often each instruction can have been reached, by how often others were executed."""
    found: Counter[int] = Counter()
    instructions = decode(program)
    for each in instructions:
        for slot in _next(each, instructions):
            found[slot] += counts.get(each.slot, 0)
    return found


def _next(each: Instruction, instructions: Sequence[Instruction]) -> set[int]:
    if each.op.kind is Kind.EXIT:
        return {other.next_slot for other in instructions if other.op.kind is Kind.CALL}
    if each.op.kind is Kind.CALL:
        return {each.target}
    if each.op.kind is not Kind.JUMP:
        return {each.next_slot}
    return {each.target} if each.op.name == "ja" else {each.next_slot, each.target}


@pytest.mark.parametrize("name", FILTERS)
def test_of_every_filter(name: str) -> None:
    check(FILTERS[name].verify())


@pytest.mark.parametrize("case", load_corpus(), ids=lambda case: case.name)
def test_of_the_corpus(case: Case) -> None:
    report = verify(case.program, ANY)
    if report.accepted:
        check(report)
    else:
        assert report.longest_run == {}


@pytest.mark.parametrize("make", [random_hard_program, random_loops])
def test_of_random_programs(make: Callable[[Random], Program]) -> None:
    seeds = part(range(200))
    reports = [verify(make(Random(seed)), ANY._replace(states=2_000)) for seed in seeds]
    accepted = [report for report in reports if report.accepted]
    assert len(accepted) > len(seeds) // 4
    for report in accepted:
        check(report)


@pytest.mark.parametrize("mask", [7, 63, 4095])
def test_of_a_loop(mask: int) -> None:
    report = verify(assemble(LOOP.replace("63", str(mask))), ANY)
    check(report)
    body = report.longest_run[3]
    assert report.longest_run == {0: 1, 1: 1, 2: 1, 3: body, 4: body, 5: 1, 6: 1}
    assert mask <= body <= mask + 1
