# SPDX-License-Identifier: Apache-2.0
"""Accesses of stock QEMU's guests, told one by one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from guests.build import guest
from lightexit.abi import Space
from lightexit.trace.access import Access, Answer
from lightexit.trace.probes import EventProbes, layout, open_events
from stock_qemu import PM_TIMER, needs_qemu, qemu, reading

#: Of guests/traced.s, in this order ROUNDS times.
ROUNDS = 500
ROUND = [
    (Space.PIO, 0x20, 1, True, Answer.KVM),
    (Space.PIO, PM_TIMER, 4, False, Answer.USER),
    (Space.PIO, 0x80, 1, True, Answer.USER),
    (Space.PIO, 0x40, 1, False, Answer.KVM),
    (Space.MMIO, 0xFEE00030, 4, False, Answer.KVM),
    (Space.MMIO, 0xFED000F0, 4, False, Answer.USER),
    (Space.MMIO, 0xFEE00080, 4, True, Answer.KVM),
    (Space.MMIO, 0xFED000F0, 4, True, Answer.USER),
    (Space.MSR, 0x1B, 8, False, Answer.KVM),
]


@pytest.fixture
def events() -> Iterator[EventProbes]:
    opened = open_events()
    yield opened
    opened.close()


def accesses_of(events: EventProbes, pid: int, most: int) -> list[Access]:
    """What the process did, up to so many accesses; nothing may be lost."""
    found: list[Access] = []
    end = time.monotonic() + 20
    while len(found) < most:
        assert time.monotonic() < end, found[-3:]
        batch = events.read(0.2)
        assert not batch.lost
        found += [each for each in batch.accesses if each.pid == pid]
    return found


@needs_qemu
def test_every_access_in_its_order(events: EventProbes, tmp_path: Path) -> None:
    began = time.time_ns()
    with qemu(tmp_path, guest("traced")) as vm:
        found = accesses_of(events, vm.pid, len(ROUND) * ROUNDS + 6)
    told = [(each.space, each.address, each.size, each.is_write, each.answer) for each in found]
    assert told[: len(ROUND) * ROUNDS] == ROUND * ROUNDS
    (select, *name, last) = found[len(ROUND) * ROUNDS :]
    assert (select.address, select.value) == (0x510, 0)
    assert [chr(each.value or 0) for each in name] == ["Q", "E", "M", "U"]
    assert (last.address, last.value, last.answer) == (0x80, 0x5A, Answer.USER)
    assert {each.vcpu for each in found} == {0}
    assert all(began < each.time_ns < time.time_ns() for each in found)
    assert all(
        (each.duration_ns is not None) == (each.answer is Answer.USER and not each.is_write)
        for each in found
    )


@needs_qemu
def test_values_are_those_of_the_registers(events: EventProbes, tmp_path: Path) -> None:
    with qemu(tmp_path, guest("traced")) as vm:
        found = accesses_of(events, vm.pid, len(ROUND) * ROUNDS)
    end_of_interrupt = [each.value for each in found if each.address == 0x20]
    assert set(end_of_interrupt) == {0x20}
    versions = {each.value for each in found if each.address == 0xFEE00030}
    assert {version and version & 0xFF for version in versions} == {0x14}
    bases = {each.value for each in found if each.space is Space.MSR}
    assert {base and base & ~0xFFF for base in bases} == {0xFEE00000}


@needs_qemu
def test_a_write_that_nothing_follows_is_told_once(tmp_path: Path) -> None:
    with qemu(tmp_path, guest("traced"), "-S", "-monitor", "stdio") as vm:
        events = open_events([vm.pid])
        assert vm.stdin is not None
        vm.stdin.write(b"cont\n")
        vm.stdin.flush()
        accesses_of(events, vm.pid, len(ROUND) * ROUNDS + 6)
        assert not events.read(0.1).accesses
        vm.stdin.write(b"system_reset\n")  # the guest begins anew: now the kernel tells it, too
        vm.stdin.flush()
        again = accesses_of(events, vm.pid, len(ROUND) * ROUNDS)
        events.close()
    assert again[0].address == 0x20


@needs_qemu
def test_what_has_no_room_is_counted(tmp_path: Path) -> None:
    with qemu(tmp_path, reading(PM_TIMER, 10**9)) as vm:
        events = open_events([vm.pid], ring_size=1 << 16)  # 1,024 records
        told = lost = 0
        end = time.monotonic() + 10
        while told + lost < 1000 and time.monotonic() < end:
            time.sleep(0.5)
            batch = events.read(0)
            told, lost = told + len(batch.accesses), lost + batch.lost
        events.close()
    assert lost > told > 0


@needs_qemu
def test_slots_are_laid_out_as_described(events: EventProbes, tmp_path: Path) -> None:
    with qemu(tmp_path, reading(PM_TIMER, 10)) as vm:
        own: list[layout.AccessRecord] = []
        while len(own) < 10:
            data = events.read_slots(1).data
            assert not len(data) % 64
            slots = [bytearray(data[at : at + 64]) for at in range(0, len(data), 64)]
            views = [layout.RecordSlot.view(each).record for each in slots]
            own += [each for each in views if each.pid == vm.pid]
    assert layout.RecordSlot.layout.size == 64
    assert len(own) == 10
    assert all(each.address == PM_TIMER and each.what == 0x01_00_04_00 for each in own)
