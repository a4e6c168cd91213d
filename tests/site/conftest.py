# SPDX-License-Identifier: Apache-2.0
"""The site, built once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def building(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder with the site, built as `make docs` does it, and what mkdocs said."""
    for module in ("material", "mkdocstrings_handlers.python", "griffe_sphinx"):
        pytest.importorskip(module, reason=f"{module} is not installed: make docs")
    folder = tmp_path_factory.mktemp("site") / "site"
    command = [sys.executable, "-m", "mkdocs", "build", "--site-dir", str(folder)]
    paths = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "NO_MKDOCS_2_WARNING": "1"}
    built = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **paths}, capture_output=True, text=True
    )
    return folder, built.stdout + built.stderr


@pytest.fixture(scope="session")
def site(building: tuple[Path, str]) -> Path:
    """The folder: with warnings, there is one all the same."""
    folder, told = building
    assert (folder / "index.html").exists(), told
    return folder
