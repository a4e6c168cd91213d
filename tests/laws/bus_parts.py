# SPDX-License-Identifier: Apache-2.0
"""Filters and a model for laws of the bus: their results depend on every input that they get."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from bus.plain import Cells, StateView, plain
from lightexit.abi import StateMemory
from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.bus.region import GeneralProtectionError, Region
from lightexit.devices.device import Device
from lightexit.filter import Filter, IoContext, Verdict, io_filter, u32, u64

LINES = 3
#: What a filter may answer: 2 is no verdict at all.
_VERDICTS = (0, 1, 1, 1, 0, 1, 2, 1)
_SPREAD = 0x9E37_79B9_7F4A_7C15


def _ones(size: int) -> int:
    return (1 << 8 * size) - 1


@dataclass(frozen=True)
class Recipe:
    """What a filter in Python does. One that `meddles` also acts as
    another vCPU that writes a state while the filter runs."""

    salt: int
    states: int
    writes: bool
    reads_clock: bool
    acts: bool
    meddles: bool
    #: Whether it may ask for a line that the device does not have.
    strays: bool = True

    def filter(self) -> Filter[Any]:
        """The filter: its verdict, answer, writes and actions depend on every byte that it gets."""

        def run(ctx: IoContext, *states: StateView) -> int:
            content = b"".join(bytes(each.state) for each in states)
            drawn = crc32(bytes(ctx) + content, self.salt)
            verdict = _VERDICTS[drawn % 8]
            ctx.data = drawn * _SPREAD % (1 << 64)
            if self.acts and drawn & 0x100:
                _ask(ctx, drawn >> 9, self.strays)
            if self.meddles and drawn & 0x30 == 0x10:
                states[0].version[0] += 2
            if self.writes and verdict == Verdict.HANDLED:
                for each in states:
                    each.state.first, each.state.second = drawn, drawn ^ ctx.offset & 0xFFFF
            return verdict

        kinds = [Cells] * self.states
        return plain(run, *kinds, writes_state=self.writes, reads_clock=self.reads_clock)


def _ask(ctx: IoContext, drawn: int, strays: bool) -> None:
    most = (1 << LINES) - 1
    ctx.raised_lines = drawn & most
    ctx.lowered_lines = drawn >> 3 & most
    ctx.pulsed_lines = drawn >> 6 & most
    ctx.doorbells = drawn >> 9 & most
    if strays and drawn >> 12 & 7 == 0:  # a line that the device does not have
        ctx.raised_lines |= 1 << LINES


@io_filter
def look(ctx: IoContext, cells: Cells) -> Verdict:
    """Bytecode that only reads."""
    if ctx.is_write or (ctx.offset + cells.first) & 3 == 0:
        return Verdict.PASS
    ctx.data = (cells.first + ctx.offset + ctx.now_ns + ctx.vcpu) & 0xFF
    if cells.second & 1:
        ctx.signal(0)
    return Verdict.HANDLED


@io_filter
def change(ctx: IoContext, cells: Cells, other: Cells) -> Verdict:
    """Bytecode that writes two states, and drives lines as they say."""
    if ctx.data & 7 == 3:
        return Verdict.PASS
    cells.first = u64(cells.first + ctx.data + other.first + ctx.size)
    other.second = u32(other.second + 1)
    if cells.first & 4:
        ctx.raise_line(1)
    else:
        ctx.lower_line(1)
    if not ctx.is_write:
        ctx.data = cells.first & 0xFF
    return Verdict.HANDLED


Note = Callable[..., None]


class Talker(Device[Cells]):
    """A model that tells `note` all that it is asked. Its answers and its state depend on that; it
    drives its lines, fails and refuses, as they come out. `on_whim` is called in some writes."""

    name = "talker"

    def __init__(self, number: int, memory: StateMemory[Cells], note: Note) -> None:
        super().__init__(ManualClock())
        self.name = f"talker {number}"  # type: ignore[misc]
        self.memory, self.state = memory, memory.state
        self.regions: tuple[Region, ...] = ()
        self.refuses = False
        self.on_whim: Callable[[int], None] = lambda drawn: None
        self._note = note
        self.lines = tuple(Line(self._listener("line", each)) for each in range(LINES))
        self.doorbells = tuple(self._listener("doorbell", each) for each in range(LINES))

    def _listener(self, kind: str, number: int) -> Callable[..., None]:
        return lambda *level: self._tell(kind, number, *level)

    def _tell(self, *what: Any) -> None:
        is_locked = self.memory.header.version % 2
        self._note(self.name, *what, "locked" if is_locked else "free")

    def _drawn(self, *asked: Any) -> int:
        self._tell(*asked)
        drawn = crc32(repr(asked).encode() + bytes(self.state))
        self.state.first, self.state.second = drawn, drawn ^ 0x5555
        if drawn & 0x1C0 == 0:
            self.lines[drawn % LINES].set(bool(drawn & 8))
        if drawn & 0x3E00 == 0:
            raise ValueError(f"{asked} is too much")
        if self.refuses and asked[-1] == 8 and drawn & 0x700_0000 == 0:
            raise GeneralProtectionError
        return drawn

    def read(self, offset: int, size: int) -> int:
        drawn = self._drawn("read", offset, size)
        answer = drawn * _SPREAD & _ones(size)
        return answer + (1 << 8 * size) if drawn & 0x7C000 == 0 else answer

    def write(self, offset: int, value: int, size: int) -> None:
        drawn = self._drawn("write", offset, value, size)
        if drawn & 0x38000 == 0:
            self.on_whim(drawn)

    def touched(self, states: Sequence[StateMemory[Any]]) -> None:
        self._tell("touched", [state.header.version % 2 for state in states])
        if self.state.first & 0xF80000 == 0:
            raise ValueError("touched too much")
