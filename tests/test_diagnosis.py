# SPDX-License-Identifier: Apache-2.0
"""Faults are told where they may happen and nowhere else; refusals stand where to change what."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from compiler.authoring import function, with_body
from lightexit.cli.app import app
from lightexit.errors import AuthorError
from lightexit.filter import Filter, io_filter
from lightexit.isa import assemble
from lightexit.verifier import Report, verify

ANSWER = "\nctx.data = x\nreturn Verdict.HANDLED\n"

#: Bodies that compute x, and what may fault: line (of the body, from 1), marked text, and why.
BODIES: dict[str, tuple[str, list[tuple[int, str, str]]]] = {
    "index": (
        "x = s.ram[ctx.offset]",
        [(1, "s.ram[ctx.offset]", "the index is not 0 to 9")],
    ),
    "index of a power of two": (
        "x = s.table[ctx.offset]",
        [(1, "s.table[ctx.offset]", "the index is not 0 to 7")],
    ),
    "negative index": (
        "x = s.ram[s.status - 1 & 15]",
        [(1, "s.ram[s.status - 1 & 15]", "the index is not 0 to 9")],
    ),
    "divisor": ("x = s.base // s.count", [(1, "s.base // s.count", "the divisor is 0")]),
    "remainder": ("x = s.base % s.count", [(1, "s.base % s.count", "the divisor is 0")]),
    "augmented": ("x = s.base\nx //= s.count", [(2, "x //= s.count", "the divisor is 0")]),
    "muldiv64": (
        "x = muldiv64(s.base, ctx.data, s.count)",
        [(1, "muldiv64(s.base, ctx.data, s.count)", "the divisor is 0")],
    ),
    "two in one line": (
        "x = s.ram[s.status] + s.count // s.control",
        [
            (1, "s.ram[s.status]", "the index is not 0 to 9"),
            (1, "s.count // s.control", "the divisor is 0"),
        ],
    ),
    "one of two": (
        "x = s.ram[s.status & 7] + s.ram[s.control]",
        [(1, "s.ram[s.control]", "the index is not 0 to 9")],
    ),
    "in a loop": (
        "x = 0\nfor i in range(12):\n    x |= s.ram[i]",
        [(3, "s.ram[i]", "the index is not 0 to 9")],
    ),
    "second look is safe": (
        "i = ctx.offset\nx = s.ram[i]\nif x == 0:\n    x = s.ram[i]",
        [(2, "s.ram[i]", "the index is not 0 to 9")],
    ),
    "guarded": ("if ctx.offset >= 10:\n    return Verdict.PASS\nx = s.ram[ctx.offset]", []),
    "guarded divisor": ("n = s.count\nif n == 0:\n    return Verdict.PASS\nx = s.base // n", []),
    "guarded field": (
        "if s.count == 0:\n    return Verdict.PASS\nx = s.base // s.count",
        [],
    ),
    "masked": ("x = s.table[ctx.offset & 7]", []),
    "constant": ("x = s.ram[9] + s.base // 10", []),
    "counted": ("x = 0\nfor i in range(10):\n    x |= s.ram[i]", []),
    "nothing": ("x = s.base", []),
}


def filter_of(text: str, file: str = "faults.py") -> Filter[Any]:
    return io_filter(function(text, file))


def report_of(body: str) -> Report:
    report = filter_of(with_body(body + ANSWER)).verify()
    assert report.accepted, report.text()
    return report


@pytest.mark.parametrize("name", BODIES)
def test_faults_are_those_that_may_happen(name: str) -> None:
    body, wanted = BODIES[name]
    faults = report_of(body).faults
    assert faults is not None
    marked = [
        (each.where.line - 2, each.where.text[each.where.column : each.where.end_column], each.when)
        for each in faults
    ]
    assert marked == wanted


def test_a_fault_in_a_helper_stands_there() -> None:
    text = "@inline\ndef ratio(x: u32) -> u64:\n    return 1000 // x\n\n"
    (fault,) = filter_of(text + with_body("x = ratio(s.count)" + ANSWER)).verify().faults or ()
    assert fault.where.line == 4
    assert fault.where.text == "    return 1000 // x"


def test_a_report_shows_line_and_caret() -> None:
    assert (
        report_of("x = s.base // s.count")
        .text()
        .endswith(
            "\n  faults.py:3:9: may fault here: PASS if the divisor is 0\n"
            "      x = s.base // s.count\n"
            "          ^^^^^^^^^^^^^^^^^"
        )
    )
    assert "fault" not in report_of("x = s.base").text()


def test_with_no_faults_allowed_the_first_fault_is_the_error() -> None:
    faulty = report_of("x = s.ram[s.status] + s.count // s.control")
    refused = faulty.without_faults()
    assert not refused.accepted
    with pytest.raises(AuthorError) as caught:
        refused.accepted_or_raise()
    assert str(caught.value) == (
        "faults.py:3:9: f: may fault here: PASS if the index is not 0 to 9; 1 more\n"
        "    x = s.ram[s.status] + s.count // s.control\n"
        "        ^^^^^^^^^^^^^^^\n"
        "  expected: no fault\n"
        "  help: test it first, and return Verdict.PASS where that is meant"
    )
    assert report_of("x = s.ram[s.status & 7]").without_faults().accepted


def test_bytecode_does_not_tell_faults() -> None:
    report = verify(assemble("r0 = 0\nexit"))
    assert report.faults is None
    assert report.to_json()["faults"] is None
    assert "a fault cannot be told from a PASS" in str(report.without_faults().error)


def test_a_refused_filter_stays_refused_for_its_own_reason() -> None:
    refused = filter_of(with_body("return Verdict.HANDLED")).verify()
    assert refused.faults is None
    assert "without having written ctx.data" in str(refused.without_faults().error)


def test_a_cached_proof_has_its_faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    path = tmp_path / "kept.py"
    path.write_text(
        f"from compiler.given import *\n\n{with_body('x = s.base // s.count' + ANSWER)}"
    )
    assert [each.where.line for each in _loaded(path).report.faults or ()] == [4]
    again = _loaded(path)
    monkeypatch.setattr("lightexit.diagnosis.examine", None)
    assert [each.where.line for each in again.report.faults or ()] == [4]


def _loaded(path: Path) -> Filter[Any]:
    names: dict[str, Any] = {"__name__": "kept"}
    exec(compile(path.read_text(), str(path), "exec"), names)
    return io_filter(names["f"])


# The command


def command(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["verify", *arguments], env={"COLUMNS": "200"})


@pytest.fixture
def faulty(tmp_path: Path) -> str:
    path = tmp_path / "faulty.py"
    text = with_body("x = s.base // s.count" + ANSWER)
    path.write_text(f"from compiler.given import *\n\n@io_filter\n{text}")
    return str(path)


def test_the_command_prints_faults(faulty: str) -> None:
    result = command(faulty)
    assert result.exit_code == 0, result.output
    assert "faulty.py:5:9: may fault here: PASS if the divisor is 0\n" in result.stdout


def test_the_command_refuses_faults(faulty: str, tmp_path: Path) -> None:
    result = command(faulty, "--no-faults")
    assert result.exit_code == 1
    assert "f: refused\n" in result.stdout
    assert "f: may fault here: PASS if the divisor is 0\n" in result.stdout
    program = tmp_path / "plain.s"
    program.write_text("r0 = 0\nexit\n")
    assert command(str(program)).exit_code == 0
    assert command(str(program), "--no-faults").exit_code == 1


def test_faults_are_in_the_json(faulty: str) -> None:
    (report,) = json.loads(command(faulty, "--json").stdout)["programs"]
    assert report["accepted"]
    (fault,) = report["faults"]
    assert fault == {
        "file": faulty,
        "line": 5,
        "column": 8,
        "end_column": 25,
        "when": "the divisor is 0",
    }
    (refused,) = json.loads(command(faulty, "--json", "--no-faults").stdout)["programs"]
    assert not refused["accepted"]
    assert refused["error"]["where"]["line"] == 5


# Refusals


def test_limits_hold_for_a_filter_too() -> None:
    from lightexit.verifier import Limits

    report = filter_of(with_body("x = s.base" + ANSWER)).verify(Limits(instructions=1))
    assert "a run may execute" in str(report.error)


def test_a_refusal_that_no_single_return_explains_stays_where_it_was() -> None:
    body = "\n".join(f"if ctx.offset == {n}:\n    return Verdict.HANDLED" for n in range(70))
    error = filter_of(with_body(body + "\nreturn Verdict.PASS")).verify().error
    assert error is not None
    assert "without having written ctx.data" in error.found
