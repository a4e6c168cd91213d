# SPDX-License-Identifier: Apache-2.0
"""The back end in Python: it loses nothing, sleeps where it may, and trusts no word it reads."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from random import Random
from typing import Any

import pytest

from examples.nvme import backend
from examples.nvme.backend import BackEnd
from examples.nvme.device import NvmeState
from lightexit import EventFd, SharedMemory

ROOT = Path(__file__).parents[2]
ENTRIES = 8


class Rig:
    """A back end, and what it has handled."""

    def __init__(self) -> None:
        self.memory, self.bell = SharedMemory(NvmeState), EventFd()
        self.queues = list(self.memory.state.queues)
        self.handled: list[tuple[int, int]] = []
        self.start()

    def start(self) -> None:
        self.back_end = BackEnd(SharedMemory(NvmeState, self.memory.fd), self.bell, ENTRIES)

    def serve(self) -> bool:
        return self.back_end.serve(lambda *entry: self.handled.append(entry))


def test_it_takes_what_waits_around_the_end_of_the_queue() -> None:
    rig = Rig()
    for tail, expected in ((5, range(5)), (2, range(5, 10)), (2, ())):
        rig.queues[3].tail = tail
        rig.handled.clear()
        assert rig.serve() == bool(expected)
        assert rig.handled == [(3, count) for count in expected]
    assert rig.queues[3].head == 10


def test_another_goes_on_where_one_was_killed() -> None:
    rig = Rig()
    rig.queues[0].tail = 6

    def dies_at_4(_number: int, count: int) -> None:
        rig.handled.append((0, count))
        if count == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rig.back_end.serve(dies_at_4)
    rig.start()
    rig.serve()
    assert [count for _, count in rig.handled] == [0, 1, 2, 3, 4, 4, 5]


def test_it_does_not_sleep_while_something_waits() -> None:
    rig = Rig()
    rig.queues[7].tail = 1
    begun = time.monotonic()
    rig.back_end.sleep(20)
    assert time.monotonic() - begun < 10
    assert [queue.asleep for queue in rig.queues] == [0] * 8


def test_it_says_that_it_sleeps_before_it_looks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = Rig()
    seen: list[tuple[int, int]] = []

    def barrier() -> None:
        seen.append((rig.queues[0].asleep, rig.queues[7].asleep))
        rig.queues[5].tail = 1  # rung between its look and its sleep

    monkeypatch.setattr(backend, "full_barrier", barrier)
    rig.back_end.sleep(20)
    assert seen == [(1, 1)]
    assert rig.queues[0].wake_ups == 0


def test_the_bell_wakes_it() -> None:
    rig = Rig()
    timer = threading.Timer(0.05, rig.bell)
    timer.start()
    rig.back_end.sleep(20)
    timer.join()
    assert rig.queues[0].wake_ups == 1


def test_no_word_of_the_state_makes_it_fail_or_work_without_end() -> None:
    rig, random = Rig(), Random(3)
    for _ in range(200):
        rig.memory.state.buffer[:] = random.randbytes(NvmeState.layout.size)
        for queue in rig.queues:
            queue.tail = random.choice((queue.tail, 0, 3, ENTRIES - 1, ENTRIES, 2**32 - 1))
            queue.head = random.choice((queue.head, 2**64 - 1, 0))
        rig.handled.clear()
        rig.serve()
        assert len(rig.handled) <= len(rig.queues) * (ENTRIES - 1)
        rig.back_end.sleep(0)


def run(*arguments: object, pass_fds: tuple[int, ...] = ()) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT)))}
    command = [sys.executable, "-m", *map(str, arguments)]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, pass_fds=pass_fds, check=False
    )


def test_the_example_loses_nothing() -> None:
    said = run("examples.nvme")
    assert (said.returncode, said.stderr) == (0, "")
    assert "\n1000 different entries handled, " in said.stdout


def test_wrong_descriptors_are_told() -> None:
    memory: Any = SharedMemory(NvmeState)
    bell = EventFd()
    null = os.open("/dev/null", os.O_RDWR)
    fds = (memory.fd, bell.fd, null)
    for first, second, found in (
        (null, bell.fd, "the descriptor for NvmeState is that of no memory which processes can"),
        (memory.fd, null, "is no eventfd but /dev/null"),
    ):
        said = run("examples.nvme.backend", first, second, ENTRIES, pass_fds=fds)
        assert said.returncode == 1
        assert found in said.stderr
    os.close(null)
