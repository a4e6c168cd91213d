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


def printed(examples: list[tuple[str, str]], folder: Path) -> list[str]:
    """What a shell prints for each command, in a folder with the files that the examples show, and
    with a `lightexit`."""
    program = folder / "bin" / "lightexit"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m lightexit "$@"\n')
    program.chmod(0o755)
    for command, shown in examples:
        if command.startswith("cat "):
            (folder / command.split()[1]).write_text(shown)
    path = f"{program.parent}:{os.environ['PATH']}"
    source = str(Path(__file__).parents[2] / "src")
    script = "\n".join(f"{command}\nset -- $?; echo @@@; (exit $1)" for command, _ in examples)
    ran = subprocess.run(
        ["sh"],
        cwd=folder,
        env={**os.environ, "PATH": path, "PYTHONPATH": source},
        input=f"{script}\n",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return ran.stdout.replace(f"{folder}/", "").split("@@@\n")[:-1]


@pytest.mark.parametrize("page", ["cli.md", "own-devices.md"])
def test_examples_print_what_is_shown(page: str, tmp_path: Path) -> None:
    examples = list(consoles((PAGE.parent / page).read_text("utf-8")))
    assert len(examples) > 4
    assert printed(examples, tmp_path) == [shown for _, shown in examples]


def test_its_statuses_are_those_of_the_code() -> None:
    told = {int(number) for number in re.findall(r"^\| (\d+) \|", TEXT, re.MULTILINE)}
    told |= {int(number) for number in re.findall(r"(\d+) for SIGINT", TEXT)}
    assert told == set(ExitCode)


def test_its_commands_are_all_there_are() -> None:
    told = re.findall(r"^\| `lightexit (\w+)", TEXT, re.MULTILINE)
    listed = CliRunner().invoke(app, ["--help"]).stdout.split("Commands:")[1]
    assert sorted(told) == sorted(re.findall(r"^  (\w+) +[A-Z]", listed, re.MULTILINE))
