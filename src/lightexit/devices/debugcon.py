# SPDX-License-Identifier: Apache-2.0
"""The debug console (0x402): firmware's log, one byte a write.

Fast path: the read by which firmware finds out that the port exists. Writes go to the model,
which hands them on at once, so that no output is ever held back.
Reference: Bochs port 0xE9 convention, as used by SeaBIOS at port 0x402.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

from lightexit.bus.clock import Clock
from lightexit.bus.region import pio
from lightexit.devices.device import Device
from lightexit.filter import IoContext, Struct, Verdict, io_filter, u8

#: What a read gives where a debug console is present.
PRESENT = 0xE9


class DebugconReg(IntEnum):
    """The only register."""

    DATA = 0


class DebugconState(Struct):
    """`last` is the byte written last; a read does not show it."""

    last: u8


@io_filter
def read_presence(ctx: IoContext, _debugcon: DebugconState) -> Verdict:
    """Answer reads."""
    if ctx.is_write or ctx.offset != DebugconReg.DATA:
        return Verdict.PASS
    ctx.data = PRESENT
    return Verdict.HANDLED


class Debugcon(Device[DebugconState]):
    """Calls `sink` with every byte that the guest writes."""

    name = "debugcon"
    registers = DebugconReg
    regions = (pio(1, register_width=1, filter=read_presence),)

    def __init__(self, clock: Clock, sink: Callable[[bytes], object]) -> None:
        super().__init__(clock)
        self._sink = sink

    def read(self, offset: int, size: int) -> int:
        """The sign of presence."""
        return PRESENT if offset == DebugconReg.DATA else super().read(offset, size)

    def write(self, offset: int, value: int, size: int) -> None:
        """Hand the byte on."""
        if offset == DebugconReg.DATA:
            self.state.last = value & 0xFF
            self._sink(bytes([value & 0xFF]))
