# SPDX-License-Identifier: Apache-2.0
"""A register with a side effect: the claim register of an interrupt controller.

Reading CLAIM takes the lowest pending source and lowers the interrupt line when none is left. The
filter does both: it writes the state, and asks for the line by an action, which costs more.
"""

from __future__ import annotations

from enum import IntEnum

from lightexit import Clock, Device, IoContext, Line, Struct, Verdict, inline, io_filter, pio, u32

#: The number of the interrupt line among the device's `lines`.
IRQ = 0


class Reg(IntEnum):
    """The registers, by their offsets. Each is 4 bytes wide."""

    #: The pending sources: bit n - 1 is source n. Read: which. Write: these become pending, too.
    PENDING = 0x0
    #: Read: the number of the lowest pending source, which no longer is; 0 where none is.
    CLAIM = 0x4


class ClaimState(Struct):
    """All that changes while the device works, but for the level of its line."""

    pending: u32


@inline
def lowest(pending: u32) -> u32:
    """The number of the lowest source; 0 for none."""
    return (pending & -pending).bit_length()


@inline
def without_lowest(pending: u32) -> u32:
    """The others."""
    return pending & (pending - 1)


@io_filter
def claim(ctx: IoContext, state: ClaimState) -> Verdict:
    """Hand the lowest source to the guest."""
    if ctx.is_write or ctx.offset != Reg.CLAIM or ctx.size != 4:
        return Verdict.PASS
    pending = state.pending
    left = without_lowest(pending)
    ctx.data = lowest(pending)
    state.pending = left
    if pending and not left:
        ctx.lower_line(IRQ)
    return Verdict.HANDLED


class Claim(Device[ClaimState]):
    """An interrupt controller that holds `irq` up while a source is pending."""

    name = "claim"
    registers = Reg
    regions = (pio(8, register_width=4, filter=claim),)

    def __init__(self, clock: Clock, irq: Line) -> None:
        super().__init__(clock)
        self.lines = (irq,)

    def request(self, sources: int) -> None:
        """These become pending: for a guest that writes PENDING, and for other devices."""
        self._set_pending(self.state.pending | u32(sources))

    def read(self, offset: int, size: int) -> int:
        """The pending sources, or the lowest of them, which it takes."""
        if size != 4:
            return super().read(offset, size)
        pending = self.state.pending
        if offset == Reg.PENDING:
            return pending
        self._set_pending(without_lowest(pending))
        return lowest(pending)

    def write(self, offset: int, value: int, size: int) -> None:
        """Sources become pending; CLAIM cannot be written."""
        if offset == Reg.PENDING and size == 4:
            self.request(value)

    def reset(self) -> None:
        """Power on: nothing is pending."""
        super().reset()
        self._set_pending(0)

    def _set_pending(self, pending: int) -> None:
        self.state.pending = pending
        self.lines[IRQ].set(pending != 0)
