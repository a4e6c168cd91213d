# SPDX-License-Identifier: Apache-2.0
"""One counter of the 8254: its state, and what the data sheet says of it, each thing once.

Methods marked `@inline` are what filter and model share. The model gates, programs, latches
and loads a counter at a tick of its clock; in between it is a function of the tick.
Reference: Intel 82C54 data sheet, order number 231244.
"""

from __future__ import annotations

from enum import IntEnum

from lightexit.filter import Struct, inline, u8, u16, u32, u64

#: A tick that never comes.
NEVER = 2**64 - 1


class CountAccess(IntEnum):
    """Control word, bits 4 and 5: which bytes of a count are read and written."""

    LATCH = 0
    LSB = 1
    MSB = 2
    BOTH = 3


class PitCounter(Struct):
    """State of one counter. Times are ticks of its clock since the VM started.

    `origin` is the tick at which the counting element held `reload`; while it does not count
    (`running` is false), it is the number of ticks it has counted instead.
    """

    origin: u64
    due: u64 = NEVER  # when `count` moves into the counting element
    reload: u32 = 0x10000  # what the counting element started from, at least 1
    count: u32  # the count register, likewise; 0 for none since the control word
    latch: u16
    control: u8 = CountAccess.BOTH << 4  # the low six bits of the control word, as written
    status: u8
    first_byte: u8
    unread: u8  # bytes of `latch` to be read yet
    status_latched: bool
    msb_read_next: bool
    msb_write_next: bool
    null_count: bool = True
    loaded: bool  # the counting element has had a count since the control word
    running: bool
    gate: bool

    @inline
    def mode(self) -> u8:
        """Mode 0 to 5; 6 and 7 are other names of 2 and 3."""
        mode: u8 = self.control >> 1 & 7
        return mode & 3 if mode > 5 else mode

    @inline
    def access(self) -> u8:
        """An `CountAccess`."""
        return self.control >> 4

    @inline
    def elapsed(self, tick: u64) -> u64:
        """Ticks counted since the counting element was loaded."""
        return u64(tick - self.origin) if self.running else self.origin

    @inline
    def low_from(self) -> u32:
        """The tick of a period at which OUT falls, in modes 2 and 3."""
        return u32(self.reload - 1) if self.mode() == 2 else u32((self.reload + 1) >> 1)

    @inline
    def output(self, tick: u64) -> bool:
        """The level of OUT."""
        mode = self.mode()
        counted = self.elapsed(tick)
        if not self.loaded:
            return mode != 0
        if mode < 2:
            return counted >= self.reload
        if mode > 3:
            return counted != self.reload
        phase = counted % self.reload
        return not self.running or self.reload == 1 or phase < self.low_from()

    @inline
    def element(self, tick: u64) -> u64:
        """What the counting element holds: right modulo 2**16, or modulo 10**4 in BCD."""
        counted = self.elapsed(tick)
        if self.mode() == 2:
            return u64(self.reload - counted % self.reload)
        if self.mode() == 3:
            phase = counted % self.reload
            step = u64(phase - self.low_from()) if phase >= self.low_from() else phase
            return u64(self.reload - self.reload % 2 - 2 * step)
        if self.control & 1:
            return u64(self.reload + 10_000 - counted % 10_000)
        return u64(self.reload - counted)

    @inline
    def shown(self, tick: u64) -> u16:
        """What the counting element shows, in binary or BCD."""
        value = self.element(tick)
        if self.control & 1:
            high = value // 1000 % 10 << 12 | value // 100 % 10 << 8
            return u16(high | value // 10 % 10 << 4 | value % 10)
        return u16(value)

    @inline
    def read(self, tick: u64) -> u8:
        """What a read of the counter's port gives: status, latched count or count."""
        if self.status_latched:
            self.status_latched = False
            return self.status
        if self.unread:
            msb = self.unread == 1 and self.access() != CountAccess.LSB
            self.unread = u8(self.unread - 1)
            return self.latch >> 8 if msb else u8(self.latch)
        value = self.shown(tick)
        msb = self.access() == CountAccess.MSB or self.msb_read_next
        self.msb_read_next = self.access() == CountAccess.BOTH and not msb
        return value >> 8 if msb else u8(value)

    @inline
    def latch_count(self, tick: u64) -> None:
        """Hold the count for reading, unless one is held already."""
        if not self.unread:
            self.latch = self.shown(tick)
            self.unread = 2 if self.access() == CountAccess.BOTH else 1

    def latch_status(self, tick: int) -> None:
        """Hold the status for reading, unless one is held already."""
        if not self.status_latched:
            self.status_latched = True
            self.status = self.output(tick) << 7 | self.null_count << 6 | self.control

    def program(self, control: int, tick: int) -> None:
        """Take a control word: the counting element stands still until a count comes."""
        held, gate = self.shown(tick), self.gate
        self.reset()
        self.control, self.gate = control & 0x3F, gate
        self.reload = self._decode(held)

    def write(self, value: int, tick: int) -> None:
        """Take a byte of a count. In mode 0 the first one already stops it, with OUT low."""
        if self.mode() == 0:
            self._pause(tick)
            self.loaded, self.due = False, NEVER
        if self.access() == CountAccess.BOTH and not self.msb_write_next:
            self.first_byte, self.msb_write_next = value, True
            return
        low = self.first_byte if self.access() == CountAccess.BOTH else 0
        raw = value if self.access() == CountAccess.LSB else value << 8 | low
        self.msb_write_next, self.null_count = False, True
        self.count = self._decode(raw)
        self._schedule(tick)

    def _decode(self, raw: int) -> int:
        """The number of ticks that 16 bits mean: 0 is the whole circle."""
        return (from_bcd(raw) or 10_000) if self.control & 1 else raw or 0x10000

    def _schedule(self, tick: int) -> None:
        """Say when the count just written is to be loaded, unless it waits for a trigger."""
        mode = self.mode()
        if mode in (0, 4) or (mode in (2, 3) and not self.loaded):
            self.due = tick + 1
        elif mode in (2, 3) and self.running:
            self.due = self._end_of_cycle(tick)

    def _end_of_cycle(self, tick: int) -> int:
        """When a running counter in mode 2 or 3 takes up a new count."""
        phase = self.elapsed(tick) % self.reload
        half = self.mode() == 3 and phase < self.low_from()
        return tick + (self.low_from() if half else self.reload) - phase

    def load(self) -> None:
        """Move the count register into the counting element, at the tick `due`."""
        due, low = self.due, self.mode() == 3 and self.loaded and not self.output(self.due)
        self.due, self.reload, self.null_count, self.loaded = NEVER, self.count, False, True
        self.running = self.gate or self.mode() in (1, 5)
        self.origin = u64(due - low * self.low_from()) if self.running else 0

    def set_gate(self, level: bool, tick: int) -> None:
        """Drive GATE."""
        if level != self.gate:
            self.gate = level
            if level:
                self._open(tick)
            else:
                self._close(tick)

    def _open(self, tick: int) -> None:
        """Go on counting in modes 0 and 4; a trigger in the others."""
        if self.mode() not in (0, 4):
            self.due = tick + 1 if self.count else NEVER
        elif self.loaded:
            self.origin, self.running = u64(tick - self.origin), True

    def _close(self, tick: int) -> None:
        """Stop counting, in all modes but 1 and 5."""
        if self.running and self.mode() not in (1, 5):
            self._pause(tick)
            if self.mode() in (2, 3):
                self.due = NEVER

    def _pause(self, tick: int) -> None:
        self.origin, self.running = self.elapsed(tick), False

    def next_inversion(self, tick: int) -> int:
        """The first tick after `tick` at which OUT is another, if nobody interferes; or NEVER."""
        if not (self.loaded and self.running):
            return NEVER
        counted = self.elapsed(tick)
        if self.mode() in (2, 3):
            phase = counted % self.reload
            end = self.low_from() if phase < self.low_from() else self.reload
            return NEVER if self.reload == 1 else tick + end - phase
        if counted < self.reload:
            return tick + self.reload - counted
        strobing = self.mode() > 3 and counted == self.reload
        return tick + 1 if strobing else NEVER


def from_bcd(raw: int) -> int:
    """Four decimal digits; those above 9 weigh what they say."""
    return sum((raw >> 4 * digit & 15) * 10**digit for digit in range(4))
