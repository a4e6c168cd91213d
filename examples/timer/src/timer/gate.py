# SPDX-License-Identifier: Apache-2.0
"""A control port that opens the gate of a timer, and shows whether the timer has run down.

Its filter works on the states of both devices, as port 0x61 of a PC does on the PIT's.
"""

from __future__ import annotations

from enum import IntEnum

from lightexit import Clock, Device, IoContext, Struct, Verdict, inline, io_filter, pio, u8, u64

from timer.device import Timer, TimerState

#: Bits of the register: the timer's gate, lamps that are just kept, and whether nothing is left.
GATE, LAMPS, DONE = 0x01, 0x0E, 0x20


class Reg(IntEnum):
    """The only register, 1 byte wide."""

    CONTROL = 0x0


class GateState(Struct):
    """What this device keeps itself; the gate is kept by the timer."""

    lamps: u8


@inline
def control(own: GateState, timer: TimerState, now_ns: u64) -> u8:
    """What the register shows."""
    gate = GATE if timer.gate else 0
    done = DONE if timer.left(now_ns) == 0 else 0
    return u8(own.lamps & LAMPS | gate | done)


@io_filter
def read_control(ctx: IoContext, own: GateState, timer: TimerState) -> Verdict:
    """Every read: guests poll for DONE."""
    if ctx.is_write:
        return Verdict.PASS
    ctx.data = control(own, timer, ctx.now_ns)
    return Verdict.HANDLED


class Gate(Device[GateState]):
    """Opens the gate of a timer, and shows whether the timer has run down."""

    name = "gate"
    registers = Reg

    def __init__(self, clock: Clock, timer: Timer) -> None:
        super().__init__(clock)
        self.timer = timer
        # The bus holds the locks of both states, around the filter and around the model.
        states = (self.memory, timer.memory)
        self.regions = (pio(1, register_width=1, filter=read_control, states=states),)

    def read(self, offset: int, size: int) -> int:
        """The register."""
        return control(self.state, self.timer.state, self.clock.now_ns())

    def write(self, offset: int, value: int, size: int) -> None:
        """Open or close the gate, and keep the lamps."""
        self.state.lamps = value & LAMPS
        self.timer.set_gate(bool(value & GATE))

    def reset(self) -> None:
        """Power on: the gate is closed."""
        super().reset()
        self.timer.set_gate(False)
