# SPDX-License-Identifier: Apache-2.0
"""The probes on this kernel: what the module answers in it, and what user space does; and the time
from exit to entry, as a KVM that runs guests by hardware tells it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from kernel.inside.machine import (
    DS_TO_MMIO,
    HLT,
    MMIO,
    Machine,
    keep,
    load,
    port_in,
    port_out,
    rep_in,
)
from kernel.inside.programs import READER, Cell
from lightexit.abi import Space
from lightexit.engine.kernel import KernelEngine, KernelMemory
from lightexit.engine.kernel.rights import CAP_BPF, CAP_PERFMON, only
from lightexit.trace.access import Access, Answer, Counts
from lightexit.trace.probes import Probes, open_events, open_probes
from lightexit.vm.kvm.attach import AttachedProgram, AttachRange, KernelModule

PORT, OTHER, KEPT = 0x500, 0x600, 0x3000
#: Before Linux 5.19, no table was read without a right.
RELEASE = [int(number) for number in re.findall(r"\d+", os.uname().release)[:2]]
READING_NEEDS = CAP_BPF if RELEASE < [5, 19] else 0
#: Prints the capabilities that it has left, once it has read counts with them.
DROPPING = """
from lightexit.trace.probes import drop_rights, open_probes
probes = open_probes()
drop_rights()
probes.read()
print(open("/proc/self/status").read().partition("CapPrm:\\t")[2].split()[0])
"""


@pytest.fixture(params=[False, True], ids=["events", "whole exits"])
def probes(request: pytest.FixtureRequest) -> Iterator[Probes]:
    opened = open_probes([os.getpid()], ceiling=0, whole_exits=request.param)
    assert not opened.missing
    yield opened
    opened.close()


def told(counts: Counts) -> dict[tuple[Space, int, bool, Answer], int]:
    return {
        (key.space, key.address, key.is_write, key.answer): count.accesses
        for key, count in counts.accesses.items()
        if key.space is not Space.MSR
    }


def test_who_answers(
    probes: Probes, module: KernelModule, machine: Machine, cell: KernelMemory[Cell]
) -> None:
    each = port_out(OTHER, 1, 7) + port_in(PORT, 4) + port_in(OTHER, 4)
    # The first read shows who answers it: a read behind a write, with one exit, does not.
    code = port_in(PORT, 4) + each * 3 + DS_TO_MMIO + load(MMIO & 0xF, 4) + HLT
    vcpu = machine.load(code)
    window = AttachRange(machine.vm.fd, Space.PIO, PORT, 16)
    answer = AttachedProgram(KernelEngine().load(READER), [cell])
    with module.attach(window, answer):
        machine.run(vcpu, lambda access: 5)
    counts = probes.read()
    assert told(counts) == {
        (Space.PIO, OTHER, True, Answer.USER): 3,
        (Space.PIO, PORT, False, Answer.KVM): 4,
        (Space.PIO, OTHER, False, Answer.USER): 3,
        (Space.MMIO, MMIO, False, Answer.USER): 1,
    }
    timed = {key.answer for key, count in counts.accesses.items() if count.timed}
    whole = bool(probes._attached.tables.config.whole_exits)
    assert timed == ({Answer.KVM, Answer.USER} if whole else {Answer.USER})


def test_values(machine: Machine) -> None:
    events = open_events([os.getpid()])
    vcpu = machine.load(
        port_out(OTHER, 2, 0x1234) + rep_in(OTHER, 1, 3, KEPT) + port_in(PORT, 1) + keep(KEPT) + HLT
    )
    answers = iter(range(0x40, 0x50))
    machine.run(vcpu, lambda access: 0 if access.is_write else next(answers))
    found: list[Access] = []
    end = time.monotonic() + 20
    while len(found) < 5 and time.monotonic() < end:
        found += [each for each in events.read(0.5).accesses if each.space is Space.PIO]
    events.close()
    assert [(each.is_write, each.value) for each in found] == [
        (True, 0x1234),
        (False, 0x40),
        (False, 0x41),
        (False, 0x42),
        (False, 0x43),
    ]


def test_rights(machine: Machine) -> None:
    with only(CAP_BPF | CAP_PERFMON):
        probes = open_probes([os.getpid()])
    machine.run(machine.load(port_in(PORT, 1) + HLT), lambda access: 5)
    with only(READING_NEEDS):
        counts = probes.read()
    probes.close()
    assert told(counts) == {(Space.PIO, PORT, False, Answer.USER): 1}


def test_no_more_rights_are_kept_than_reading_needs() -> None:
    command = [sys.executable, "-c", DROPPING]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(done.stdout, 16) == READING_NEEDS
