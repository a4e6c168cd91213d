# SPDX-License-Identifier: Apache-2.0
"""`Probe`: a device that answers with a known sequence and writes down all it sees."""

from __future__ import annotations

from collections.abc import Callable

from lightexit.abi import Struct, u32
from lightexit.bus.clock import Clock
from lightexit.bus.region import mmio, pio
from lightexit.devices.device import Device

PORTS, MEMORY = 0x500, 0xD000_0000
REQUEST, ACKNOWLEDGE, DONE = 0x10, 0x11, 0x12
#: Registers in memory come after those at ports.
MEMORY_OFFSET = 0x1000
#: The same, of 4 bytes each: the bus cuts wider accesses.
WORDS_OFFSET = 0x2000


class ProbeState(Struct):
    """How many reads it has answered; how many interrupts are still to come."""

    reads: u32
    pending: u32


class Probe(Device[ProbeState]):
    """Every read gives another value. A write to REQUEST asks for so many interrupts.

    `done` is called when the guest writes to DONE, as one does that cannot end in HLT.
    """

    name = "probe"
    regions = (
        pio(0x20).at(PORTS),
        mmio(0x1000, offset=MEMORY_OFFSET).at(MEMORY),
        mmio(0x1000, offset=WORDS_OFFSET, register_width=4).at(MEMORY + 0x1000),
    )

    def __init__(self, clock: Clock, interrupt: Callable[[bool], None]) -> None:
        super().__init__(clock)
        #: (is_write, offset, size, value), in order.
        self.log: list[tuple[bool, int, int, int]] = []
        self.done: Callable[[], None] = lambda: None
        self._interrupt = interrupt

    def read(self, offset: int, size: int) -> int:
        self.state.reads += 1
        value = answer(self.state.reads, size)
        self.log.append((False, offset, size, value))
        return value

    def write(self, offset: int, value: int, size: int) -> None:
        self.log.append((True, offset, size, value))
        if offset == REQUEST:
            self.state.pending += value
        elif offset == ACKNOWLEDGE:
            self.state.pending -= 1
        elif offset == DONE:
            self.done()
        self._interrupt(self.state.pending > 0)


def answer(count: int, size: int) -> int:
    """What the `count`th read gives."""
    return (count * 0x9E37_79B9_7F4A_7C15 >> 7) & (1 << 8 * size) - 1
