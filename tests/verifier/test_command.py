# SPDX-License-Identifier: Apache-2.0
"""`lightexit verify`: budgets and the trace."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from lightexit.cli.app import app
from lightexit.verifier import Limits

LOOP = """
r2 = 0
loop: r2 += 1
if r2 < 10 goto loop
r0 = 0
exit
"""


@pytest.fixture
def loop(tmp_path: Path) -> str:
    path = tmp_path / "loop.s"
    path.write_text(LOOP)
    return str(path)


def verify(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["verify", *arguments], env={"COLUMNS": "200"})


def test_budget_is_in_the_report_and_can_be_lowered(loop: str) -> None:
    usual = verify(loop)
    assert "cost: at most 23 instructions; the budget is 65536" in usual.stdout
    assert usual.exit_code == 0
    low = verify(loop, "--budget", "22")
    assert low.exit_code == 1
    assert "a run may execute 23 instructions" in low.stdout
    assert "expected: at most 22" in low.stdout


def test_effort_can_be_limited(loop: str) -> None:
    result = verify(loop, "--states", "20")
    assert result.exit_code == 1
    assert "is too complex: more than 20 states were explored" in result.stdout


def test_the_help_names_the_defaults() -> None:
    told = " ".join(verify("--help").stdout.split())
    assert f"run may execute; default: {Limits().instructions}" in told
    assert f"proof may explore; default: {Limits().states}" in told


def test_trace_shows_the_state_before_every_instruction(loop: str) -> None:
    lines = verify(loop, "--trace").stdout.splitlines()
    assert lines[0] == "        r1 is a pointer to the context"
    assert lines[1] == "   0: r2 = 0"
    assert "        r2 is the number 9" in lines
    assert "loop: accepted" in lines


def test_trace_as_json(loop: str) -> None:
    (report,) = json.loads(verify(loop, "--trace", "--json").stdout)["programs"]
    assert report["budget"] == 65536
    assert report["trace"][1]["slot"] == 1
    assert "r2 is the number 0" in report["trace"][1]["state"]
    (without,) = json.loads(verify(loop, "--json").stdout)["programs"]
    assert "trace" not in without


def test_a_refused_program_is_traced_up_to_the_refusal(tmp_path: Path) -> None:
    path = tmp_path / "bad.s"
    path.write_text("r0 = 1\nr0 = r5\nexit\n")
    result = verify(str(path), "--trace")
    assert result.exit_code == 1
    assert result.stdout.index("   1: r0 = r5") < result.stdout.index("bad: refused")
