# SPDX-License-Identifier: Apache-2.0
"""A one-shot timer that counts only while another device, `gate.py`, has its gate open, and
interrupts when nothing is left."""

from __future__ import annotations

from enum import IntEnum

from lightexit import (
    Clock,
    Device,
    IoContext,
    Line,
    Struct,
    Verdict,
    inline,
    io_filter,
    pio,
    u32,
    u64,
)

US = 1000


class Reg(IntEnum):
    """The only register, 4 bytes wide."""

    #: Microseconds that are left, a part of one counted as a whole. Write: start with so many,
    #: and take the interrupt back.
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
    """A one-shot timer of microseconds, which count while its gate is open. Then it interrupts."""

    name = "timer"
    registers = Reg
    regions = (pio(4, register_width=4, filter=read_left),)

    def __init__(self, clock: Clock, irq: Line) -> None:
        super().__init__(clock)
        self.lines = (irq,)

    def read(self, offset: int, size: int) -> int:
        """How much is left."""
        if size != 4:
            return super().read(offset, size)
        return microseconds(self.state.left(self.clock.now_ns()))

    def write(self, offset: int, value: int, size: int) -> None:
        """Start with so many microseconds; they pass once the gate is open."""
        if size == 4:
            self._go_on_from(value * US)
            self.lines[0].set(False)

    def set_gate(self, is_open: bool) -> None:
        """The gate opens or closes: what is left now is left then. This moves the deadline."""
        self.advance(self.clock.now_ns())  # the host may be late for the interrupt
        self._go_on_from(self.state.left(self.clock.now_ns()))
        self.state.gate = is_open

    def next_wakeup(self) -> int | None:
        """When nothing will be left."""
        timer = self.state
        return timer.since_ns + timer.left_ns if timer.gate and timer.left_ns else None

    def advance(self, now_ns: int) -> None:
        """Interrupt, once, where nothing is left."""
        due_ns = self.next_wakeup()
        if due_ns is not None and due_ns <= now_ns:
            self.state.left_ns = 0
            self.lines[0].set(True)

    def reset(self) -> None:
        """Power on: nothing is left, and no interrupt is pending."""
        super().reset()
        self.lines[0].set(False)

    def _go_on_from(self, left_ns: int) -> None:
        self.state.left_ns, self.state.since_ns = left_ns, self.clock.now_ns()
