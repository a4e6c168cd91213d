# SPDX-License-Identifier: Apache-2.0
"""Rivals that tell another process values: what each does is measured alike."""

from __future__ import annotations

import ctypes
import mmap
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from bench._linked import with_library
from bench._turns import in_turns
from bench.kvm_exits import ratio
from examples.nvme.device import NvmeState, Queue
from lightexit import EventFd, SharedMemory

TURNS, RINGS, ENTRIES = 12, 1000, 65536
#: Where a queue's word is that says that it sleeps.
_ASLEEP = next(field.offset for field in Queue.layout.fields if field.name == "asleep")


class Way(IntEnum):
    """As in payload.c."""

    FLAGGED = 0
    SIGNALLED = 1
    SENT = 2


class Seen(ctypes.Structure):
    """What the other process has seen."""

    _fields_ = (
        ("tail", ctypes.c_uint32),
        ("woken", ctypes.c_uint32),
        ("signals", ctypes.c_uint64),
        ("work_ns", ctypes.c_uint64),
    )


class Traffic(NamedTuple):
    """Rounds of a guest's empty loop after each ring; ns of work on all that was found at once."""

    name: str
    pause: int
    work_ns: int


@dataclass(frozen=True)
class Measured:
    """Of one turn, for each ring: us, exits, eventfd writes or messages, wake-ups."""

    us: float
    exits: float
    signals: float
    woken: float


class Rival:
    """One way to tell, hard-coded in C and without a guest; and the process that is told."""

    def __init__(self, code: Any, name: str, way: Way) -> None:
        self.name, self.code, self.way = name, code, way
        self.state, self.bell = SharedMemory(NvmeState), EventFd()
        self.ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.queue = self.state.state.queues[0]
        self.queue.entries = ENTRIES
        self.where = ctypes.addressof(ctypes.c_char.from_buffer(self.queue.buffer))
        self._page = mmap.mmap(-1, mmap.PAGESIZE)
        self.seen = Seen.from_buffer(self._page)
        self.ring = self.answered()
        self.child = self._start()

    @property
    def told_by(self) -> int:
        """The descriptor that it writes to."""
        return self.ends[0].fileno() if self.way is Way.SENT else self.bell.fd

    def answered(self) -> Callable[[Traffic], int]:
        """What rings RINGS times, and says how many exits that took."""
        arguments = int(self.way), self.told_by, ctypes.c_void_p(self.where)

        def ring(_traffic: Traffic) -> int:
            self.code.ring_hard_coded(*arguments, self.seen.tail, RINGS)
            return 0

        return ring

    def tail_at(self) -> int:
        """The address from which the other process reads the tail."""
        return self.where

    def _start(self) -> int:
        """The other process. An eventfd that it waits at by read(2) blocks."""
        fd = self.ends[1].fileno() if self.way is Way.SENT else self.bell.fd
        os.set_blocking(fd, True)
        places = (self.tail_at(), ctypes.addressof(self.seen), self.where + _ASLEEP)
        return int(self.code.start_consumer(int(self.way), fd, *map(ctypes.c_void_p, places)))

    def measure(self, traffic: Traffic) -> Measured:
        """One turn, until the last value was seen."""
        self.seen.work_ns = traffic.work_ns
        last, before = (self.seen.tail + RINGS) % ENTRIES, bytes(self.seen)
        begun = time.monotonic()
        exits = self.ring(traffic)
        if not self.code.wait_seen(ctypes.byref(self.seen), last):
            raise RuntimeError(f"{self.name}: a ring was lost, or the guest ended otherwise")
        us = 1e6 * (time.monotonic() - begun) / RINGS
        old = Seen.from_buffer_copy(before)
        signals, woken = self.seen.signals - old.signals, self.seen.woken - old.woken
        return Measured(us, exits / RINGS, signals / RINGS, woken / RINGS)

    def close(self) -> None:
        """End the other process."""
        os.kill(self.child, signal.SIGKILL)
        os.waitpid(self.child, 0)


@contextmanager
def compiled() -> Iterator[Any]:
    """payload.c and liblightexit."""
    with with_library(Path(__file__).with_name("payload.c")) as code:
        code.run_guest.restype, code.wait_seen.restype = ctypes.c_int64, ctypes.c_bool
        code.make_bus.restype = ctypes.c_void_p
        yield code


@dataclass(frozen=True)
class Row:
    """Medians of one rival; `ratio` is the first one's time to its own."""

    name: str
    us: float
    exits: float
    signals: float
    woken: float
    ratio: float


def compare(rivals: Sequence[Rival], traffic: Traffic) -> list[Row]:
    """All of them, and then their processes end."""
    for each in rivals:
        each.measure(traffic)
    seen: list[list[Measured]] = [[] for _ in rivals]

    def turn(number: int) -> float:
        seen[number].append(rivals[number].measure(traffic))
        return seen[number][-1].us

    rounds = in_turns(TURNS, [partial(turn, number) for number in range(len(rivals))])
    for each in rivals:
        each.close()
    times = list(zip(*rounds, strict=True))
    return [
        Row(
            each.name,
            median(times[number]),
            median(one.exits for one in seen[number]),
            median(one.signals for one in seen[number]),
            median(one.woken for one in seen[number]),
            ratio(times[0], times[number]),
        )
        for number, each in enumerate(rivals)
    ]


def report(name: str, rows: Sequence[Row]) -> None:
    """One table."""
    heads = ("us a ring", "exits", "signals", "wake-ups", "filter / this")
    print(f"{name:46}" + "".join(f"{head:>15}" for head in heads))
    for row in rows:
        figures = (row.us, row.exits, row.signals, row.woken, row.ratio)
        print(f"  {row.name:44}" + "".join(f"{figure:15.3f}" for figure in figures))
