# SPDX-License-Identifier: Apache-2.0
"""Loops of which one round is explored for all, and those that are taken round by round."""

from __future__ import annotations

import pytest

from lightexit.isa import assemble
from lightexit.verifier import Limits, Report, verify

SAFE = Limits(answers=False)
LONG = Limits(answers=False, instructions=1_000_000)


def proved(text: str, limits: Limits = SAFE) -> Report:
    """The report of a program that must be accepted."""
    return verify(assemble(text), limits).accepted_or_raise()


def test_a_long_loop_costs_no_more_than_a_short_one() -> None:
    text = "r2 = 0\nloop: r2 += 1\nif r2 < {} goto loop\nr0 = 0\nexit"
    short, long = proved(text.format(100), LONG), proved(text.format(90_000), LONG)
    assert short.cost == 203
    assert long.cost == 180_003
    assert short.states_explored == long.states_explored < 50


MATCHES = """
    .map state {size}
    r6 = r1
    r2 = 0
    r5 = 0
    r3 = map_value(0) + 16
    loop: r4 = *(u8 *)(r3 + 0)
    if r4 != 7 goto other
    r5 += 1
    other: r3 += 1
    r2 += 1
    if r2 != {rounds} goto loop
    *(u64 *)(r6 + 8) = r5
    r0 = 1
    exit"""


@pytest.mark.parametrize("rounds", [400, 1000, 5000])
def test_matches_in_an_array_are_counted(rounds: int) -> None:
    report = proved(MATCHES.format(size=rounds + 16, rounds=rounds), LONG)
    assert report.cost == 4 + 6 * rounds + 3
    assert report.states_explored < 1000
    assert report.read_maps == {0}


def test_the_last_element_is_held_against_the_end_of_the_array() -> None:
    report = verify(assemble(MATCHES.format(size=1015, rounds=1000)), LONG)
    assert report.error is not None
    assert "reads 1 bytes at offset 1015 of state 'state', which has 1015 bytes" in str(
        report.error
    )


#: Loops of some hundred rounds, with what they must be given to be proved.
FORMS = {
    "down, to 0": "r2 = 300\nloop: r2 += -1\nif r2 != 0 goto loop",
    "down, past 0, signed": "r2 = 299\nloop: r2 += -3\nif r2 s> 0 goto loop",
    "by threes": "r2 = 0\nloop: r2 += 3\nif r2 < 900 goto loop",
    "by fours, to be met exactly": "r2 = 0\nloop: r2 += 4\nif r2 != 800 goto loop",
    "in 32 bits": "w2 = 0\nloop: w2 += 1\nif w2 != 500 goto loop",
    "on the stack": "*(u64 *)(r10 - 8) = 0\nloop: r2 = *(u64 *)(r10 - 8)\nr2 += 1\n"
    "*(u64 *)(r10 - 8) = r2\nif r2 < 300 goto loop",
    "tested at the top": "r2 = 0\nloop: if r2 >= 300 goto out\nr2 += 1\ngoto loop\nout:",
    "a limit in a register": "r3 = 300\nr2 = 0\nloop: r2 += 1\nif r2 < r3 goto loop",
    "a limit from the guest": "r3 = *(u64 *)(r1 + 0)\nr3 &= 511\nr2 = 0\n"
    "loop: if r2 >= r3 goto out\nr2 += 1\ngoto loop\nout:",
    "with an early end": "r3 = *(u64 *)(r1 + 0)\nr2 = 0\nloop: r2 += 1\n"
    "if r2 == r3 goto out\nif r2 < 300 goto loop\nout:",
    "with a test of another number": "r2 = 0\nloop: r2 += 1\nif r2 == 150 goto more\n"
    "more: if r2 < 300 goto loop",
    "a step of one or two": "r3 = *(u64 *)(r1 + 0)\nr2 = 0\nloop: if r3 & 1 goto one\nr2 += 1\n"
    "one: r2 += 1\nif r2 < 300 goto loop",
    "within another": "r2 = 0\nouter: r3 = 0\ninner: r3 += 1\nif r3 < 100 goto inner\nr2 += 1\n"
    "if r2 < 100 goto outer",
    "with a call": "r6 = 0\nloop: r1 = r6\ncall f\nr6 += 1\nif r6 < 300 goto loop\ngoto end\n"
    "f: r0 = r1\nexit\nend:",
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_forms_of_loops(form: str) -> None:
    report = proved(f"{form}\nr0 = 0\nexit", LONG)
    assert report.states_explored < 3000


def test_what_needs_every_round_is_taken_round_by_round() -> None:
    """The index is in bounds for what the two numbers are together, which no guess knows."""
    report = proved(
        """
        .map state 64
        r2 = 0
        r3 = 40
        loop: r4 = r2
        r4 += r3
        r5 = map_value(0) + 16
        r5 += r4
        r0 = *(u8 *)(r5 + 0)
        r2 += 1
        r3 += -1
        if r2 < 40 goto loop
        r0 = 0
        exit"""
    )
    assert report.cost == 2 + 8 * 40 + 2
    assert report.states_explored > 300


def test_a_rare_long_round_does_not_count_for_every_one() -> None:
    """As if every round were the longest it would be too long; it is not."""
    rare = "r5 += 1\n" * 1000
    report = proved(
        f"r5 = 0\nr2 = 0\nloop: if r2 != 5 goto usual\n{rare}usual: r2 += 1\n"
        f"if r2 < 1000 goto loop\nr0 = 0\nexit"
    )
    assert report.cost == 2 + 3 * 1000 + 1000 + 2


def test_a_loop_that_does_not_move_on_has_no_bound() -> None:
    report = verify(
        assemble("r2 = 0\nloop: r3 = *(u64 *)(r1 + 0)\nif r3 == 1 goto loop\nr0 = 0\nexit"), SAFE
    )
    assert "loops without a bound" in str(report.error)


#: A function that a loop returns from early, with what its counter has reached.
EARLY = """
    f: r1 += 1
    if r1 < 50 goto more
    if r1 > 90 goto more
    r3 = map_value(0) + 16
    r2 = *(u64 *)(r3 + 0)
    if r2 == 7 goto out
    more: if r1 < 100 goto f
    r0 = 200
    exit
    out: r0 = r1
    exit"""


def test_a_function_called_again_goes_on_elsewhere() -> None:
    """It comes to the same loop with its counter moved on, and is no round of it."""
    report = verify(
        assemble(
            f"""
            .map state 64
            r1 = 0
            call f
            if r0 == 200 goto end
            r1 = r0
            call f
            if r0 == 200 goto end
            r0 = *(u8 *)(r0 + 0)
            end: r0 = 0
            exit
            {EARLY}"""
        ),
        SAFE,
    )
    assert "used as an address" in str(report.error)


@pytest.mark.parametrize("between", ["", "call g\nr0 = 0\nexit\ng: "])
def test_what_was_proved_of_a_function_holds_for_that_caller(between: str) -> None:
    report = verify(
        assemble(
            f"""
            r2 = *(u64 *)(r1 + 0)
            r1 = 0
            if r2 == 3 goto other
            call f
            r0 = 0
            exit
            other: {between}call f
            r0 = *(u8 *)(r0 + 0)
            r0 = 0
            exit
            f: r1 += 1
            if r1 < 100 goto f
            r0 = r1
            exit"""
        ),
        SAFE,
    )
    assert "r0 is the number 100, used as an address" in str(report.error)


def test_an_inner_loop_may_not_set_back_the_counter_of_the_outer() -> None:
    """To a value that the outer loop may have at its start: it would never end."""
    report = verify(
        assemble(
            """
            .map state 64
            r6 = map_value(0) + 16
            r2 = 0
            outer: r3 = 0
            inner: r3 += 1
            if r3 < 50 goto skip
            if r3 > 80 goto skip
            if r2 < 60 goto skip
            r5 = *(u64 *)(r6 + 0)
            if r5 < 50 goto skip
            if r5 > 60 goto skip
            r2 = r5
            skip: if r3 < 100 goto inner
            r2 += 1
            if r2 < 100 goto outer
            r0 = 0
            exit"""
        ),
        Limits(answers=False, instructions=1_000_000, states=10_000),  # if accepted, then after 57
    )
    assert not report.accepted
