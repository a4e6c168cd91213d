# SPDX-License-Identifier: Apache-2.0
"""Accesses that a guest might make, for recordings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lightexit.abi import Space
from lightexit.trace.access import Access, Answer
from lightexit.trace.recording import About, RecordingWriter
from lightexit.trace.vms import Vm

START = 1_700_000_000_000_000_000
ABOUT = About("host-a", "tracepoints", started=START)


def accesses(count: int, pid: int = 4711) -> Iterator[Access]:
    """PM timer reads, each some 2 us later; every fifth access is a write to a doorbell."""
    for i in range(count):
        time_ns = START + i * 2000 + i % 7
        if i % 5:
            yield Access(
                time_ns, pid, i % 2, Space.PIO, 0x608, 4, False, i, Answer.USER, 1000 + i % 1000
            )
        else:
            yield Access(time_ns, pid, -1, Space.MMIO, 0xFEB0_0050, 2, True, None, Answer.KVM, None)


def find_vm(pid: int) -> Vm:
    return Vm(pid, f"vm{pid}", "qemu", machine="pc-i440fx-7.2")


def record(path: Path, count: int, about: About = ABOUT, pid: int = 4711, lost: int = 0) -> Path:
    with RecordingWriter(path, about, find_vm) as writer:
        writer.add(accesses(count, pid), lost)
    return path
