# SPDX-License-Identifier: Apache-2.0
"""No untrusted text sends control sequences to the terminal of a command.

`python -m laws.terminal --count N`, in tests/, takes as many as one likes.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from laws.terminal import CONSOLE, worked

ROOT = Path(__file__).parents[2]


@pytest.mark.long
def test_every_command_on_a_terminal() -> None:
    """In a process of its own, which forks."""
    command = [sys.executable, "-m", "laws.terminal", "--count", "1"]
    paths = [str(ROOT / "src"), str(ROOT / "tests")]
    result = subprocess.run(
        command,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines() == [
        "46 commands, 0 that put more than plain text on the terminal"
    ]


def test_the_law_notices_terminal_control_sequences() -> None:
    assert worked(b"plain\r\n\ttext \xc3\xa4") == []
    assert worked(b"\rover") == [ascii("\r")]
    assert worked(b"\rover", CONSOLE) == []
    assert worked(b"\x1b[?25l\x9b\xc2\x9b") == sorted(
        [ascii("\x1b"), ascii("\udc9b"), ascii("\x9b")]
    )
    assert worked("\u202e".encode()) == [ascii("\u202e")]
