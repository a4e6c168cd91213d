# SPDX-License-Identifier: Apache-2.0
"""What docs/explain.md shows is what the command prints."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.test_docs import consoles
from lightexit.cli.app import app
from lightexit.explain import registers

PAGE = (Path(__file__).parents[2] / "docs" / "explain.md").read_text("utf-8")


def test_examples_print_what_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = 0
    for command, shown in consoles(PAGE):
        words = command.split()
        if words[0] == "cat":
            (tmp_path / words[1]).write_text(shown)
            continue
        result = CliRunner().invoke(app, words[1:])
        assert result.stdout == shown
        ran += 1
    assert ran == 1


def test_its_figure_is_that_of_the_code() -> None:
    assert f"more than {registers.MOST_PROOFS} proofs" in PAGE
