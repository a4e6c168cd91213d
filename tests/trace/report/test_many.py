# SPDX-License-Identifier: Apache-2.0
"""Thousands of files, and a guest that accesses whatever address there is: in bounded memory."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import scale
from lightexit.abi import Space
from lightexit.trace.access import Access, Answer
from lightexit.trace.recording import RecordingWriter
from lightexit.trace.report import find, summarize
from recordings import ABOUT, START, find_vm, record

#: Reports; says how many accesses there were, and what the process took of memory, in MiB.
REPORTER = """
import sys
from pathlib import Path
from lightexit.trace.report import find, summarize
summary = summarize(find([Path(sys.argv[1])]), int(sys.argv[2]))
status = Path("/proc/self/status").read_text()  # ru_maxrss has the parent's, too
most = int(status.split("VmHWM:")[1].split()[0]) // 1024
print(summary.files, summary.cost.accesses, summary.vm_count, summary.register_count, most)
"""


def _reported(path: Path, memory_mib: int) -> list[int]:
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(p for p in sys.path if p))
    command = [sys.executable, "-c", REPORTER, str(path), str(memory_mib)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return [int(word) for word in done.stdout.split()]


def test_many_small_files(tmp_path: Path) -> None:
    count = 2000 if scale.is_long else 100
    for i in range(count):
        record(tmp_path / f"{i}.parquet", 100, replace(ABOUT, host=f"host-{i % 9}"), pid=i + 1)
    files, accesses, vms, registers, memory = _reported(tmp_path, 128)
    assert (files, accesses, vms, registers) == (count, 100 * count, count, 2)
    assert memory < 400


def everywhere(count: int) -> Iterator[Access]:
    """Each at another address, twice."""
    for i in range(count):
        for _ in range(2):
            yield Access(START + i, 1, 0, Space.MMIO, i << 12, 4, False, None, Answer.USER, i % 999)


@pytest.mark.long
def test_more_registers_than_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    with RecordingWriter(path, ABOUT, find_vm) as writer:
        writer.add(everywhere(10**6))
    files, accesses, _, registers, memory = _reported(path, 64)
    assert (files, accesses, registers) == (1, 2 * 10**6, 10**6)
    assert memory < 400


def test_some_more_registers(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    with RecordingWriter(path, ABOUT, find_vm) as writer:
        writer.add(everywhere(5000))
    summary = summarize(find([path]))
    assert summary.register_count == 5000
    assert summary.other_registers.accesses == 2 * (5000 - 100)
