# SPDX-License-Identifier: Apache-2.0
"""An optional dependency that is missing is said in one line, with what installs it."""

from __future__ import annotations

import subprocess
import sys

import pytest

#: Makes a module impossible to import, as where it is not installed.
HIDDEN = """
import sys
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {module!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Hidden())
sys.argv = ["lightexit", *{words!r}]
from lightexit.cli import main
main()
"""


def _without(module: str, *words: str) -> subprocess.CompletedProcess[str]:
    code = HIDDEN.format(module=module, words=words)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("module", ["typer", "rich"])
def test_the_command_line_names_its_extra(module: str) -> None:
    run = _without(module, "run", "--seconds", "0.01", "--no-filters")
    assert run.returncode == 2
    assert f"needs the Python module {module}, which is not installed" in run.stderr
    assert "help: pip install 'lightexit[cli]'" in run.stderr
    assert "Traceback" not in run.stderr


def test_the_unicorn_back_end_names_its_extra() -> None:
    run = _without("unicorn", "run", "--seconds", "0.01", "--no-filters")
    assert run.returncode == 2
    assert run.stderr == (
        "lightexit: the Unicorn back end needs the Python module unicorn, which is not installed\n"
        "  help: pip install 'lightexit[unicorn]'\n"
    )


@pytest.mark.parametrize(
    ("module", "words", "user", "extra"),
    [
        ("pyarrow", ["record", "-o", "never.parquet"], "a recording", "record"),
        ("pyarrow", ["report", "never.parquet"], "a report", "record"),
        ("duckdb", ["report", "never.parquet"], "a report", "report"),
        ("jinja2", ["report", "never.parquet", "--html", "never.html"], "a page", "report"),
        ("matplotlib", ["report", "never.parquet", "--html", "never.html"], "a page", "report"),
    ],
)
def test_recordings_name_their_extras(module: str, words: list[str], user: str, extra: str) -> None:
    run = _without(module, *words)
    assert run.returncode == 2
    assert run.stderr == (
        f"lightexit: {user} needs the Python module {module}, which is not installed\n"
        f"  help: pip install 'lightexit[{extra}]'\n"
    )


def test_verifying_needs_no_unicorn() -> None:
    assert _without("unicorn", "verify", "examples/counter/src/counter/device.py").returncode == 0
