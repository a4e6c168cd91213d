# SPDX-License-Identifier: Apache-2.0
"""Processes by their numbers: which have ended, and whom threads of the kernel serve."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from lightexit.trace.probes.processes import NOBODY, has_ended, served_by

#: A process that calls itself what KVM calls its thread for a PIT.
IMPOSTOR = """
import ctypes, os
from lightexit.trace.probes.processes import served_by
ctypes.CDLL(None).prctl(15, b"kvm-pit/1", 0, 0, 0)
print(open("/proc/self/comm").read().strip(), served_by(os.getpid()) == os.getpid())
"""


def test_a_process_that_has_ended() -> None:
    running = subprocess.Popen(["sleep", "60"])
    assert not has_ended(running.pid)
    running.kill()
    running.wait()
    assert has_ended(running.pid)
    assert served_by(running.pid) == running.pid
    assert not has_ended(1)  # of another user, where the tests do not run as root


def test_a_name_makes_no_kernel_thread() -> None:
    command = [sys.executable, "-c", IMPOSTOR]
    environment = {"PYTHONPATH": ":".join(sys.path)}
    told = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert told.stdout == "kvm-pit/1 True\n"


def name_of(folder: Path) -> str:
    try:
        return (folder / "comm").read_text()
    except OSError:
        return ""


def test_workers_of_the_kernel_serve_nobody() -> None:
    workers = [
        int(folder.name)
        for folder in Path("/proc").iterdir()
        if folder.name.isdecimal() and name_of(folder).startswith("kworker/")
    ]
    assert {served_by(pid) for pid in workers if not has_ended(pid)} <= {NOBODY}
