# SPDX-License-Identifier: Apache-2.0
"""What is counted of stock QEMU's guests, by the kernel's tracepoints."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from guests.build import guest
from lightexit.abi import Space
from lightexit.trace.access import AccessCount, AccessKey, Answer, Counts, LineKey
from lightexit.trace.probes import Probes, layout, open_probes
from stock_qemu import (
    DISCARD_TICKS,
    PM_TIMER,
    needs_qemu,
    probing_ports,
    qemu,
    reading,
    ticking_masked,
)

READS = 2000
#: Of guests/traced.s.
ROUNDS = 500
_PATIENCE_S = 20


@pytest.fixture
def probes() -> Iterator[Probes]:
    opened = open_probes(ceiling=0)
    yield opened
    opened.close()


def found(counts: Counts, pid: int, address: int) -> dict[AccessKey, AccessCount]:
    return {k: v for k, v in counts.accesses.items() if k.pid == pid and k.address == address}


def until(probes: Probes, enough: Callable[[Counts], bool], pause_s: float = 0.05) -> Counts:
    end = time.monotonic() + _PATIENCE_S
    while not enough(counts := probes.read()):
        assert time.monotonic() < end, counts
        time.sleep(pause_s)
    return counts


def accesses(counts: Counts, pid: int, address: int) -> int:
    return sum(each.accesses for each in found(counts, pid, address).values())


@needs_qemu
def test_a_register_that_qemu_answers(probes: Probes, tmp_path: Path) -> None:
    with qemu(tmp_path, reading(PM_TIMER, READS)) as vm:
        counts = until(probes, lambda now: accesses(now, vm.pid, PM_TIMER) >= READS)
    ((key, count),) = found(counts, vm.pid, PM_TIMER).items()
    assert (key.space, key.size, key.is_write) == (Space.PIO, 4, False)
    assert key.answer is Answer.USER
    assert count.accesses == count.timed == READS
    assert 1_000 < count.time_ns / count.timed < 1_000_000
    assert counts.sampled == 1


@needs_qemu
def test_who_answers_is_told_in_any_order(probes: Probes, tmp_path: Path) -> None:
    with qemu(tmp_path, guest("traced")) as vm:
        # The last write is followed by nothing.
        counts = until(probes, lambda now: accesses(now, vm.pid, 0x80) > ROUNDS)
    told = {
        (key.space, key.address, key.is_write, key.answer): count.accesses
        for key, count in counts.accesses.items()
        if key.pid == vm.pid
    }
    assert told == {
        (Space.PIO, 0x20, True, Answer.KVM): ROUNDS,
        (Space.PIO, 0x40, False, Answer.KVM): ROUNDS,
        (Space.PIO, 0x80, True, Answer.USER): ROUNDS + 1,
        (Space.PIO, 0x510, True, Answer.USER): 1,
        (Space.PIO, 0x511, False, Answer.USER): 4,
        (Space.PIO, PM_TIMER, False, Answer.USER): ROUNDS,
        (Space.MMIO, 0xFEE00030, False, Answer.KVM): ROUNDS,
        (Space.MMIO, 0xFEE00080, True, Answer.KVM): ROUNDS,
        (Space.MMIO, 0xFED000F0, False, Answer.USER): ROUNDS,
        (Space.MMIO, 0xFED000F0, True, Answer.USER): ROUNDS,
        (Space.MSR, 0x1B, False, Answer.KVM): ROUNDS,
    }
    apic = {
        (key.offset, key.is_write): count for key, count in counts.apic.items() if key.pid == vm.pid
    }
    assert apic[0x30, False] == apic[0x80, True] == ROUNDS


@pytest.mark.long
@needs_qemu
def test_a_guest_that_probes_all_ports_is_counted_whole(probes: Probes, tmp_path: Path) -> None:
    with qemu(tmp_path, probing_ports()) as vm:
        counts = until(
            probes,
            lambda now: (
                sum(each.accesses for key, each in now.accesses.items() if key.pid == vm.pid)
                >= 0x10000
            ),
            pause_s=0.5,
        )
    keys = [key for key in counts.accesses if key.pid == vm.pid]
    whole_pages = [key for key in keys if not key.size]
    assert len(keys) - len(whole_pages) == layout.MOST_REGISTERS_OF_VM
    assert 0 < len(whole_pages) <= 16
    assert not counts.lost.no_room


@needs_qemu
def test_only_asked_processes(tmp_path: Path) -> None:
    with qemu(tmp_path, reading(PM_TIMER, 10**9)) as one, qemu(tmp_path, guest("traced")) as two:
        probes = open_probes([one.pid])
        counts = until(probes, lambda now: accesses(now, one.pid, PM_TIMER) > READS)
        probes.close()
    pids = Counter(key.pid for key in counts.accesses)
    assert pids[one.pid]
    assert not pids[two.pid]
    assert {key.pid for key in counts.lines} <= {one.pid}


@needs_qemu
def test_a_vm_that_has_ended_is_told_once_more(probes: Probes, tmp_path: Path) -> None:
    with qemu(tmp_path, reading(PM_TIMER, READS)) as vm:
        until(probes, lambda now: accesses(now, vm.pid, PM_TIMER) >= READS)
    last, then = probes.read(), probes.read()
    assert accesses(last, vm.pid, PM_TIMER) == READS
    assert vm.pid not in {key.pid for key in then.accesses}
    left = probes._attached.tables.threads.items()
    assert vm.pid not in {layout.Thread.view(bytearray(value)).pid for _, value in left}


@needs_qemu
def test_an_input_that_is_masked_is_set_in_vain(probes: Probes, tmp_path: Path) -> None:
    with qemu(tmp_path, ticking_masked(), *DISCARD_TICKS) as vm:
        timer = LineKey(vm.pid, 0)  # a thread of the kernel sets it
        before = until(probes, lambda now: timer in now.lines and now.lines[timer].masked > 100)
        time.sleep(0.3)
        after = probes.read()
    changes = after.lines[timer].changes - before.lines[timer].changes
    assert changes == after.lines[timer].masked - before.lines[timer].masked
    seconds = (after.time_ns - before.time_ns) / 1e9
    # Up and down, a thousand times a second; some of them late, where the host is busy.
    assert 300 * seconds < changes < 3000 * seconds
