# SPDX-License-Identifier: Apache-2.0
"""Programs that are safe and ordinary, and what the report says of them."""

from __future__ import annotations

import pytest

from lightexit.abi import Request
from lightexit.isa import assemble
from lightexit.verifier import Limits, Report, verify

SAFE = Limits(answers=False)

READ_REGISTER = """
.map timer 48
    w2 = *(u8 *)(r1 + 29)       # is_write
    if w2 != 0 goto pass
    r2 = *(u64 *)(r1 + 0)       # offset
    if r2 != 8 goto pass
    r3 = map_value(0) + 24
    r4 = *(u64 *)(r3 + 0)
    r5 = *(u64 *)(r1 + 16)      # now_ns
    r4 += r5
    *(u64 *)(r1 + 8) = r4
    r0 = 1
    exit
pass:
    r0 = 0
    exit
"""


def proved(text: str, limits: Limits = SAFE) -> Report:
    """The report of a program that must be accepted."""
    return verify(assemble(text), limits).accepted_or_raise()


def test_report_of_a_filter() -> None:
    report = proved(READ_REGISTER, Limits())
    assert report.cost == 11
    assert report.reads_clock
    assert report.reads_state
    assert not report.writes_state
    assert report.handled_reads == ((8, 8),)
    assert report.handled_writes == ()
    assert report.data_bits == 64
    assert report.handles(8, is_write=False)
    assert not report.handles(8, is_write=True)
    assert not report.handles(9, is_write=False)


def test_report_as_text_and_json() -> None:
    report = proved(READ_REGISTER, Limits())
    assert report.text().splitlines() == [
        "asm: accepted",
        "  cost: at most 11 instructions; the budget is 65536",
        "  state: 'timer' read",
        "  clock: read",
        "  handles reads at: 0x8",
        "  handles writes at: none, always PASS",
        "  answers of up to 64 bits, whatever the access size",
    ]
    assert report.to_json()["handled_reads"] == ((8, 8),)
    assert report.to_json()["reads"] == ["timer"]


def test_actions_are_reported() -> None:
    report = proved(
        """
        w2 = *(u8 *)(r1 + 29)
        if w2 == 0 goto pass
        w3 = *(u32 *)(r1 + 32)
        w3 |= 4
        *(u32 *)(r1 + 32) = w3
        r2 = *(u64 *)(r1 + 8)
        r2 &= 7
        w3 = 1
        w3 <<= w2
        *(u32 *)(r1 + 44) = w3
        r0 = 1
        exit
        pass:
        r0 = 0
        exit
        """,
        Limits(),
    )
    assert report.actions == {"doorbells": 4, "pulsed_lines": 0xFF}
    assert "actions: doorbells 2, pulsed_lines 0, 1, 2, 3, 4, 5, 6, 7" in report.text()
    assert report.handled_reads == ()
    assert report.handled_writes == ((0, 2**64 - 1),)


def asks(text: str) -> Report:
    return proved(f"w2 = *(u8 *)(r1 + 28)\n{text}\nr0 = 1\nexit")


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("*(u32 *)(r1 + 36) = 2", ""),
        ("*(u32 *)(r1 + 32) = 1", ""),
        (
            "*(u32 *)(r1 + 36) = 5",
            "expected: numbers from 0 to 1: the device has 2 lines",
        ),
        ("*(u32 *)(r1 + 32) = 2", "asm: may ask for doorbell 1 (ctx.doorbells)"),
        ("w3 = 1\nw3 <<= w2\n*(u32 *)(r1 + 44) = w3", "asm: may ask for line 8 (ctx.pulsed_lines)"),
        ("w2 &= 1\nw3 = 1\nw3 <<= w2\n*(u32 *)(r1 + 44) = w3", ""),
        ("*(u8 *)(r1 + 55) = 1", "asm: may ask for APIC messages (ctx.requests)"),
        ("*(u8 *)(r1 + 55) = 3", "asm: may ask for APIC messages and EOIs (ctx.requests)"),
        ("*(u8 *)(r1 + 55) = 8", "asm: may ask for requests 0x8 (ctx.requests)"),
    ],
)
def test_actions_are_checked_against_the_devices_lines_and_doorbells(
    text: str, refusal: str
) -> None:
    error = asks(text).exceeds(lines=2, doorbells=1, requests=Request(0))
    assert refusal in str(error)
    assert bool(error) == bool(refusal)


@pytest.mark.parametrize(
    ("had", "wanted"),
    [
        (Request(0), "expected: lines, doorbells only"),
        (Request.APIC_MESSAGE, "expected: lines, doorbells, APIC messages only"),
        (Request.APIC_MESSAGE | Request.EOI, "None"),
    ],
)
def test_requests_are_checked_against_those_the_host_carries_out(had: Request, wanted: str) -> None:
    assert wanted in str(asks("*(u8 *)(r1 + 55) = 2").exceeds(lines=0, doorbells=0, requests=had))


def test_excess_actions_name_the_line_that_asks() -> None:
    error = asks("*(u32 *)(r1 + 36) = 1\n*(u32 *)(r1 + 36) = 8").exceeds(lines=1, doorbells=0)
    assert error is not None
    assert error.where is not None
    assert error.where.line == 3
    assert asks("*(u8 *)(r1 + 55) = 1").exceeds(lines=0, doorbells=0) is None


def test_the_report_names_the_written_states() -> None:
    report = proved(
        """
        .map first 24
        .map second 24
        r2 = map_value(0) + 16
        r3 = map_value(1) + 16
        r4 = *(u64 *)(r2 + 0)
        *(u64 *)(r3 + 0) = r4
        r0 = 0
        exit
        """
    )
    assert report.read_maps == {0}
    assert report.written_maps == {1}
    assert "state: 'first' read, 'second' written" in report.text()


def test_offsets_are_learned_through_copies_and_differences() -> None:
    report = proved(
        """
        r2 = *(u64 *)(r1 + 0)
        r2 += -4
        if r2 > 3 goto pass     # offset - 4 in [0, 3]
        *(u64 *)(r1 + 8) = 0
        r0 = 1
        exit
        pass:
        r0 = 0
        exit
        """,
        Limits(),
    )
    assert report.handled_reads == ((4, 7),)


def test_answers_may_be_as_wide_as_the_size_the_program_asked_for() -> None:
    report = proved(
        """
        w2 = *(u8 *)(r1 + 28)
        if w2 != 2 goto pass
        *(u64 *)(r1 + 8) = 65535
        r0 = 1
        exit
        pass:
        r0 = 0
        exit
        """,
        Limits(),
    )
    assert report.data_bits == 0


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("r0 = 0\nexit", 2),
        ("r0 = 0\nr2 = 5\nloop: r0 += 1\nif r0 < 10 goto loop\nexit", 2 + 20 + 1),
        ("r0 = *(u64 *)(r1 + 0)\nif r0 > 5 goto +3\nr0 = 1\nr0 = 1\nr0 = 1\nexit", 6),
        ("r2 = 3\ncall f\ncall f\nexit\nf: r0 = 1\nr0 += 1\nexit", 1 + 2 * 4 + 1),
    ],
)
def test_cost_is_that_of_the_longest_run(text: str, cost: int) -> None:
    assert proved(text).cost == cost


LADDER = "r2 = *(u64 *)(r1 + 8)\nr3 = 0\n" + "".join(
    f"r4 = r2\nr4 >>= {n}\nr4 &= 1\nif r4 == 0 goto n{n}\nr3 |= {1 << n}\nn{n}:\n"
    for n in range(20)
)


@pytest.mark.parametrize(
    "end",
    [
        "*(u64 *)(r1 + 8) = r3\nr0 = 1\nexit",
        "r5 = map_value(0) + 16\n*(u64 *)(r5 + 0) = r3\nr0 = 1\n*(u64 *)(r1 + 8) = 0\nexit",
        "if r3 > 1000 goto +1\nr3 = 0\n*(u64 *)(r1 + 8) = r3\nr0 = 1\nexit",
    ],
    ids=["answered", "stored", "compared"],
)
def test_a_ladder_of_a_million_paths_is_pruned(end: str) -> None:
    report = proved(".map s 24\n" + LADDER + end, Limits())
    assert report.states_explored < 2000


def test_a_ladder_on_the_bits_of_the_offset_is_pruned() -> None:
    steps = "".join(f"if r2 & {1 << n} goto +1\nr0 += 1\n" for n in range(20))
    text = "r2 = *(u64 *)(r1 + 0)\nr0 = 0\n" + steps + "r0 = 0\nexit"
    assert proved(text, Limits()).states_explored < 2000


def test_loops_with_branches_inside_are_explored_once_per_round() -> None:
    report = proved(
        """
        .map s 24
        r6 = map_value(0) + 16
        r2 = 0
        r5 = 0
        loop:
        r3 = *(u64 *)(r6 + 0)
        if r3 & 1 goto odd
        r5 += r3
        goto even
        odd:
        r5 ^= r2
        even:
        r2 += 1
        if r2 < 1000 goto loop
        *(u64 *)(r6 + 0) = r5
        r0 = 1
        *(u64 *)(r1 + 8) = 0
        exit
        """,
        Limits(),
    )
    assert report.cost == 3 + 6 * 1000 + 4
    assert report.states_explored < 30_000


ORDINARY = {
    "a masked index": """
        .map s 48
        r2 = *(u64 *)(r1 + 8)
        r2 &= 3
        r2 <<= 3
        r3 = map_value(0) + 16
        r3 += r2
        r0 = *(u64 *)(r3 + 0)
        exit""",
    "a checked index": """
        .map s 32
        r2 = *(u64 *)(r1 + 8)
        r0 = 0
        if r2 >= 16 goto out
        r3 = map_value(0) + 16
        r3 += r2
        r0 = *(u8 *)(r3 + 0)
        out: exit""",
    "an index checked as signed": """
        .map s 32
        r2 = *(u64 *)(r1 + 8)
        r0 = 0
        if r2 s> 15 goto out
        if r2 s< 0 goto out
        r3 = map_value(0) + 16
        r3 += r2
        r0 = *(u8 *)(r3 + 0)
        out: exit""",
    "an index checked by its low half": """
        .map s 32
        r2 = *(u64 *)(r1 + 8)
        r0 = 0
        if w2 > 15 goto out
        w2 = w2
        r3 = map_value(0) + 16
        r3 += r2
        r0 = *(u8 *)(r3 + 0)
        out: exit""",
    "a check on a copy": """
        .map s 32
        r2 = *(u64 *)(r1 + 8)
        r4 = r2
        r0 = 0
        if r4 > 15 goto out
        r3 = map_value(0) + 16
        r3 += r2
        r0 = *(u8 *)(r3 + 0)
        out: exit""",
    "a check before a spill": """
        .map s 32
        r2 = *(u64 *)(r1 + 8)
        *(u64 *)(r10 - 8) = r2
        r0 = 0
        if r2 > 15 goto out
        r4 = *(u64 *)(r10 - 8)
        r3 = map_value(0) + 16
        r3 += r4
        r0 = *(u8 *)(r3 + 0)
        out: exit""",
    "a pointer on the stack": """
        .map s 32
        r3 = map_value(0) + 16
        *(u64 *)(r10 - 16) = r3
        r4 = *(u64 *)(r10 - 16)
        r0 = *(u64 *)(r4 + 8)
        exit""",
    "parts of a stack slot": """
        *(u64 *)(r10 - 8) = 0
        *(u8 *)(r10 - 8) = 7
        r0 = *(u64 *)(r10 - 8)
        r0 = *(u32 *)(r10 - 4)
        exit""",
    "an array on the stack": """
        *(u64 *)(r10 - 8) = 0
        *(u64 *)(r10 - 16) = 0
        r2 = *(u64 *)(r1 + 8)
        r2 &= 1
        r2 <<= 3
        r3 = r10
        r3 += -16
        r3 += r2
        *(u64 *)(r3 + 0) = r2
        r0 = *(u64 *)(r3 + 0)
        exit""",
    "a pointer walking through an array": """
        .map s 80
        r2 = map_value(0) + 16
        r3 = 8
        r0 = 0
        loop:
        r4 = *(u64 *)(r2 + 0)
        r0 += r4
        r2 += 8
        r3 += -1
        if r3 != 0 goto loop
        exit""",
    "halving until zero": """
        r0 = *(u64 *)(r1 + 8)
        loop: r0 >>= 1
        if r0 != 0 goto loop
        exit""",
    "a bound that is not constant": """
        r0 = 0
        r2 = *(u8 *)(r1 + 8)
        loop:
        if r0 >= r2 goto out
        r0 += 1
        goto loop
        out: exit""",
    "a counter on the stack": """
        *(u64 *)(r10 - 8) = 0
        loop:
        r2 = *(u64 *)(r10 - 8)
        r2 += 1
        *(u64 *)(r10 - 8) = r2
        if r2 < 50 goto loop
        r0 = 0
        exit""",
    "functions that pass pointers": """
        .map s 24
        r6 = map_value(0) + 16
        r1 = r6
        r2 = r10
        r2 += -8
        call f
        r0 = *(u64 *)(r6 + 0)
        r1 = *(u64 *)(r10 - 8)
        exit
        f:
        r3 = *(u64 *)(r1 + 0)
        *(u64 *)(r2 + 0) = r3
        r0 = 0
        exit""",
    "atomics": """
        .map s 24
        r2 = map_value(0) + 16
        r0 = 1
        r3 = 5
        lock *(u64 *)(r2 + 0) += r3
        r3 = atomic_fetch_or((u64 *)(r2 + 0), r3)
        r3 = xchg_64(r2 + 0, r3)
        r0 = cmpxchg_64(r2 + 0, r0, r3)
        w3 = xchg32_32(r2 + 4, w3)
        exit""",
    "two reads of a field agree": """
        r0 = 0
        r2 = *(u64 *)(r1 + 0)
        if r2 != 5 goto out
        r3 = *(u64 *)(r1 + 0)
        if r3 == 5 goto out
        r0 = *(u64 *)(r3 + 0)       # never reached
        out: exit""",
    "the distance of two pointers": """
        .map s 24
        r2 = map_value(0) + 16
        r0 = r2
        r0 += 4
        r0 -= r2
        r2 += r0
        r0 = *(u32 *)(r2 + 0)
        exit""",
    "a pointer compared with null": """
        .map s 24
        r2 = map_value(0) + 16
        r0 = 0
        if r2 == 0 goto out
        r0 = *(u64 *)(r2 + 0)
        out: exit""",
    "a store of a remainder": """
        .map s 32
        r2 = *(u64 *)(r1 + 8)
        r2 %= 16
        r3 = map_value(0) + 16
        r3 += r2
        *(u8 *)(r3 + 0) = 1
        r0 = 0
        exit""",
}


@pytest.mark.parametrize("text", ORDINARY.values(), ids=ORDINARY)
def test_safe_and_ordinary_programs_are_accepted(text: str) -> None:
    assert proved(text).cost > 0


def test_a_null_checked_lookup_is_accepted_where_the_host_allows_helpers() -> None:
    report = proved(
        """
        .map s 24
        *(u32 *)(r10 - 4) = 0
        r1 = map_by_idx(0)
        r2 = r10
        r2 += -4
        call 1
        r6 = r0
        if r0 == 0 goto out
        r3 = *(u64 *)(r6 + 16)
        out:
        r0 = 0
        exit
        """,
        Limits(answers=False, helpers=frozenset({1})),
    )
    assert report.reads_state
