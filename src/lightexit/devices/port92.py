# SPDX-License-Identifier: Apache-2.0
"""System control port A (0x92): address line 20 and the fast reset.

Fast path: reads, which firmware makes before every change of A20. Writes go to the model.
Reference: IBM PS/2 Hardware Interface Technical Reference, "System Control Port A".
"""

from __future__ import annotations

from enum import IntEnum

from lightexit.bus.clock import Clock
from lightexit.bus.line import Line
from lightexit.bus.region import pio
from lightexit.devices.device import Device
from lightexit.filter import IoContext, Struct, Verdict, io_filter, u8


class Port92Reg(IntEnum):
    """The only register."""

    CONTROL_A = 0


class Port92Control(IntEnum):
    """Bits of system control port A."""

    FAST_RESET = 1
    A20 = 2


class Port92State(Struct):
    """`control` is the register as it reads back; A20 is open at power-on."""

    control: u8 = Port92Control.A20


@io_filter
def read_control(ctx: IoContext, port: Port92State) -> Verdict:
    """Answer reads."""
    if ctx.is_write or ctx.offset != Port92Reg.CONTROL_A:
        return Verdict.PASS
    ctx.data = port.control
    return Verdict.HANDLED


class Port92(Device[Port92State]):
    """Drives `a20` with the gate's level and pulses `reset` for a fast reset."""

    name = "port92"
    registers = Port92Reg
    regions = (pio(1, register_width=1, filter=read_control),)

    def __init__(self, clock: Clock, a20: Line, reset: Line) -> None:
        super().__init__(clock)
        self.lines = (a20, reset)
        self._a20, self._reset = a20, reset
        self._a20.set(True)

    def read(self, offset: int, size: int) -> int:
        """The latches."""
        return self.state.control if offset == Port92Reg.CONTROL_A else super().read(offset, size)

    def write(self, offset: int, value: int, size: int) -> None:
        """Set the latches; a reset happens on the rising edge of its bit."""
        if offset != Port92Reg.CONTROL_A:
            return
        before, self.state.control = self.state.control, value & 0xFF
        self._a20.set(bool(value & Port92Control.A20))
        if value & ~before & Port92Control.FAST_RESET:
            self._reset.pulse()

    def reset(self) -> None:
        """Open A20 and drop the reset request."""
        super().reset()
        self._a20.set(True)
