# SPDX-License-Identifier: Apache-2.0
"""Programs made to cost much get an answer, within bounds of memory that hold for all."""

from __future__ import annotations

import subprocess
import sys

import pytest

import scale
from bench._worst import WORST

#: As many as fit: each of these programs is shorter than 16,384 slots, else it is refused unread.
SLOTS = 14_000
STATES = scale.full(100_000)
#: What is kept of each state is the same in both; a tenth of the states, a tenth of the memory.
MEBIBYTES = 460 if scale.is_long else 50
#: Needs all of the stack at every step: much of each state, and seven seconds for a tenth of them.
LONG = {"back"}
NAMES = [
    pytest.param(name, marks=[pytest.mark.long] * (name in LONG)) for name in scale.part(WORST, 4)
]

VERIFY = r"""
import re, sys
from pathlib import Path
from bench._worst import WORST
from lightexit.isa import assemble
from lightexit.verifier import Limits, verify
def peak():
    # Not ru_maxrss: that begins with what the process had that started this one.
    return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) // 1024
limits = Limits(answers=False, helpers=frozenset({1}), states=int(sys.argv[3]))
program = assemble(WORST[sys.argv[1]](int(sys.argv[2])))
before = peak()
report = verify(program, limits)
assert 0 < report.states_explored <= limits.states + 1
assert report.text()
print(peak() - before)
"""


@pytest.mark.parametrize("name", NAMES)
def test_memory_is_bounded(name: str) -> None:
    command = [sys.executable, "-c", VERIFY, name, str(SLOTS), str(STATES)]
    environment = {"PYTHONPATH": ":".join(sys.path)}
    ran = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    print(f"{name}: {ran.stdout.strip()} MiB")
    assert int(ran.stdout) < MEBIBYTES
