# SPDX-License-Identifier: Apache-2.0
"""What docs/cli.md says: its examples are run, its tables are the code's."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lightexit.cli.app import app
from lightexit.cli.status import ExitCode

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"
TEXT = PAGE.read_text("utf-8")


def consoles(text: str) -> Iterator[tuple[str, str]]:
    """Each command line of the examples, and what it shows that it prints."""
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        yield from re.findall(r"\$ (.*)\n((?:(?!\$ ).*\n)*)", block)


EXAMPLES = list(consoles(TEXT))


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A shell in a folder with the files that the examples show, and a `lightexit`."""
    program = tmp_path / "bin" / "lightexit"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m lightexit "$@"\n')
    program.chmod(0o755)
    for command, shown in EXAMPLES:
        if command.startswith("cat "):
            (tmp_path / command.split()[1]).write_text(shown)
    path = f"{program.parent}:{os.environ['PATH']}"
    source = str(Path(__file__).parents[2] / "src")
    with subprocess.Popen(
        ["sh"],
        cwd=tmp_path,
        env={**os.environ, "PATH": path, "PYTHONPATH": source},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as started:
        yield started


def test_examples_print_what_is_shown(shell: subprocess.Popen[str], tmp_path: Path) -> None:
    script = "\n".join(f"{command}\nset -- $?; echo @@@; (exit $1)" for command, _ in EXAMPLES)
    printed, _ = shell.communicate(f"{script}\n")
    outputs = printed.replace(f"{tmp_path}/", "").split("@@@\n")[:-1]
    shown = [each for _, each in EXAMPLES]
    assert len(EXAMPLES) > 4
    assert outputs == shown


def test_its_statuses_are_those_of_the_code() -> None:
    told = {int(number) for number in re.findall(r"^\| (\d+) \|", TEXT, re.MULTILINE)}
    told |= {int(number) for number in re.findall(r"(\d+) for SIGINT", TEXT)}
    assert told == set(ExitCode)


def test_its_commands_are_all_there_are() -> None:
    told = re.findall(r"^\| `lightexit (\w+)", TEXT, re.MULTILINE)
    listed = CliRunner().invoke(app, ["--help"]).stdout.split("Commands:")[1]
    assert sorted(told) == sorted(re.findall(r"^  (\w+) +[A-Z]", listed, re.MULTILINE))
