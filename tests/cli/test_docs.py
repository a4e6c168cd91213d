# SPDX-License-Identifier: Apache-2.0
"""The tables of docs/cli.md are the code's."""

from __future__ import annotations

import re
from pathlib import Path

from typer.testing import CliRunner

from lightexit.cli.app import app
from lightexit.cli.status import ExitCode

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"
TEXT = PAGE.read_text("utf-8")


def test_its_statuses_are_those_of_the_code() -> None:
    told = {int(number) for number in re.findall(r"^\| (\d+) \|", TEXT, re.MULTILINE)}
    told |= {int(number) for number in re.findall(r"(\d+) for SIGINT", TEXT)}
    assert told == set(ExitCode)


def test_its_commands_are_all_there_are() -> None:
    told = re.findall(r"^\| `lightexit (\w+)", TEXT, re.MULTILINE)
    listed = CliRunner().invoke(app, ["--help"]).stdout.split("Commands:")[1]
    assert sorted(told) == sorted(re.findall(r"^  (\w+) +[A-Z]", listed, re.MULTILINE))
