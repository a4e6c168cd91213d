# SPDX-License-Identifier: Apache-2.0
"""The page needs nothing but itself, and no text of a source is more than text in it."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from typer.testing import CliRunner

from elements import Elements
from lightexit.cli.app import app
from lightexit.cli.explain import to_explain
from lightexit.cli.subjects import subjects
from lightexit.errors import AuthorError
from lightexit.explain import Explanation, explain
from lightexit.explain.values import Handling

pytest.importorskip("jinja2", reason="jinja2 is not installed (extra report)")

from lightexit.explain.page import page
from lightexit.explain.picture import MOST_ROWS, rows

EVIL = "</pre></style></svg><script>alert(1)</script><img src=x onerror=a()>{{ 7*7 }}\\u202e"
SOURCE = f"""\
from lightexit.filter import IoContext, Struct, Verdict, io_filter, u8


class Lamp(Struct):
    level: u8


@io_filter
def level(ctx: IoContext, lamp: Lamp) -> Verdict:  # {EVIL}
    if ctx.is_write:
        return Verdict.PASS  # {EVIL}
    ctx.data = 7 // lamp.level  # {EVIL}
    return Verdict.HANDLED
"""


def of(name: str) -> Explanation:
    (subject,) = subjects(name)
    return explain(to_explain(subject))


def check_closed(text: str) -> Elements:
    found = Elements(text)
    tags = {tag for tag, _ in found.elements}
    assert not tags & {"script", "img", "image", "link", "iframe", "object", "embed", "a", "form"}
    for _, attributes in found.elements:
        assert not any(name.startswith("on") or name in ("src", "href") for name in attributes)
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text)
    policy = [at for tag, at in found.elements if at.get("http-equiv")]
    assert "default-src 'none'" in str(policy[0]["content"])
    return found


def test_it_has_all_lines_and_loads_nothing() -> None:
    explained = of("hpet")
    found = check_closed(page([explained]))
    for each in explained.functions:
        for line in each.lines:
            assert line.text.strip() in found.text
    heats = [at["style"] for tag, at in found.elements if str(at.get("style")).startswith("--h")]
    assert len(heats) == sum(len(each.lines) for each in explained.functions)
    assert heats.count("--heat: 70%") == sum(
        line.cost == explained.dearest for each in explained.functions for line in each.lines
    )
    assert sum(tag == "svg" for tag, _ in found.elements) == 1


def test_texts_of_sources_are_texts(tmp_path: Path) -> None:
    path = tmp_path / "lamp.py"
    path.write_text(SOURCE.replace("\\u202e", "\u202e"))
    text = page([of(str(path))], [AuthorError(f"{EVIL} is no filter")])
    found = check_closed(text)
    assert found.text.count("<script>alert(1)</script>") >= 3
    assert "{{ 7*7 }}" in found.text
    assert "\u202e" not in text
    assert "may fault: 7 // lamp.level: PASS if the divisor is 0" in found.text


@pytest.mark.parametrize("name", ["pit", "hpet", "ioapic", "uart", "port61"])
def test_the_picture_shows_what_the_map_says(name: str) -> None:
    registers = of(name).registers
    for number, window in enumerate(registers.windows):
        columns, shown = rows(registers, number)
        assert shown[0].first == window.offset
        assert shown[-1].last == window.end - 1
        for one, other in pairwise(shown):
            assert other.first == one.last + 1
            assert not (one.is_passed and other.is_passed)
        assert len(shown) <= MOST_ROWS
        for row in shown:
            for column, answer in zip(columns, row.cells, strict=True):
                told = [
                    each.handling
                    for each in registers.answers
                    if (each.window, each.is_write, each.size) == (number, *column)
                    and row.first in each
                ]
                is_passed = answer is None or answer.handling is Handling.PASSED
                assert told == ([] if answer is None else [answer.handling]) or is_passed


def test_the_command_writes_it(tmp_path: Path) -> None:
    out = tmp_path / "pit.html"
    result = CliRunner().invoke(app, ["explain", "port92", "--html", str(out)])
    assert (result.exit_code, result.output) == (0, "")
    check_closed(out.read_text())
    missing = tmp_path / "no" / "page.html"
    result = CliRunner().invoke(app, ["explain", "port92", "--html", str(missing)])
    assert isinstance(result.exception, AuthorError)
    assert "there is no folder" in str(result.exception)
