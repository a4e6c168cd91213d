# SPDX-License-Identifier: Apache-2.0
"""The devices that are measured beside the library's PIT: a counter, a doorbell, and the end."""

from __future__ import annotations

from collections.abc import Callable

from lightexit.bus.clock import Clock
from lightexit.bus.doorbell import EventFd
from lightexit.bus.region import Region, mmio, pio
from lightexit.devices.device import Device
from lightexit.filter import IoContext, Struct, Verdict, io_filter, muldiv64, u32, u64

HZ, SECOND_NS = 3_579_545, 10**9
_SIZE = 4


class CounterState(Struct):
    """A counter that never stops."""

    started_ns: u64
    hz: u64 = HZ


@io_filter
def read_counter(ctx: IoContext, counter: CounterState) -> Verdict:
    """Ticks since the start."""
    if ctx.is_write or ctx.size != _SIZE:
        return Verdict.PASS
    ctx.data = u32(muldiv64(u64(ctx.now_ns - counter.started_ns), counter.hz, SECOND_NS))
    return Verdict.HANDLED


class MeasuredCounter(Device[CounterState]):
    """A register that tells the time."""

    name = "measured_counter"
    regions: tuple[Region, ...] = (mmio(_SIZE, filter=read_counter),)

    def read(self, offset: int, size: int) -> int:
        """Ticks since the start."""
        elapsed_ns = self.clock.now_ns() - self.state.started_ns
        return muldiv64(elapsed_ns, self.state.hz, SECOND_NS) & ((1 << 8 * size) - 1)


class NoState(Struct):
    """Nothing that is used: an ioeventfd keeps nothing either."""

    unused: u64


@io_filter
def ring(ctx: IoContext) -> Verdict:
    """Any write rings."""
    if not ctx.is_write:
        return Verdict.PASS
    ctx.signal(0)
    return Verdict.HANDLED


class MeasuredBell(Device[NoState]):
    """A doorbell, as an ioeventfd is one."""

    name = "measured_bell"

    def __init__(self, clock: Clock, region: Callable[..., Region] = pio) -> None:
        super().__init__(clock)
        self.regions = (region(_SIZE, filter=ring),)
        self.doorbells = (EventFd(),)

    def write(self, offset: int, value: int, size: int) -> None:
        """Ring."""
        self.doorbells[0]()


class EndOfTurn(Device[NoState]):
    """A write ends the turn."""

    name = "end_of_turn"
    regions = (pio(1),)

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.stop: Callable[[], None] = lambda: None

    def write(self, offset: int, value: int, size: int) -> None:
        """End it."""
        self.stop()
