# SPDX-License-Identifier: Apache-2.0
"""System control port B: the gate and the output of PIT counter 2, speaker, refresh toggle.

Fast path: every read. Guests calibrate their clocks by polling OUT2 here.
Reference: Intel 82371AB (PIIX4) data sheet, section 4.2.5, NMISC register.

The refresh toggle changes every 18 PIT ticks (15.085 us), when counter 1 of an IBM PC/AT would
ask for a refresh; it is a function of time, so that a read changes nothing. The error inputs
SERR# and IOCHK# are never active.

Threat table: `docs/devices.md`.
"""

from __future__ import annotations

from enum import IntEnum

from lightexit.bus.clock import Clock
from lightexit.bus.region import pio
from lightexit.devices.device import Device
from lightexit.devices.pit import Pit, PitState, ticks
from lightexit.devices.pit_counter import PitCounter
from lightexit.filter import IoContext, Struct, Verdict, inline, io_filter, u8, u64

#: PIT ticks between two memory refreshes.
REFRESH_TICKS = 18
GATE2 = 1 << 0
#: Speaker data, SERR# disable, IOCHK# disable.
KEPT = 0x0E


class Port61Reg(IntEnum):
    """Offsets."""

    CONTROL_B = 0


class Port61State(Struct):
    """The bits that are kept here; the gate is kept by the PIT."""

    kept: u8


@inline
def status(port: Port61State, counter2: PitCounter, tick: u64) -> u8:
    """The register's value."""
    value = port.kept | (tick // REFRESH_TICKS & 1) << 4
    if counter2.gate:
        value = value | GATE2
    return u8(value | 1 << 5 if counter2.output(tick) else value)


@io_filter
def read_control_b(ctx: IoContext, port: Port61State, pit: PitState) -> Verdict:
    """Every read, but for the one that finds a count of counter 2 waiting to be loaded."""
    counter2 = pit.counters[2]
    tick = ticks(ctx.now_ns)
    if ctx.is_write or counter2.due <= tick:
        return Verdict.PASS
    ctx.data = status(port, counter2, tick)
    return Verdict.HANDLED


class Port61(Device[Port61State]):
    """The model."""

    name = "port61"
    registers = Port61Reg

    def __init__(self, clock: Clock, pit: Pit) -> None:
        super().__init__(clock)
        self.pit = pit
        states = (self.memory, pit.memory)
        self.regions = (pio(1, register_width=1, filter=read_control_b, states=states),)

    def read(self, offset: int, size: int) -> int:
        """The register."""
        tick = ticks(self.clock.now_ns())
        return status(self.state, self.pit.counter_at(2, tick), tick)

    def write(self, offset: int, value: int, size: int) -> None:
        """Open or close the gate; keep what is kept."""
        self.state.kept = value & KEPT
        self.pit.set_gate(bool(value & GATE2))

    def reset(self) -> None:
        """Power-on state: the gate is closed."""
        super().reset()
        self.pit.set_gate(False)
