# SPDX-License-Identifier: Apache-2.0
"""pc-testdev: what kernel test suites use to drive interrupts, and to be emulated.

Fast path: the scratch register both ways, by which suites measure what an exit costs.
Reference: QEMU's device of that name (hw/misc/pc-testdev.c). A write of the flush register
unmaps a page of QEMU's for a moment; nothing that a guest sees depends on it, so it does nothing.
"""

from __future__ import annotations

from enum import IntEnum

from lightexit.bus.clock import Clock
from lightexit.bus.line import Wires
from lightexit.bus.region import mmio, pio
from lightexit.devices.device import Device
from lightexit.devices.pic import CASCADE
from lightexit.devices.width import read_bytes, size_mask, split_bytes
from lightexit.filter import Array, IoContext, Struct, Verdict, array, io_filter, u8, u32

#: The window has more ports than there are ISA interrupts: all but the second PIC's own input.
IRQ_PORTS = 24
ISA_IRQS = tuple(number for number in range(16) if number != CASCADE)
MEMORY_SIZE = 1 << 16


class TestdevReg(IntEnum):
    """The first byte of each part."""

    SCRATCH = 0
    FLUSH = 4
    SCRATCH_BYTES = 8
    IRQ = 0x100
    MEMORY = 0x10000


class TestdevState(Struct):
    """`memory` keeps what is written, and is not mapped into the guest."""

    scratch: u32
    memory: Array[u8] = array(u8, MEMORY_SIZE)


@io_filter
def scratch(ctx: IoContext, testdev: TestdevState) -> Verdict:
    """Answer accesses that lie within the scratch register."""
    if ctx.offset + ctx.size > 4:
        return Verdict.PASS
    shift = u32(ctx.offset * 8) & 31
    mask = u32(size_mask(ctx.size))
    if ctx.is_write:
        kept = testdev.scratch & ~u32(mask << shift)
        testdev.scratch = u32(kept | u32((u32(ctx.data) & mask) << shift))
    else:
        ctx.data = u32(testdev.scratch >> shift) & mask
    return Verdict.HANDLED


class PcTestdev(Device[TestdevState]):
    """Drives the wires that `irq` gives, one to each ISA interrupt."""

    name = "pc-testdev"
    registers = TestdevReg
    regions = (
        pio(4, filter=scratch, name="ports"),
        pio(4, offset=TestdevReg.FLUSH, name="ports"),
        pio(4, offset=TestdevReg.SCRATCH_BYTES, register_width=1, name="ports"),
        pio(IRQ_PORTS, offset=TestdevReg.IRQ, register_width=1, name="irq"),
        mmio(MEMORY_SIZE, offset=TestdevReg.MEMORY, name="memory"),
    )

    def __init__(self, clock: Clock, irq: Wires) -> None:
        super().__init__(clock)
        self._irqs = {number: irq(number) for number in ISA_IRQS}
        self.lines = tuple(self._irqs.values())

    def register_name(self, offset: int) -> str:
        """A part's name, and which interrupt it is."""
        if TestdevReg.IRQ <= offset < TestdevReg.IRQ + IRQ_PORTS:
            return f"IRQ{offset - TestdevReg.IRQ}"
        return super().register_name(offset) if offset < TestdevReg.MEMORY else "MEMORY"

    def read(self, offset: int, size: int) -> int:
        """The scratch register or the memory; all else is written only."""
        if offset >= TestdevReg.MEMORY:
            return read_bytes(self.state.memory.buffer, offset - TestdevReg.MEMORY, size)
        if offset < TestdevReg.FLUSH or TestdevReg.SCRATCH_BYTES <= offset < TestdevReg.IRQ:
            return read_bytes(self.state.scratch.to_bytes(4, "little"), offset & 3, size)
        return super().read(offset, size)

    def write(self, offset: int, value: int, size: int) -> None:
        """Bytes to keep, or an interrupt's level."""
        for place, byte in split_bytes(offset, value, size):
            self._write_byte(place, byte)

    def _write_byte(self, offset: int, byte: int) -> None:
        if TestdevReg.MEMORY <= offset < TestdevReg.MEMORY + MEMORY_SIZE:
            self.state.memory[offset - TestdevReg.MEMORY] = byte
        elif offset - TestdevReg.IRQ in self._irqs:
            self._irqs[offset - TestdevReg.IRQ].set(bool(byte))
        elif offset < TestdevReg.FLUSH or TestdevReg.SCRATCH_BYTES <= offset < TestdevReg.IRQ:
            shift = offset % 4 * 8
            self.state.scratch = self.state.scratch & ~(0xFF << shift) | byte << shift

    def reset(self) -> None:
        """Power-on: all interrupts down."""
        super().reset()
        for line in self.lines:
            line.set(False)
