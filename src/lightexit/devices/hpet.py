# SPDX-License-Identifier: Apache-2.0
"""HPET: a 100 MHz main counter of 64 bits, and three timers that compare with it.

Fast path: reads of the main counter, which kernels poll and take their time from.
Nothing ticks: the counter is a function of the time, and each timer knows the tick of its next
match.
Reference: IA-PC HPET Specification 1.0a.

Where the specification leaves the answer open: a timer compares when the counter has ticked, so
that a comparator or counter written to be equal to the other matches only after a whole turn. A
counter written while it runs goes on from there. Accesses of any size and alignment work, within
one register. There are no FSB interrupts. A route that a timer cannot have is not taken, and the
register keeps the one before.

An edge-triggered timer leaves its line high, and lets it fall just before the next edge, as the
8254 does: an interrupt controller that drops a request whose line falls before the acknowledge
(the 8259A) then loses none. The line also falls when the timer is disabled or rerouted.

In legacy replacement mode timers 0 and 1 take the place of the PIT at IRQ0 and the RTC at IRQ8.
Both of them therefore drive `irq0_in` and `irq8_in` of this device, which passes them on.

| a guest may                      | what we do                            | left to the caller   |
|----------------------------------|---------------------------------------|----------------------|
| ask for an interrupt every 10 ns | those that were missed make one edge  | how often it calls   |
|                                  |                                       | `advance`            |
| compare with what is long past   | wait for the counter to come round    | -                    |
| choose any route                 | take those that the capabilities name | -                    |
| route timers to one line         | it is up while any of them holds it   | others on that line  |
| read as the counter is written   | the filter sees one or the other      | the lock, for the    |
|                                  |                                       | two inputs           |
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

from lightexit.bus.clock import Clock
from lightexit.bus.line import Line
from lightexit.bus.region import mmio
from lightexit.devices.device import Device
from lightexit.devices.hpet_timer import NEVER, READ_ONLY, Timer, merge
from lightexit.filter import (
    Array,
    IoContext,
    Struct,
    Verdict,
    array,
    inline,
    io_filter,
    u8,
    u32,
    u64,
)

SIZE = 0x400
PERIOD_NS = 10
TIMERS = 3
WHOLE = 2**64 - 1
#: 10 ns in fs; vendor 8086, legacy replacement, 64-bit counter, 3 timers, revision 1.
CAPABILITIES = PERIOD_NS * 10**6 << 32 | 0x8086 << 16 | 1 << 15 | 1 << 13 | TIMERS - 1 << 8 | 1


class HpetReg(IntEnum):
    """Offsets. A timer has 0x20 bytes, of which the last 0x10 would be for FSB interrupts."""

    CAPABILITIES = 0x00
    CONFIG = 0x10
    STATUS = 0x20
    COUNTER = 0xF0
    COUNTER_HIGH = 0xF4
    T0_CONFIG = 0x100
    T0_COMPARATOR = 0x108
    T1_CONFIG = 0x120
    T1_COMPARATOR = 0x128
    T2_CONFIG = 0x140
    T2_COMPARATOR = 0x148


TIMER_SIZE = HpetReg.T1_CONFIG - HpetReg.T0_CONFIG
#: Where a timer's registers stand among its own.
CONFIG, COMPARATOR = 0, HpetReg.T0_COMPARATOR - HpetReg.T0_CONFIG


class General(IntEnum):
    """Bits of the general configuration register."""

    ENABLE = 1 << 0
    LEGACY = 1 << 1


class HpetState(Struct):
    """The chip. `base` is the counter while it stands; while it runs, less the tick it is."""

    base: u64
    config: u8
    timers: Array[Timer] = array(Timer, TIMERS)


@inline
def ticks(now_ns: u64) -> u64:
    """Whole ticks of the 100 MHz clock in `now_ns`."""
    return now_ns // PERIOD_NS


@inline
def counter(hpet: HpetState, tick: u64) -> u64:
    """The main counter."""
    return u64(hpet.base + tick) if hpet.config & General.ENABLE else hpet.base


@io_filter
def read_counter(ctx: IoContext, hpet: HpetState) -> Verdict:
    """Reads of the main counter, whole or by halves."""
    if ctx.is_write or ctx.offset & ~4 != HpetReg.COUNTER:
        return Verdict.PASS
    value = counter(hpet, ticks(ctx.now_ns))
    if ctx.size == 4:
        ctx.data = u32(value) if ctx.offset == HpetReg.COUNTER else value >> 32
    elif ctx.size == 8 and ctx.offset == HpetReg.COUNTER:
        ctx.data = value
    else:
        return Verdict.PASS
    return Verdict.HANDLED


class Hpet(Device[HpetState]):
    """The model: all that writes, matches and drives lines.

    `irq0` and `irq8` go to the interrupt controllers; `routes` are the inputs of the I/O APIC
    that the timers may be routed to, by number.
    """

    name = "hpet"
    registers = HpetReg
    regions = (mmio(SIZE, filter=read_counter),)

    def __init__(
        self,
        clock: Clock,
        irq0: Line,
        irq8: Line,
        routes: Mapping[int, Line] | None = None,
    ) -> None:
        super().__init__(clock)
        self._legacy = (irq0, irq8)
        self._routes = dict(routes or {})
        self._route_mask = sum(1 << number for number in self._routes)
        self.lines = tuple(dict.fromkeys((irq0, irq8, *self._routes.values())))
        self.irq0_in = Line(lambda _: self._drive())
        self.irq8_in = Line(lambda _: self._drive())
        self.inputs = (self.irq0_in, self.irq8_in)
        self.reset()

    def reset(self) -> None:
        """Power-on state: the counter stands at 0."""
        super().reset()
        self._drive()

    def configuration(self) -> dict[str, object]:
        """The routes, which a guest may have read."""
        return {"routes": sorted(self._routes)}

    def read(self, offset: int, size: int) -> int:
        """Any bytes of a register."""
        tick = ticks(self.clock.now_ns())
        return self._read(offset & ~7, tick) >> 8 * (offset & 7) & (1 << 8 * size) - 1

    def write(self, offset: int, value: int, size: int) -> None:
        """Any bytes of a register."""
        tick = ticks(self.clock.now_ns())
        self._advance(tick)
        shift = 8 * (offset & 7)
        mask = ((1 << 8 * size) - 1) << shift & WHOLE
        self._write(offset & ~7, value << shift & mask, mask, tick)
        self._drive()

    def next_wakeup(self) -> int | None:
        """When a match next changes a line."""
        dues = (t.due for index, t in enumerate(self.state.timers) if self._is_awaited(index, t))
        due = min(dues, default=NEVER)
        return due * PERIOD_NS if due <= WHOLE // PERIOD_NS else None

    def advance(self, now_ns: int) -> None:
        """Bring timers and lines to `now_ns`."""
        self._advance(ticks(now_ns))
        self._drive()

    def _is_awaited(self, index: int, timer: Timer) -> bool:
        holds = timer.is_level() and timer.active
        return timer.is_enabled() and not holds and self._line(index) is not None

    def _advance(self, tick: int) -> None:
        """Let the timers match up to `tick`. An edge needs its line low before."""
        for index, timer in enumerate(self.state.timers):
            if timer.due <= tick:
                timer.match(tick)
                timer.schedule(counter(self.state, tick), tick)
                line = self._line(index)
                if line is not None and timer.active and not timer.is_level():
                    line.set(False)

    def _is_legacy(self) -> bool:
        return bool(self.state.config & General.LEGACY)

    def _line(self, index: int) -> Line | None:
        """Where a timer's interrupt goes."""
        if self._is_legacy() and index < len(self._legacy):
            return self._legacy[index]
        return self._routes.get(self.state.timers[index].route())

    def _drive(self) -> None:
        """Drive every line: high while any timer holds it."""
        up = {self._line(index) for index in range(TIMERS) if self._holds(index)}
        if not self._is_legacy():
            inputs = zip(self._legacy, (self.irq0_in, self.irq8_in), strict=True)
            up |= {line for line, source in inputs if source.level}
        for line in self.lines:
            line.set(line in up)

    def _holds(self, index: int) -> bool:
        timer = self.state.timers[index]
        return timer.active and timer.is_enabled() and bool(self.state.config & General.ENABLE)

    def _schedule(self, tick: int) -> None:
        """Say of every timer when it matches next, from scratch."""
        for timer in self.state.timers:
            if self.state.config & General.ENABLE:
                timer.schedule(counter(self.state, tick), tick)
            else:
                timer.due = NEVER

    def _read(self, offset: int, tick: int) -> int:
        """A whole register."""
        match offset:
            case HpetReg.CAPABILITIES:
                return CAPABILITIES
            case HpetReg.CONFIG:
                return self.state.config
            case HpetReg.STATUS:
                return self._status(tick)
            case HpetReg.COUNTER:
                return counter(self.state, tick)
            case _:
                return self._read_timer(offset, tick)

    def _status(self, tick: int) -> int:
        self._advance(tick)
        self._drive()
        timers = enumerate(self.state.timers)
        return sum(1 << index for index, timer in timers if timer.active and timer.is_level())

    def _read_timer(self, offset: int, tick: int) -> int:
        index, register = divmod(offset - HpetReg.T0_CONFIG, TIMER_SIZE)
        if not 0 <= index < TIMERS:
            return 0
        timer = self.state.timers[index]
        if register == HpetReg.T0_CONFIG - HpetReg.T0_CONFIG:
            return self._route_mask << 32 | READ_ONLY | timer.config
        if register == COMPARATOR:
            self._advance(tick)
            self._drive()
            return timer.comparator
        return 0

    def _write(self, offset: int, bits: int, mask: int, tick: int) -> None:
        """The `bits` under `mask` of a register."""
        match offset:
            case HpetReg.CONFIG:
                self._configure(bits, mask, tick)
            case HpetReg.STATUS:
                self._acknowledge(bits)
            case HpetReg.COUNTER:
                self._set_counter(merge(counter(self.state, tick), bits, mask), tick)
            case _:
                self._write_timer(offset, bits, mask)
        self._schedule(tick)

    def _configure(self, bits: int, mask: int, tick: int) -> None:
        """General configuration. Edge-triggered timers let go of what they hold."""
        new = merge(self.state.config, bits, mask) & (General.ENABLE | General.LEGACY)
        if new != self.state.config:
            value = counter(self.state, tick)
            self.state.config = new
            self._set_counter(value, tick)
            for timer in self.state.timers:
                timer.active = timer.active and timer.is_level()

    def _set_counter(self, value: int, tick: int) -> None:
        self.state.base = u64(value - tick) if self.state.config & General.ENABLE else value

    def _acknowledge(self, bits: int) -> None:
        for index, timer in enumerate(self.state.timers):
            if bits >> index & 1 and timer.is_level():
                timer.active = False

    def _write_timer(self, offset: int, bits: int, mask: int) -> None:
        index, register = divmod(offset - HpetReg.T0_CONFIG, TIMER_SIZE)
        if not 0 <= index < TIMERS:
            return
        timer = self.state.timers[index]
        if register == HpetReg.T0_CONFIG - HpetReg.T0_CONFIG:
            timer.configure(bits, mask, self._route_mask)
        elif register == COMPARATOR:
            timer.compare(bits, mask)
