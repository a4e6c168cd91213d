# SPDX-License-Identifier: Apache-2.0
"""The counts are perf's, where every event is looked at and near to them where not; and so with
many VMs at a time."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from guests.build import guest
from lightexit.abi import Space
from lightexit.trace.access import Answer, Counts
from lightexit.trace.probes import open_probes
from stock_qemu import PM_TIMER, needs_qemu, qemu, reading

READS = 10_000
#: Of guests/traced.s.
ROUNDS = 500
EVENTS = "kvm:kvm_pio", "kvm:kvm_mmio", "kvm:kvm_msr", "kvm:kvm_userspace_exit"
FILTERS = {"kvm:kvm_mmio": ("--filter", "type != 0")}

needs_perf = pytest.mark.skipif(shutil.which("perf") is None, reason="needs perf")


def of_space(counts: Counts, pid: int, space: Space) -> int:
    own = [each for key, each in counts.accesses.items() if (key.pid, key.space) == (pid, space)]
    return sum(each.accesses for each in own)


def until_halted(pid: int) -> None:
    """Until the guest does nothing any more: no CPU time is spent on it."""
    before = -1
    while (now := _ticks(pid)) != before:
        before = now
        time.sleep(0.3)


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def perf_counts(perf: subprocess.Popen[str]) -> dict[str, int]:
    perf.send_signal(signal.SIGINT)
    _, told = perf.communicate(timeout=20)
    lines = [line.split(",") for line in told.splitlines()]
    return {fields[2]: int(fields[0]) for fields in lines if len(fields) > 2}


@needs_qemu
@needs_perf
@pytest.mark.parametrize("firmware", [pytest.param("reads", marks=pytest.mark.long), "traced"])
def test_they_agree_with_perf(firmware: str, tmp_path: Path) -> None:
    code = reading(PM_TIMER, READS) if firmware == "reads" else guest("traced")
    with qemu(tmp_path, code, "-S", "-monitor", "stdio") as vm:
        assert vm.stdin is not None
        probes = open_probes([vm.pid], ceiling=0)
        # perf has two events for a read of memory that KVM cannot answer.
        asked = [part for name in EVENTS for part in ("-e", name, *FILTERS.get(name, ()))]
        command = ("perf", "stat", "-x,", "-p", str(vm.pid), *asked)
        perf = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        time.sleep(0.5)
        vm.stdin.write(b"cont\n")
        vm.stdin.flush()
        until_halted(vm.pid)
        told, counts = perf_counts(perf), probes.read()
        probes.close()
    for name, space in zip(EVENTS, Space, strict=False):
        assert of_space(counts, vm.pid, space) == pytest.approx(told[name], rel=0.01)
    assert told["kvm:kvm_pio"] >= (READS if firmware == "reads" else 4 * ROUNDS)


@needs_qemu
def test_samples_tell_as_much(tmp_path: Path) -> None:
    with qemu(tmp_path, reading(PM_TIMER, 10**9)) as vm:
        exact, sampled = open_probes([vm.pid], ceiling=0), open_probes([vm.pid], ceiling=0.5)
        time.sleep(0.7)
        before = sampled.read(), exact.read()
        time.sleep(1.5)
        after = sampled.read(), exact.read()
        exact.close()
        sampled.close()
    assert after[0].sampled > 1
    rates = [
        (of_space(b, vm.pid, Space.PIO) - of_space(a, vm.pid, Space.PIO)) / (b.time_ns - a.time_ns)
        for a, b in zip(before, after, strict=True)
    ]
    assert rates[0] == pytest.approx(rates[1], rel=0.25)
    answers = {key.answer for key in after[0].accesses if key.address == PM_TIMER}
    assert answers == {Answer.USER}


@pytest.mark.long
@needs_qemu
def test_twenty_vms(tmp_path: Path) -> None:
    probes = open_probes(ceiling=0)
    with ExitStack() as stack:
        vms = [stack.enter_context(qemu(tmp_path, reading(PM_TIMER, 1000 + n))) for n in range(20)]
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            time.sleep(0.5)
            counts = probes.read()
            told = [of_space(counts, vm.pid, Space.PIO) for vm in vms]
            if told == [1000 + n for n in range(20)]:
                break
    probes.close()
    assert told == [1000 + n for n in range(20)]
    assert not counts.lost.no_room
