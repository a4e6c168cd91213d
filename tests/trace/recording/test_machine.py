# SPDX-License-Identifier: Apache-2.0
"""Machines of ours record each register that a guest accesses, and who answered."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from bus.plain import Recorder
from bus.test_msrs import BASE, Msrs
from cli.forked import lightexit, refusal
from lightexit.abi import Space
from lightexit.bus.bus import Bus
from lightexit.bus.clock import ManualClock
from lightexit.bus.region import pio
from lightexit.engine.native import NativeEngine
from lightexit.trace.access import Answer
from lightexit.trace.recording import MachineRecorder, MappedDevice, Recording

#: in al, 0x92; out 0xf4, al
GUEST = bytes.fromhex("e492 e6f4".replace(" ", ""))


def test_every_answer_of_a_bus_is_an_access(tmp_path: Path) -> None:
    bus, path = Bus(ManualClock(100, step_ns=10), NativeEngine()), tmp_path / "a.parquet"
    bus.attach(Msrs(bus.clock))
    bus.attach(Recorder(pio(2, register_width=1).at(0x40)))
    with MachineRecorder(path, bus) as recorder:
        bus.trace(recorder.write)
        bus.write(Space.MSR, BASE, 0x1234, 8)
        bus.read(Space.MSR, BASE, 8)
        bus.read(Space.PIO, 0x40, 4)
        bus.trace(None)
    found = Recording.open(path)
    started = found.about.vm_started
    assert started is not None
    assert abs(started - time.time_ns()) < 60e9
    every = [*found.accesses()]
    assert [(a.space, a.address, a.size, a.is_write, a.answer) for a in every] == [
        (Space.MSR, BASE, 8, True, Answer.FILTER),
        (Space.MSR, BASE, 8, False, Answer.FILTER),
        (Space.PIO, 0x40, 1, False, Answer.MODEL),
        (Space.PIO, 0x41, 1, False, Answer.MODEL),
        (Space.PIO, 0x42, 1, False, Answer.NOBODY),
        (Space.PIO, 0x43, 1, False, Answer.NOBODY),
    ]
    assert [a.time_ns - started for a in every] == [110, 120, 130, 130, 130, 130]
    assert (every[1].value, every[5].value, every[5].duration_ns) == (0x1234, 0xFF, None)
    assert all(a.duration_ns for a in every[:4])
    assert MappedDevice("recorder", "pio", 0x40, 2) in found.about.devices


def test_run_records_what_it_shows(tmp_path: Path) -> None:
    guest, path = tmp_path / "guest", tmp_path / "boot.parquet"
    guest.write_bytes(GUEST)
    for _ in range(2):  # the second replaces the first
        done = lightexit("run", "--kernel", guest, "--record", path)
        assert done.returncode == 0, done.stderr
    found = Recording.open(path)
    assert [(a.address, a.answer) for a in found.accesses()] == [
        (0x92, Answer.FILTER),
        (0xF4, Answer.MODEL),
    ]
    assert found.vms()[0].vmm == found.about.source == "lightexit"
    assert ("pm", "pio") in {(d.device, d.space) for d in found.about.devices}
    assert sorted(tmp_path.iterdir()) == [path, guest]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--record", "/dev/null"], "/dev/null is no regular file"),
        (["--record", "none/a.parquet"], "there is no folder none"),
        (["--record", "a", "--trace", "b"], "--trace and --record at once"),
    ],
)
def test_what_cannot_be_recorded_is_said_before_the_run(
    words: list[str], said: str, tmp_path: Path
) -> None:
    guest = tmp_path / "guest"
    guest.write_bytes(GUEST)
    assert said in refusal("run", "--kernel", guest, *words)
