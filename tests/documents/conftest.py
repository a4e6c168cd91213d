# SPDX-License-Identifier: Apache-2.0
"""The programs that pages call: those of this checkout."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cli.forked import programs as forked
from documents.place import ROOT

_PYTHON = f"""\
#!/bin/sh
export PYTHONPATH={ROOT / "src"}:{Path(__file__).parent / "plugins"}
export PYTEST_ADDOPTS="-p few_examples -p no:cacheprovider"
exec {sys.executable} "$@"
"""


@pytest.fixture(scope="session")
def programs() -> Path:
    """A folder for PATH with `lightexit` and `python`."""
    folder = forked()
    for name in ("python", "python3"):
        program = folder / name
        program.write_text(_PYTHON)
        program.chmod(0o755)
    return folder
