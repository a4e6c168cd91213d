# SPDX-License-Identifier: Apache-2.0
"""Cases for vCPUs that access the same devices at once, and the history of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from lightexit.abi import Array, IoContext, Struct, array, u64
from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.bus.region import pio
from lightexit.devices.device import Device
from lightexit.filter import Verdict, io_filter

VCPUS, ACCESSES = 2, 12
#: A case's devices have 32 ports; behind them is nothing.
PORTS = 32


class Spread(Struct):
    """Far more than is written, or read, at once."""

    first: u64
    others: Array[u64] = array(u64, 8)
    second: u64


@io_filter
def add(ctx: IoContext, mine: Spread) -> Verdict:
    """Changes all of its state. In which order changes come can be seen."""
    if ctx.data & 7 == 5:
        return Verdict.PASS
    mine.first = u64(mine.first + ctx.data + 1)
    for index in range(8):
        mine.others[index] = u64(mine.others[index] * 3 + mine.first)
    mine.second = u64(mine.second * 5 + mine.first)
    if mine.second & 15 == 0:
        ctx.pulse_line(0)
    if not ctx.is_write:
        ctx.data = mine.second & 0xFFFF_FFFF
    return Verdict.HANDLED


@io_filter
def look(ctx: IoContext, mine: Spread) -> Verdict:
    """Reads all of its state."""
    if ctx.is_write or mine.first & 63 == 2:
        return Verdict.PASS
    total = mine.first
    for index in range(8):
        total = u64(total * 7 + mine.others[index])
    ctx.data = u64(total + mine.second) & 0xFFFF_FFFF
    return Verdict.HANDLED


@io_filter
def move(ctx: IoContext, mine: Spread, other: Spread) -> Verdict:
    """Changes two states."""
    if ctx.data & 7 == 5:
        return Verdict.PASS
    mine.first = u64(mine.first + ctx.data)
    for index in range(8):
        mine.others[index] = u64(mine.others[index] + other.others[index])
    other.second = u64(other.second * 3 + mine.first)
    if not ctx.is_write:
        ctx.data = other.second & 0xFFFF_FFFF
    return Verdict.HANDLED


Note = Callable[..., None]


class Teller(Device[Spread]):
    """Its model tells `note` what it is asked, and does other things than the filters."""

    def __init__(self, name: str, note: Note) -> None:
        super().__init__(ManualClock())
        self.name = name  # type: ignore[misc]
        self.regions = ()
        self._note = note
        self.lines = (Line(lambda level: note(name, "line", level)),)

    def read(self, offset: int, size: int) -> int:
        self._note(self.name, "read", offset, size)
        self.state.second = u64(self.state.second + 1)
        return int(self.state.first + self.state.second) & (1 << 8 * size) - 1

    def write(self, offset: int, value: int, size: int) -> None:
        self._note(self.name, "write", offset, size, value)
        self.state.first = u64(self.state.first * 11 + value)


Pair = tuple[Teller, Teller]


def tellers(note: Note, base: int = 0) -> Pair:
    """Two devices side by side, each with a register that is changed and one that is looked at. The
    second one's changes the first one's state, too."""
    one, other = Teller("one", note), Teller("other", note)
    one.regions = (
        pio(8, register_width=4, filter=add).at(base),
        pio(8, offset=8, register_width=4, filter=look).at(base + 8),
    )
    states = (other.memory, one.memory)
    other.regions = (
        pio(8, register_width=4, filter=move, states=states).at(base + 16),
        pio(8, offset=8, register_width=4, filter=look).at(base + 24),
    )
    return one, other


# What is done at once, and what came of it


@dataclass(frozen=True)
class Access:
    """A vCPU reads, or writes `value`."""

    port: int
    size: int
    value: int | None = None


@dataclass(frozen=True)
class Case:
    """What the states begin with, and what every vCPU does."""

    firsts: tuple[int, ...]
    accesses: tuple[tuple[Access, ...], ...]


States = tuple[bytes, ...]
#: By device, port, direction, and whether a filter handled them.
Counts = Counter[tuple[str, int, bool, bool]]


@dataclass(frozen=True)
class History:
    """What came of a case: what each access read, what the models were told and did, in order and
    by whom, the last states, and accesses by register, direction, and whether they were
    handled."""

    case: Case
    answers: tuple[tuple[int, ...], ...]
    events: tuple[tuple[Any, ...], ...]
    after: States
    counts: dict[tuple[Any, ...], int]


def random_case(random: Random) -> Case:
    """As many accesses of each vCPU. Most are handled by filters: models take their turns."""
    # No model at all, in most cases: then vCPUs meet more often.
    odd = random.choice((0, 0, 0, 0.05))
    accesses = (tuple(_random_access(random, odd) for _ in range(ACCESSES)) for _ in range(VCPUS))
    return Case((random.randrange(16), random.randrange(16)), tuple(accesses))


def _random_access(random: Random, odd: float) -> Access:
    port = 4 * random.randrange(PORTS // 4)
    size = 8 if port & 4 == 0 and random.random() < 0.3 else 4
    is_write = random.random() < (odd if port & 8 else 0.5)
    value = 5 if random.random() < odd else 8 * random.randrange(64)
    if random.random() < odd:
        port, size = port + random.randrange(4), random.randrange(1, 9)
    return Access(port, size, value % (1 << 8 * size) if is_write else None)


def begin(case: Case, devices: Pair) -> None:
    for first, device in zip(case.firsts, devices, strict=True):
        device.reset()
        device.state.first = first


def states_of(devices: Pair) -> States:
    return tuple(bytes(device.state) for device in devices)
