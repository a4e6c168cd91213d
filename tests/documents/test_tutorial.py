# SPDX-License-Identifier: Apache-2.0
"""The pages for beginners need nothing but the wheel."""

from __future__ import annotations

import subprocess
import sys

import pytest

from documents.place import ROOT


@pytest.mark.long
def test_beginners_need_nothing_but_the_wheel() -> None:
    command = [sys.executable, "tools/tutorial.py"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if "connection broken" in ran.stderr:
        pytest.skip("no network, from which pip installs")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.count("write-a-device: as it is shown") >= 1
