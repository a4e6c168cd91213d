# SPDX-License-Identifier: Apache-2.0
"""Safe programs that are easily refused, and unsafe ones that are easily accepted."""

from __future__ import annotations

from itertools import count

import pytest

from lightexit.isa import assemble
from lightexit.verifier import Limits, verify
from lightexit.verifier.merge import Merger
from lightexit.verifier.value import ZERO, AbstractRegion, Pointer, RegionKind

LOOK_UP = "r2 = r10\nr2 += -8\nr1 = map_by_idx(0)\ncall 1\n"
HELPERS = Limits(helpers=frozenset({1}), answers=False)

ACCEPTED = {
    "a counter kept in ctx.data, and a call in which paths meet": """
        r6 = r1
        *(u64 *)(r6 + 8) = 0
        loop: r1 = *(u64 *)(r6 + 0)
        call f
        r7 = *(u64 *)(r6 + 8)
        r7 += 1
        *(u64 *)(r6 + 8) = r7
        if r7 < 5 goto loop
        r0 = 0
        exit
        f: r0 = 1
        if r1 > 7 goto j
        r0 = 2
        j: r0 += 1
        exit""",
    "a number stored through a copy of r10 is an index": """
        .map state 80
        r2 = *(u64 *)(r1 + 0)
        r3 = *(u64 *)(r1 + 16)
        r2 &= 63
        if r3 > 5 goto m
        r2 &= 31
        m: r4 = r10
        r4 += -8
        *(u64 *)(r4 + 0) = r2
        r5 = *(u64 *)(r10 - 8)
        r8 = map_value(0) + 16
        r8 += r5
        r0 = *(u8 *)(r8 + 0)
        r0 = 0
        exit""",
    "a pointer that nobody uses": """
        .map state 80
        r2 = *(u64 *)(r1 + 0)
        r3 = *(u64 *)(r1 + 16)
        r2 &= 63
        if r3 > 5 goto m
        r2 &= 31
        m: r8 = map_value(0) + 16
        r8 += r2
        r0 = 0
        exit""",
    "what an atomic operation finds in the stack": """
        .map state 80
        *(u64 *)(r10 - 8) = 5
        r2 = 1
        r2 = atomic_fetch_add((u64 *)(r10 - 8), r2)
        r8 = map_value(0) + 16
        r8 += r2
        r0 = *(u8 *)(r8 + 0)
        r0 = 0
        exit""",
    "what an atomic operation leaves in the stack": """
        .map state 80
        *(u64 *)(r10 - 8) = 5
        r2 = 1
        r2 = atomic_fetch_add((u64 *)(r10 - 8), r2)
        r3 = *(u64 *)(r10 - 8)
        if r3 == 6 goto good
        r0 = *(u8 *)(r3 + 0)
        good: r0 = 0
        exit""",
    "a function that returns nothing": """
        r6 = 0
        call f
        r0 = 0
        exit
        f: *(u64 *)(r10 - 8) = 0
        exit""",
    "branches that all lead to the next instruction": "r2 = *(u64 *)(r1 + 0)\n"
    + "".join(f"if r2 == {n} goto +0\n" for n in range(300))
    + "r0 = 0\nexit",
}


@pytest.mark.parametrize("text", ACCEPTED.values(), ids=ACCEPTED)
def test_safe_programs_are_accepted(text: str) -> None:
    verify(assemble(text), Limits(answers=False, states=20_000)).accepted_or_raise()


#: r6 and r7 are two look-ups' results; where paths meet, r9 is one or the other.
OTHER_POINTER = f"""
    .map m 32
    r8 = r1
    *(u64 *)(r10 - 8) = 0
    {LOOK_UP}r9 = r0
    {LOOK_UP}r6 = r0
    r8 = *(u32 *)(r8 + 24)
    if r8 > 7 goto meet
    r9 = r6
    meet: if r9 == 0 goto out
    r0 = *(u64 *)(r6 + 16)
    out: r0 = 0
    exit"""


def test_a_check_of_one_pointer_is_no_check_of_another() -> None:
    report = verify(assemble(OTHER_POINTER), HELPERS)
    assert "r6 is null or a pointer to state 'm', and is used as an address" in str(report.error)


def test_a_check_of_a_copy_is_a_check() -> None:
    same = OTHER_POINTER.replace("    r9 = r6\n", "").replace("meet: if r9", "r9 = r6\nmeet: if r9")
    verify(assemble(same.replace("if r8 > 7 goto meet\n", "")), HELPERS).accepted_or_raise()


def test_a_handle_that_no_allowed_helper_takes_is_refused() -> None:
    text = ".map m 24\nr1 = map_by_idx(0)\nr0 = 0\nexit"
    report = verify(assemble(text), Limits(answers=False))
    assert "loads the handle of a state, which only helpers can use" in str(report.error)
    assert "map_value(index)" in str(report.error)
    verify(assemble(text), HELPERS).accepted_or_raise()


def test_frames_that_do_not_fit_together_are_refused_at_once() -> None:
    fill = "".join(f"*(u64 *)(r10 - {8 * n}) = r1\n" for n in range(1, 40))
    text = f"r1 = 1\n{fill}call f\nr0 = 0\nexit\nf: {fill}r0 = 0\nexit"
    report = verify(assemble(text), Limits(answers=False))
    assert "the functions of one call chain use 544 bytes of stack" in str(report.error)
    assert report.states_explored < 70


def _pointer(null: int) -> Pointer:
    return Pointer(AbstractRegion(RegionKind.STATE, 0), ZERO, null=null)


def test_merged_pointers_are_linked_where_they_are_in_both_states() -> None:
    old = [_pointer(1), _pointer(1), _pointer(2), _pointer(2), _pointer(0)]
    new = [_pointer(3), _pointer(3), _pointer(3), _pointer(2), _pointer(0)]
    nulls = [v.null for v in Merger(count(10)).values(old, new) if isinstance(v, Pointer)]
    assert nulls[0] == nulls[1] != 0
    assert len({nulls[0], nulls[2], nulls[3]}) == 3
    assert nulls[4] == 0
