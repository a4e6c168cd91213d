# SPDX-License-Identifier: Apache-2.0
"""The kernel's records become the same rows, whether taken as bytes or as accesses."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import pytest

from lightexit.abi import Space
from lightexit.trace.access import Access, Answer
from lightexit.trace.probes.recording import UNKNOWN, Slots
from lightexit.trace.recording import Recording, RecordingWriter
from recordings import ABOUT, START, find_vm

_SLOT = struct.Struct("<IIQQQQIIIIII")
OFFSET = START - 5_000


def vcpu_of(pid: int, tid: int) -> int:
    return tid - pid


def slot(access: Access, count: int = 1) -> bytes:
    """As `layout.RecordSlot` says."""
    answer = 1 if access.answer is Answer.USER else 0
    what = access.space | access.size << 8 | access.is_write << 16 | answer << 24
    has_value = access.value is not None
    return _SLOT.pack(
        *(0xFFFF_FFFF, 7, access.time_ns - OFFSET, access.address, access.value or 0),
        UNKNOWN if access.duration_ns is None else access.duration_ns,
        *(access.pid, access.pid + access.vcpu, what, count, has_value, 0),
    )


def some(count: int, seed: int) -> list[Access]:
    pick = random.Random(seed)
    return [
        Access(
            START + pick.randrange(10**12),
            pick.choice([17, 18, 2**22]),
            pick.randrange(4),
            pick.choice([*Space]),
            pick.choice([0, 0x608, 2**64 - 1]),
            pick.choice([1, 2, 4, 8]),
            pick.random() < 0.5,
            pick.choice([None, 0, 1, 2**64 - 1]),
            pick.choice([Answer.KVM, Answer.USER]),
            pick.choice([None, 0, 1500, 2**64 - 2]),
        )
        for _ in range(count)
    ]


@pytest.mark.parametrize("rows", [7, 10**6])
def test_records_are_their_accesses(rows: int, tmp_path: Path) -> None:
    every = some(500, 1)
    path = tmp_path / "a.parquet"
    with RecordingWriter(path, ABOUT, find_vm, rows=rows) as writer:
        for first in range(0, 500, 100):
            data = b"".join(map(slot, every[first : first + 100]))
            writer.add_slots(Slots(data, OFFSET, 2), vcpu_of)
        writer.add_slots(Slots(b"", OFFSET, 1), vcpu_of)
        assert (writer.accesses, writer.lost, writer.vms) == (500, 11, 3)
    found = Recording.open(path)
    assert [*found.accesses()] == every
    assert found.about.lost == 11
    assert {vm.vm for vm in found.vms()} == {"vm17", "vm18", f"vm{2**22}"}


def test_a_record_may_be_of_several_accesses(tmp_path: Path) -> None:
    one, two, three = some(3, 2)
    data = slot(one) + slot(two, 3) + slot(three)
    with RecordingWriter(tmp_path / "a.parquet", ABOUT, find_vm) as writer:
        writer.add_slots(Slots(data, OFFSET, 0), vcpu_of)
    assert [*Recording.open(tmp_path / "a.parquet").accesses()] == [one, two, two, two, three]


def test_both_ways_keep_their_order(tmp_path: Path) -> None:
    every = some(30, 3)
    with RecordingWriter(tmp_path / "a.parquet", ABOUT, find_vm) as writer:
        writer.add(every[:10])
        writer.add_slots(Slots(b"".join(map(slot, every[10:20])), OFFSET, 0), vcpu_of)
        writer.add(every[20:])
    assert [*Recording.open(tmp_path / "a.parquet").accesses()] == every
