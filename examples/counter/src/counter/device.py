# SPDX-License-Identifier: Apache-2.0
"""A register that is a pure function of state and time: a free-running counter.

A guest polls it. The filter answers every read and passes on all else, so the model keeps the
rare work: writing the register starts it afresh.
"""

from __future__ import annotations

from enum import IntEnum

from lightexit import Clock, Device, IoContext, Struct, Verdict, io_filter, muldiv64, pio, u32, u64

SECOND_NS = 10**9


class Reg(IntEnum):
    """The only register, 4 bytes wide."""

    #: Read: ticks since the start, modulo 2**32. Write: start afresh, whatever the value.
    COUNTER = 0x8


class CounterState(Struct):
    """What model and filter share."""

    started_ns: u64
    hz: u32 = 3_579_545


@io_filter
def read_counter(ctx: IoContext, counter: CounterState) -> Verdict:
    """Ticks since the start, modulo 2**32."""
    if ctx.is_write or ctx.offset != Reg.COUNTER or ctx.size != 4:
        return Verdict.PASS
    elapsed_ns = u64(ctx.now_ns - counter.started_ns)
    ctx.data = u32(muldiv64(elapsed_ns, counter.hz, SECOND_NS))
    return Verdict.HANDLED


class Counter(Device[CounterState]):
    """A free-running counter of `hz` ticks a second."""

    name = "counter"
    registers = Reg
    regions = (pio(16, register_width=4, filter=read_counter),)

    def __init__(self, clock: Clock, hz: u32 = 3_579_545) -> None:
        super().__init__(clock)
        self._hz = hz
        self.reset()

    def read(self, offset: int, size: int) -> int:
        """The counter; all ones where there is nothing."""
        if offset != Reg.COUNTER or size != 4:
            return super().read(offset, size)
        elapsed_ns = self.clock.now_ns() - self.state.started_ns
        return u32(elapsed_ns * self.state.hz // SECOND_NS)

    def write(self, offset: int, value: int, size: int) -> None:
        """Any value starts the counter afresh."""
        if offset == Reg.COUNTER and size == 4:
            self.state.started_ns = self.clock.now_ns()

    def reset(self) -> None:
        """Power on: it begins at 0."""
        super().reset()
        self.state.started_ns, self.state.hz = self.clock.now_ns(), self._hz
