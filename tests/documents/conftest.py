# SPDX-License-Identifier: Apache-2.0
"""The programs that pages call: those of this checkout."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from cli.forked import programs as forked
from documents.place import ROOT


@pytest.fixture(scope="session")
def programs() -> Path:
    """A folder for PATH with `lightexit` and `python`."""
    folder = forked()
    path = os.pathsep.join((str(ROOT / "src"), "$PYTHONPATH"))
    for name in ("python", "python3"):
        program = folder / name
        program.write_text(f'#!/bin/sh\nPYTHONPATH={path} exec {sys.executable} "$@"\n')
        program.chmod(0o755)
    return folder
