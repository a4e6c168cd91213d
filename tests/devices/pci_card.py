# SPDX-License-Identifier: Apache-2.0
"""A PCI function with ports and memory of its own, an interrupt pin and messages."""

from __future__ import annotations

from lightexit.abi import Space
from lightexit.bus.clock import Clock
from lightexit.bus.line import Line
from lightexit.bus.region import mmio, pio
from lightexit.devices.device import Device
from lightexit.devices.pci import Bar, ConfigSpace, PciFunction
from lightexit.filter import Array, IoContext, Struct, Verdict, array, io_filter, u8, u32

#: 00:03.0
NUMBER = 3 << 3
PORTS, MEMORY, MSI = 0x20, 0x1000, 0x50
#: Offsets: 8 scratch bytes at the ports, a word and the interrupt in memory.
WORD, INTERRUPT = 0x100, 0x104


class CardState(Struct):
    """What it keeps."""

    scratch: Array[u8] = array(u8, 8)
    word: u32


@io_filter
def scratch(ctx: IoContext, card: CardState) -> Verdict:
    """The scratch bytes both ways."""
    if ctx.offset >= 8 or ctx.size != 1:
        return Verdict.PASS
    if ctx.is_write:
        card.scratch[ctx.offset] = u8(ctx.data)
    else:
        ctx.data = card.scratch[ctx.offset]
    return Verdict.HANDLED


class Card(Device[CardState]):
    """The model; a write at INTERRUPT drives its line."""

    name = "card"
    regions = (
        pio(8, name="ports", register_width=1, filter=scratch),
        mmio(8, name="memory", offset=WORD),
    )

    def __init__(self, clock: Clock, interrupt: Line) -> None:
        super().__init__(clock)
        self.lines = (interrupt,)

    def read(self, offset: int, size: int) -> int:
        """What was written last."""
        value = self.state.scratch[offset] if offset < 8 else self.state.word
        return value & (1 << 8 * size) - 1

    def write(self, offset: int, value: int, size: int) -> None:
        """Keep it."""
        if offset < 8:
            self.state.scratch[offset] = value & 0xFF
        elif offset == INTERRUPT:
            self.lines[0].set(bool(value & 1))
        else:
            self.state.word = value & 0xFFFF_FFFF


def card_function() -> PciFunction:
    """Vendor 1234, device 5678, of no class."""
    return PciFunction(
        ConfigSpace(
            {0x00: bytes.fromhex("3412 7856"), 0x08: bytes.fromhex("01 0000ff")},
            bars={
                0: Bar("ports", Space.PIO, PORTS),
                1: Bar("memory", Space.MMIO, MEMORY),
            },
            pin=1,
            msi=MSI,
        ),
        "the card",
    )
