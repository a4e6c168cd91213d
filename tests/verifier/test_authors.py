# SPDX-License-Identifier: Apache-2.0
"""Mistakes that authors make in Python: each refused at the line to change, or a PASS."""

from __future__ import annotations

import pytest

from lightexit.filter import Array, Filter, IoContext, Struct, Verdict, array, io_filter, u8, u64
from lightexit.verifier import Report, verify


class Bank(Struct):
    count: u64
    cells: Array[u8] = array(u8, 16)


@io_filter
def index_off_by_one(ctx: IoContext, bank: Bank) -> Verdict:
    if ctx.is_write or ctx.offset > 16:
        return Verdict.PASS
    ctx.data = bank.cells[ctx.offset]
    return Verdict.HANDLED


@io_filter
def divides_by_zero(ctx: IoContext, bank: Bank) -> Verdict:
    if ctx.is_write:
        return Verdict.PASS
    ctx.data = 1000 // bank.count
    return Verdict.HANDLED


@io_filter
def loops(ctx: IoContext, bank: Bank) -> Verdict:
    n = ctx.offset
    while n != 7:
        n = u64(n + 2)
    ctx.data = n
    return Verdict.HANDLED


@io_filter
def passes_after_a_write(ctx: IoContext, bank: Bank) -> Verdict:
    if not ctx.is_write:
        return Verdict.PASS
    bank.count = ctx.data
    if ctx.data == 3:
        return Verdict.PASS
    return Verdict.HANDLED


@io_filter
def divides_after_a_write(ctx: IoContext, bank: Bank) -> Verdict:
    if not ctx.is_write:
        return Verdict.PASS
    bank.count = ctx.data
    bank.cells[0] = u8(1000 // ctx.data)
    return Verdict.HANDLED


@io_filter
def forgets_data(ctx: IoContext, bank: Bank) -> Verdict:
    if ctx.offset == 0:
        return Verdict.HANDLED
    ctx.data = 1
    return Verdict.HANDLED


def proof(filter: Filter[[Bank]]) -> Report:
    return verify(filter.program)


def test_an_index_out_of_range_is_a_pass() -> None:
    report = proof(index_off_by_one)
    assert report.accepted
    assert "handles reads at: 0x0-0xf\n" in report.text()


def test_a_division_by_zero_is_a_pass() -> None:
    assert proof(divides_by_zero).accepted


@pytest.mark.parametrize(
    ("filter", "says"),
    [
        (loops, ("    while n != 7:\n", "loops without a bound", "help: for i in range(N):")),
        (
            passes_after_a_write,
            (
                "    bank.count = ctx.data\n",
                "may PASS after it has changed a state",
                "decide first and write last",
            ),
        ),
        (
            divides_after_a_write,
            ("    bank.count = ctx.data\n", "a division by a possibly-zero value) after a write"),
        ),
        (
            forgets_data,
            (
                "answers HANDLED to a read without having written ctx.data",
                "help: assign ctx.data, or return Verdict.PASS when not ctx.is_write",
            ),
        ),
    ],
    ids=lambda each: each.name if isinstance(each, Filter) else "",
)
def test_refusals_point_at_the_line_to_change(
    filter: Filter[[Bank]], says: tuple[str, ...]
) -> None:
    text = proof(filter).text()
    for part in says:
        assert part in text, text


def test_a_filters_own_report_points_at_the_return() -> None:
    """Bytecode has one exit for all returns; the filter's source tells them apart."""
    text = forgets_data.verify().text()
    assert "    return Verdict.HANDLED\n" in text
    assert f":{forgets_data.function.__code__.co_firstlineno + 3}:9: forgets_data" in text
