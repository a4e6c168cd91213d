# SPDX-License-Identifier: Apache-2.0
"""Programs made to cost much get an answer, within bounds of memory that hold for all."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bench._worst import WORST

SLOTS = 16_000
MEBIBYTES = 500

VERIFY = r"""
import re, sys
from pathlib import Path
from bench._worst import WORST
from lightexit.isa import assemble
from lightexit.verifier import Limits, verify
limits = Limits(answers=False, helpers=frozenset({1}))
report = verify(assemble(WORST[sys.argv[1]](int(sys.argv[2]))), limits)
assert report.states_explored <= limits.states + 1
assert report.text()
# Not ru_maxrss: that begins with what the process had that started this one.
print(int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) // 1024)
"""


@pytest.mark.parametrize("name", WORST)
def test_memory_is_bounded(name: str) -> None:
    command = [sys.executable, "-c", VERIFY, name, str(SLOTS)]
    environment = {"PYTHONPATH": ":".join(sys.path)}
    ran = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert int(ran.stdout) < MEBIBYTES
