# SPDX-License-Identifier: Apache-2.0
"""What the random generators promise."""

from __future__ import annotations

import functools
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from lightexit.isa import FRAME_POINTER, ROWS, Kind, decode
from lightexit.isa.generate import RUNNABLE, edgy, random_program
from lightexit.isa.generate import runnable_program as any_runnable_program

runnable_program = functools.partial(any_runnable_program, context_size=64)

seeds = st.integers(0, 2**32)


def test_a_seed_gives_the_same_program() -> None:
    assert random_program(Random(3)) == random_program(Random(3))
    assert runnable_program(Random(3)) == runnable_program(Random(3))
    assert runnable_program(Random(3)) != runnable_program(Random(4))


def test_every_row_comes_up() -> None:
    random = Random(1)
    anything = {each.op for _ in range(60) for each in decode(random_program(random, 40))}
    assert anything == set(ROWS)
    runnable = {each.op for _ in range(60) for each in decode(runnable_program(random, 40))}
    assert runnable == {*RUNNABLE, decode(random_program(random))[-1].op}


@given(seeds)
@settings(derandomize=True, deadline=None)
def test_length_and_choice_are_kept(seed: int) -> None:
    rows = [op for op in ROWS if op.kind is Kind.ALU]
    instructions = decode(random_program(Random(seed), 12, rows))
    assert len(instructions) == 12
    assert {each.op for each in instructions[:-1]} <= set(rows)


@given(seeds)
@settings(derandomize=True, deadline=None)
def test_runnable_programs_only_jump_forward(seed: int) -> None:
    for each in decode(runnable_program(Random(seed))):
        assert each.op.kind is not Kind.JUMP or each.target > each.slot


@given(seeds)
@settings(derandomize=True, deadline=None)
def test_all_of_a_runnable_program_is_in_reach(seed: int) -> None:
    reached = {0}
    for each in decode(runnable_program(Random(seed), 30)):
        assert each.slot in reached
        if each.op.kind is Kind.JUMP:
            reached.add(each.target)
        if each.op.name != "ja":
            reached.add(each.next_slot)


@given(seeds)
@settings(derandomize=True, deadline=None)
def test_runnable_programs_touch_their_own_memory_only(seed: int) -> None:
    for each in decode(runnable_program(Random(seed), 40)):
        size = each.op.width // 8
        if each.op.kind in (Kind.STORE, Kind.ATOMIC):
            assert each.dst == FRAME_POINTER
            assert -64 <= each.offset <= -size
        elif each.op.kind is Kind.LOAD:
            assert (each.src, each.offset >= 0) in ((1, True), (FRAME_POINTER, False))
            assert each.offset % size == 0
        else:
            assert {each.dst, each.src}.isdisjoint({1, FRAME_POINTER}) or not each.src


@given(seeds, st.integers(2, 64))
@settings(derandomize=True, deadline=None)
def test_edgy_numbers_fit(seed: int, bits: int) -> None:
    assert -(1 << (bits - 1)) <= edgy(Random(seed), bits) < 1 << (bits - 1)
