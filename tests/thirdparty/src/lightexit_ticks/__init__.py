# SPDX-License-Identifier: Apache-2.0
"""A free-running counter, and a PC that has one at port 0x700."""

from __future__ import annotations

from enum import IntEnum

from lightexit import (
    Backend,
    BusClock,
    Clock,
    Console,
    Device,
    Engine,
    IoContext,
    Machine,
    PcConfig,
    Struct,
    Verdict,
    io_filter,
    muldiv64,
    pc_machine,
    pio,
    u32,
    u64,
)

PORT = 0x700
SECOND_NS = 10**9


class Reg(IntEnum):
    """The only register."""

    COUNT = 0


class TicksState(Struct):
    """What model and filter share."""

    started_ns: u64
    hz: u32 = 3_579_545


@io_filter
def read_count(ctx: IoContext, ticks: TicksState) -> Verdict:
    """Ticks since the start, modulo 2**32."""
    if ctx.is_write or ctx.offset != Reg.COUNT or ctx.size != 4:
        return Verdict.PASS
    ctx.data = u32(muldiv64(u64(ctx.now_ns - ticks.started_ns), ticks.hz, SECOND_NS))
    return Verdict.HANDLED


class Ticks(Device[TicksState]):
    """Reads count; a write starts the count afresh."""

    name = "ticks"
    registers = Reg
    regions = (pio(4, filter=read_count),)

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.reset()

    def read(self, offset: int, size: int) -> int:
        """The count, in accesses of 4 bytes."""
        if offset != Reg.COUNT or size != 4:
            return super().read(offset, size)
        elapsed_ns = self.clock.now_ns() - self.state.started_ns
        return elapsed_ns * self.state.hz // SECOND_NS & 0xFFFF_FFFF

    def write(self, offset: int, value: int, size: int) -> None:
        """Start afresh."""
        self.state.started_ns = self.clock.now_ns()

    def reset(self) -> None:
        """Start at 0."""
        super().reset()
        self.state.started_ns = self.clock.now_ns()


def ticks_pc(
    config: PcConfig,
    clock: BusClock,
    engine: Engine | None = None,
    *,
    backend: Backend | None = None,
    debug: Console | None = None,
    serial: Console | None = None,
) -> Machine:
    """A PC with one more device."""
    machine = pc_machine(config, clock, engine, backend=backend, debug=debug, serial=serial)
    machine.add(Ticks(clock), at=PORT)
    return machine
