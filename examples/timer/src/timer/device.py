# SPDX-License-Identifier: Apache-2.0
"""A one-shot timer that counts only while another device, `gate.py`, has its gate open."""

from __future__ import annotations

from enum import IntEnum

from lightexit import Device, IoContext, Struct, Verdict, inline, io_filter, pio, u32, u64

US = 1000


class Reg(IntEnum):
    """The only register, 4 bytes wide."""

    #: Microseconds that are left, a part of one counted as a whole. Write: start with so many.
    LEFT = 0x0


class TimerState(Struct):
    """`left_ns` were left at `since_ns`, when the timer was started or its gate last moved."""

    gate: bool
    left_ns: u64
    since_ns: u64

    @inline
    def left(self, now_ns: u64) -> u64:
        """What is left, in ns."""
        passed = u64(now_ns - self.since_ns) if self.gate else 0
        return u64(self.left_ns - passed) if passed < self.left_ns else 0


@inline
def microseconds(ns: u64) -> u32:
    """Rounded up, so that 0 means that nothing is left."""
    return u32(ns // US + (ns % US > 0))


@io_filter
def read_left(ctx: IoContext, timer: TimerState) -> Verdict:
    """How much is left."""
    if ctx.is_write or ctx.size != 4:
        return Verdict.PASS
    ctx.data = microseconds(timer.left(ctx.now_ns))
    return Verdict.HANDLED


class Timer(Device[TimerState]):
    """A one-shot timer of microseconds, which count while its gate is open."""

    name = "timer"
    registers = Reg
    regions = (pio(4, register_width=4, filter=read_left),)

    def read(self, offset: int, size: int) -> int:
        """How much is left."""
        if size != 4:
            return super().read(offset, size)
        return microseconds(self.state.left(self.clock.now_ns()))

    def write(self, offset: int, value: int, size: int) -> None:
        """Start with so many microseconds; they pass once the gate is open."""
        if size == 4:
            self._go_on_from(value * US)

    def set_gate(self, is_open: bool) -> None:
        """The gate opens or closes: what is left now is left then."""
        self._go_on_from(self.state.left(self.clock.now_ns()))
        self.state.gate = is_open

    def _go_on_from(self, left_ns: int) -> None:
        self.state.left_ns, self.state.since_ns = left_ns, self.clock.now_ns()
