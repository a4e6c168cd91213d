# SPDX-License-Identifier: Apache-2.0
"""A file with several filters: what is wrong with one is said beside the others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.forked import lightexit

MIXED = """\
from lightexit.filter import IoContext, Struct, Verdict, io_filter, u8

class State(Struct):
    value: u8

@io_filter
def halves(ctx: IoContext, state: State) -> Verdict:
    ctx.data = state.value / 2
    return Verdict.HANDLED

@io_filter
def forgets(ctx: IoContext, state: State) -> Verdict:
    return Verdict.HANDLED

@io_filter
def ignores(ctx: IoContext, state: State) -> Verdict:
    return Verdict.PASS

again = ignores
"""
NOT_COMPILED = """\
mixed.py:8:16: `/`, which makes a float
    ctx.data = state.value / 2
               ^^^^^^^^^^^^^^^
  expected: whole numbers
  try: state.value // 2  # rounds down
"""
REFUSED = "mixed.py:13:5: forgets: answers HANDLED to a read without having written ctx.data\n"


@pytest.fixture
def mixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = Path("mixed.py")
    path.write_text(MIXED)
    return path


def test_verify_reports_each_and_sums_up(mixed: Path, tmp_path: Path) -> None:
    result = lightexit("verify", mixed)
    said = result.stdout.replace(f"{tmp_path}/", "")
    assert (result.returncode, result.stderr) == (1, "")
    halves, forgets, ignores, summary = said.split("\n\n")
    assert f"{halves}\n" == f"halves: not compiled\n{NOT_COMPILED}"
    assert forgets.startswith(f"forgets: refused\n{REFUSED}")
    assert ignores.startswith("ignores: accepted\n  cost: ")
    assert summary == "3 programs: 1 accepted, 1 refused, 1 not compiled\n"


def test_one_that_is_named_is_alone(mixed: Path) -> None:
    result = lightexit("verify", f"{mixed}:ignores")
    assert result.returncode == 0
    assert "programs:" not in result.stdout


def test_json_has_an_entry_for_each(mixed: Path, tmp_path: Path) -> None:
    result = lightexit("verify", "--json", mixed)
    assert result.returncode == 1
    entries = json.loads(result.stdout)["programs"]
    assert [(each["program"], each["verdict"], each["accepted"]) for each in entries] == [
        ("halves", "not compiled", False),
        ("forgets", "refused", False),
        ("ignores", "accepted", True),
    ]
    assert entries[0]["error"] == {
        "found": "`/`, which makes a float",
        "where": {"file": f"{tmp_path}/{mixed}", "line": 8, "column": 15, "end_column": 30},
        "expected": "whole numbers",
        "hint": "state.value // 2  # rounds down",
        "help": "",
    }
    assert entries[1]["error"]["where"]["line"] == 13


@pytest.mark.parametrize("command", ["compile", "disasm"])
def test_others_are_compiled(command: str, mixed: Path, tmp_path: Path) -> None:
    result = lightexit(command, mixed)
    assert result.returncode == 2
    mark = "# " if command == "disasm" else ""
    assert f"{mark}forgets" in result.stdout
    assert f"{mark}ignores" in result.stdout
    assert result.stderr.replace(f"{tmp_path}/", "") == (
        f"lightexit: {NOT_COMPILED}lightexit: mixed.py: 1 of 3 filters not compiled\n"
    )


# Files that end the process


@pytest.mark.parametrize("command", ["verify", "compile", "disasm", "header"])
@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("sys.exit(0)", "SystemExit: 0"),
        ("sys.exit()", "SystemExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    ],
)
def test_a_file_does_not_end_the_command(
    command: str, line: str, told: str, tmp_path: Path
) -> None:
    path = tmp_path / "script.py"
    path.write_text(f"import sys\n{line}\n")
    result = lightexit(command, path)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == (
        f"lightexit: {path}:2:1: importing it raised {told}\n"
        f"    {line}\n    {'^' * len(line)}\n"
        "  expected: a file that defines filters and then ends\n"
        '  help: put what is to run as a script under: if __name__ == "__main__":\n'
    )


def test_what_a_file_prints_is_not_the_commands_output(mixed: Path) -> None:
    mixed.write_text(f"print('imported')\n{MIXED}")
    result = lightexit("verify", "--json", mixed)
    assert json.loads(result.stdout)
    assert result.stderr == "imported\n"
