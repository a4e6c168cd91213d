# SPDX-License-Identifier: Apache-2.0
"""What a prompt and a notebook show: one line, bounded, nothing raw; and nothing is compiled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lightexit import (
    Array,
    Filter,
    IoContext,
    Limits,
    Program,
    Report,
    Struct,
    Verdict,
    array,
    inline,
    io_filter,
    u8,
    u32,
    u64,
    verify,
)
from lightexit.isa import Map
from lightexit.shown import one_line, preformatted

EVIL = "<script>\x1b[31m\u202e\n"


class CounterState(Struct):
    started_ns: u64
    hz: u32 = 3_579_545


class Ram(Struct):
    """Long arrays, some of structs."""

    byte: Array[u8] = array(u8, 128)
    counters: Array[CounterState] = array(CounterState, 9)
    grid: Array[Array[u8]] = array(array(u8, 3), 2)
    is_on: bool


@inline
def is_odd(value: u32) -> bool:
    return value % 2 == 1


@pytest.fixture
def counter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Filter[Any]:
    """A new filter, of which nothing is known yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    @io_filter
    def read_counter(ctx: IoContext, counter: CounterState) -> Verdict:
        if ctx.is_write or is_odd(ctx.size):
            return Verdict.PASS
        ctx.data = counter.hz // (counter.started_ns % 8)
        return Verdict.HANDLED

    return read_counter


def test_a_struct_shows_its_fields() -> None:
    assert repr(CounterState()) == "CounterState(started_ns=0, hz=3579545)"


def test_an_array_shows_its_first_elements() -> None:
    ram = Ram()
    ram.byte[1] = 7
    assert repr(ram.byte) == "[0, 7, 0, 0, 0, 0, 0, 0, ... 120 more]"
    assert repr(ram.grid) == "[[0, 0, 0], [0, 0, 0]]"
    assert repr(ram.counters).startswith("[CounterState(started_ns=0, hz=3579545), ")


def test_a_large_struct_has_an_end() -> None:
    text = repr(Ram())
    assert text.startswith("Ram(byte=[0, 0, 0, 0, 0, 0, 0, 0, ... 120 more], counters=[Counter")
    assert len(text) == 400
    assert text.endswith("...")


def test_a_filters_repr_shows_its_progress(
    counter: Filter[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert repr(counter) == "<Filter read_counter(CounterState): not compiled yet>"
    assert counter.program.name == "read_counter"
    assert repr(counter) == "<Filter read_counter(CounterState): compiled, not proved yet>"
    cost = counter.report.cost
    assert repr(counter) == (
        f"<Filter read_counter(CounterState): accepted, at most {cost} instructions>"
    )


def test_to_show_something_compiles_nothing(
    counter: Filter[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object) -> None:
        pytest.fail(f"compiled or proved for a repr: {arguments}")

    accepted = verify(counter)
    monkeypatch.delitem(vars(counter), "program")
    for place in ("filter.compile_filter", "diagnosis.generate", "diagnosis.verify"):
        monkeypatch.setattr(f"lightexit.{place}", refuse)
    assert "not compiled yet" in repr(counter) + counter._repr_html_()
    assert "accepted" in repr(accepted) + accepted._repr_html_()
    assert "faults" not in vars(accepted)


def test_a_filter_whose_states_are_not_known() -> None:
    def alone(ctx: IoContext) -> Verdict:
        return Verdict.PASS

    def unknown(ctx: IoContext, first: CounterState, second: Missing) -> Verdict:  # type: ignore[name-defined] # noqa: F821
        return Verdict.PASS

    assert repr(Filter(alone)) == "<Filter alone(): not compiled yet>"
    assert repr(Filter(unknown)) == "<Filter unknown(CounterState, second): not compiled yet>"


def test_a_report_says_its_outcome(counter: Filter[Any]) -> None:
    report = verify(counter)
    assert repr(report) == f"<Report read_counter: accepted, at most {report.cost} instructions>"
    refused = verify(counter, Limits(instructions=3))
    assert repr(refused).startswith("<Report read_counter: refused: ")
    assert "\n" not in repr(refused)


def test_a_program_says_its_size(counter: Filter[Any]) -> None:
    slots = len(counter.program.code) // 8
    assert repr(counter.program) == f"<Program read_counter: {slots} slots, states: counter>"
    assert repr(Program("empty", b"")) == "<Program empty: 0 slots>"


# For notebooks


def test_a_notebook_sees_what_the_command_prints(counter: Filter[Any]) -> None:
    report = counter.report
    assert report.faults
    text = report._repr_html_()
    assert text.startswith("<pre>read_counter: accepted\n  cost: at most")
    assert "PASS if the divisor is 0" in text
    assert counter._repr_html_() == text
    assert "exit" in counter.program._repr_html_()


@pytest.mark.parametrize(
    "shown",
    [
        Program(EVIL, b"\xff" * 8, (Map(EVIL, 64),)),
        Program(EVIL, bytes.fromhex("b700000000000000 9500000000000000")),
        Report(Program(EVIL, b"")),
        verify(Program(EVIL, b"\xff" * 8)),
    ],
    ids=["illegal program", "program", "report", "refusal"],
)
def test_nothing_of_others_is_raw(shown: Program | Report) -> None:
    text, html = repr(shown), shown._repr_html_()
    assert text.isprintable()
    assert len(text) < 220
    assert "<script>" not in html
    assert html.replace("\n", "").isprintable()


def test_names_may_be_long() -> None:
    program = Program("n" * 10_000, b"", tuple(Map("m" * 500, 64) for _ in range(100)))
    assert len(repr(program)) < 220
    assert len(repr(Report(program))) < 220
    assert len(program._repr_html_()) < 30_000


def test_the_text_has_an_end() -> None:
    assert one_line("abc", 3) == "abc"
    assert one_line("abcdef", 5) == "ab..."
    assert one_line("a\tb\x1b") == "a\\tb\\x1b"
    assert preformatted("a & b\n<c>") == "<pre>a &amp; b\n&lt;c&gt;</pre>"
    assert preformatted("x\n" * 50_000).endswith("\n...</pre>")
