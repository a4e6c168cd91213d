# SPDX-License-Identifier: Apache-2.0
"""One counter behind a library and hard-coded: what library.py and rust_bus.py measure alike."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable, Sequence
from functools import partial
from statistics import median
from typing import Any, NamedTuple

from bench import kvm_exits
from bench._turns import in_turns
from bench.kvm_exits import MEMORY, PORT, WRITE, Kind, Variant
from lightexit.abi import Space
from lightexit.engine.native import NativeEngine

ROUNDS, ACCESSES, TURNS = 41, 4096, 5
#: Between the pairs of registers of a bus.
STEP = 0x1000
#: Kinds of accesses: a space, and whether they write.
KINDS = [(space, is_write) for space in (Space.PIO, Space.MMIO) for is_write in (False, True)]


class GuestRow(NamedTuple):
    """Median us of an exit, and the ratio to the first one's within a turn."""

    name: str
    us: float
    ratio: float


def base_of(space: Space) -> int:
    """Where the counter is; the register that is written is `WRITE` behind it."""
    return PORT if space is Space.PIO else MEMORY


def register(space: Space, is_write: bool) -> int:
    """What is accessed."""
    return base_of(space) + (WRITE if is_write else 0)


def filters() -> list[Any]:
    """The counter's and the register's, as native code."""
    engine, both = NativeEngine(), (kvm_exits.read_counter, kvm_exits.write_register)
    return [each.load(engine).code for each in both]


def addresses_of(chosen: list[int]) -> Any:
    """As many as a loop accesses, these in turn."""
    return (ctypes.c_uint64 * ACCESSES)(*(chosen[i % len(chosen)] for i in range(ACCESSES)))


def timed(run: Callable[[], object]) -> float:
    """ns of this thread's time per access."""
    run()
    begun = time.thread_time_ns()
    for _ in range(TURNS):
        run()
    return (time.thread_time_ns() - begun) / (TURNS * ACCESSES)


def compare_guests(compared: Sequence[Variant], kind: Kind) -> list[GuestRow]:
    """Guests that make one kind of access; the hard-coded device comes first."""
    for each in compared:
        each.ns(kind)
    rounds = in_turns(kvm_exits.ROUNDS, [partial(each.ns, kind) for each in compared])
    return [
        GuestRow(
            each.name,
            median(turn[index] for turn in rounds) / 1000,
            median(turn[index] / turn[0] for turn in rounds),
        )
        for index, each in enumerate(compared)
    ]


def report_guests(rows: Sequence[GuestRow], kind: Kind) -> None:
    """Print them."""
    print(f"around KVM_RUN, {kind.name}")
    for row in rows:
        print(f"  {row.name:36}{row.us:8.2f} us{row.ratio:8.3f}")
