# SPDX-License-Identifier: Apache-2.0
"""PIT: the 8254, three 16-bit counters at 1,193,182 Hz; counter 0 drives IRQ0.

Fast path: reads of the counters and the command to latch one, by which guests measure time.
Nothing ticks: a counter is a function of its state and the time, and state changes when the
guest writes, or when a count that it wrote moves into the counting element.
Reference: Intel 82C54 data sheet, order number 231244.

Where the data sheet leaves the answer open: at power-on every counter is in mode 0 with no
count written. A counting element stands still from the control word to the first count. A
count of 1 in modes 2 and 3 leaves OUT high. A gate that closes in the strobe of mode 4 holds
the strobe. A latched count is read LSB first, whatever half was to come next. BCD digits above
9 weigh what they say. Port 0x43 reads all ones.

Threat table: `docs/devices.md`.
"""

from __future__ import annotations

from enum import IntEnum

from lightexit.bus.clock import Clock
from lightexit.bus.line import Line
from lightexit.bus.region import pio
from lightexit.devices.device import Device
from lightexit.devices.pit_counter import NEVER, PitCounter
from lightexit.filter import (
    Array,
    IoContext,
    Struct,
    Verdict,
    array,
    inline,
    io_filter,
    muldiv64,
    u64,
)

FREQUENCY = 1_193_182
NS = 1_000_000_000
COUNTERS = 3
#: The bits of a control word that are 0 in the command to latch a count.
ACCESS_BITS = 0x30


class PitReg(IntEnum):
    """Offsets."""

    COUNTER0 = 0
    COUNTER1 = 1
    COUNTER2 = 2
    CONTROL = 3


class PitState(Struct):
    """The chip. `wakeup` is the tick of IRQ0's next change."""

    counters: Array[PitCounter] = array(PitCounter, COUNTERS)
    wakeup: u64 = NEVER


@inline
def ticks(now_ns: u64) -> u64:
    """Whole ticks of the 1,193,182 Hz clock in `now_ns`."""
    return muldiv64(now_ns, FREQUENCY, NS)


@io_filter
def read_or_latch(ctx: IoContext, pit: PitState) -> Verdict:
    """Counter reads and latch commands, but for a counter with a count waiting to be loaded."""
    latching = ctx.offset == PitReg.CONTROL and ctx.data & ACCESS_BITS == 0
    index = ctx.data >> 6 if ctx.is_write else ctx.offset
    if index >= COUNTERS or ctx.is_write != latching:
        return Verdict.PASS
    counter = pit.counters[index]
    tick = ticks(ctx.now_ns)
    if counter.due <= tick:
        return Verdict.PASS
    if latching:
        counter.latch_count(tick)
    else:
        ctx.data = counter.read(tick)
    return Verdict.HANDLED


class Pit(Device[PitState]):
    """The model: all that writes, loads and drives IRQ0."""

    name = "pit"
    registers = PitReg
    regions = (pio(4, register_width=1, filter=read_or_latch),)

    def __init__(self, clock: Clock, irq0: Line) -> None:
        super().__init__(clock)
        self.irq0 = irq0
        self.lines = (irq0,)
        self.reset()

    def reset(self) -> None:
        """Power-on state; the gates of counters 0 and 1 are tied high."""
        super().reset()
        self.state.counters[0].gate = self.state.counters[1].gate = True
        self._drive(0)

    def counter_at(self, index: int, tick: int) -> PitCounter:
        """A counter with its state brought to `tick`."""
        counter = self.state.counters[index]
        if counter.due <= tick:
            if index == 0:
                self._catch_up(counter.due - 1)
            due = counter.due
            counter.load()
            if index == 0:
                self._drive(due)
        return counter

    def read(self, offset: int, size: int) -> int:
        """A counter's port; the control word cannot be read."""
        if offset >= COUNTERS:
            return super().read(offset, size)
        tick = ticks(self.clock.now_ns())
        return self.counter_at(offset, tick).read(tick)

    def write(self, offset: int, value: int, size: int) -> None:
        """Take a byte of a count, a control word, or a command to latch."""
        tick = ticks(self.clock.now_ns())
        if offset < COUNTERS:
            self._advance(tick)
            self.counter_at(offset, tick).write(value & 0xFF, tick)
            self._drive(tick)
        elif offset == PitReg.CONTROL:
            self._control(value & 0xFF, tick)

    def set_gate(self, level: bool) -> None:
        """Drive GATE of counter 2."""
        tick = ticks(self.clock.now_ns())
        self.counter_at(2, tick).set_gate(level, tick)

    def _control(self, value: int, tick: int) -> None:
        if value >> 6 == COUNTERS:
            self._read_back(value, tick)
        elif value & ACCESS_BITS == 0:
            self.counter_at(value >> 6, tick).latch_count(tick)
        else:
            self._advance(tick)
            self.counter_at(value >> 6, tick).program(value, tick)
            self._drive(tick)

    def _read_back(self, command: int, tick: int) -> None:
        for index in range(COUNTERS):
            if command >> index + 1 & 1:
                counter = self.counter_at(index, tick)
                if not command & 0x20:
                    counter.latch_count(tick)
                if not command & 0x10:
                    counter.latch_status(tick)

    def _drive(self, tick: int) -> None:
        """Put IRQ0 to the level of OUT, and say when it will be another."""
        counter = self.state.counters[0]
        self.irq0.set(counter.output(tick))
        self.state.wakeup = min(counter.next_inversion(tick), counter.due)

    def _catch_up(self, tick: int) -> None:
        """Let IRQ0 go through the edges up to `tick`: two, then the rest in one step."""
        for _ in range(2):
            if self.state.wakeup <= tick:
                self._drive(self.state.wakeup)
        if self.state.wakeup <= tick:
            self._drive(tick)

    def _advance(self, tick: int) -> None:
        self.counter_at(0, tick)
        self._catch_up(tick)

    def next_wakeup(self) -> int | None:
        """When IRQ0 changes next, or a count is loaded that may change it."""
        wakeup = self.state.wakeup
        return None if wakeup == NEVER else -(-wakeup * NS // FREQUENCY)

    def advance(self, now_ns: int) -> None:
        """Bring IRQ0 to `now_ns`."""
        self._advance(ticks(now_ns))
