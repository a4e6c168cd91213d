# SPDX-License-Identifier: Apache-2.0
"""One timer of the HPET: its registers, and when the main counter meets its comparator.

A tick is one of the main counter's clock, since the VM started. Registers are 64 bits wide; a
write names the bits that it touches by a mask, so that halves are no case of their own.
Reference: IA-PC HPET Specification 1.0a, sections 2.3.8 and 2.3.9.
"""

from __future__ import annotations

from enum import IntEnum

from lightexit.filter import Struct, u32, u64

#: A tick that never comes.
NEVER = 2**64 - 1


class Config(IntEnum):
    """Bits of a timer's configuration register."""

    LEVEL = 1 << 1
    ENABLE = 1 << 2
    PERIODIC = 1 << 3
    CAN_BE_PERIODIC = 1 << 4
    HAS_64_BITS = 1 << 5
    SET_VALUE = 1 << 6
    USE_32_BITS = 1 << 8
    ROUTE = 31 << 9


READ_ONLY = Config.CAN_BE_PERIODIC | Config.HAS_64_BITS
WRITABLE = (
    Config.LEVEL
    | Config.ENABLE
    | Config.PERIODIC
    | Config.SET_VALUE
    | Config.USE_32_BITS
    | Config.ROUTE
)


def merge(old: int, bits: int, mask: int) -> int:
    """A register after a write of the bits under `mask`."""
    return old & ~mask | bits & mask


class Timer(Struct):
    """State of one timer.

    `active` is the interrupt that it holds: a level one until software clears it, which is its
    bit of the status register; an edge one until the next.
    """

    comparator: u64 = 2**64 - 1
    period: u64  # the value last written to the comparator
    due: u64 = NEVER  # the tick of the next match
    config: u32  # the bits that can be written
    active: bool

    def is_level(self) -> bool:
        """Whether the interrupt is level-triggered."""
        return bool(self.config & Config.LEVEL)

    def is_enabled(self) -> bool:
        """Whether a match makes an interrupt."""
        return bool(self.config & Config.ENABLE)

    def is_periodic(self) -> bool:
        """Whether the comparator moves on at a match."""
        return bool(self.config & Config.PERIODIC)

    def route(self) -> int:
        """The input of the I/O APIC that the interrupt goes to."""
        return (self.config & Config.ROUTE) >> 9

    def span(self) -> int:
        """How many values the comparator goes through."""
        return 1 << 32 if self.config & Config.USE_32_BITS else 1 << 64

    def schedule(self, counter: int, tick: int) -> None:
        """Say when the counter, being at `counter` now, will have ticked to the next match.

        One that is not periodic and has 32 bits also matches when the counter wraps.
        """
        span = self.span()
        distance = (self.comparator - counter - 1) % span + 1
        if span == 1 << 32 and not self.is_periodic():
            distance = min(distance, span - counter % span)
        self.due = min(tick + distance, NEVER)

    def match(self, tick: int) -> None:
        """Go through all matches from `due` up to `tick`; `schedule` is to follow."""
        if self.is_periodic():
            matches = (tick - self.due) // (self.period or self.span()) + 1
            self.comparator = (self.comparator + matches * self.period) % self.span()
        self.active = self.is_level() or self.is_enabled()

    def configure(self, bits: int, mask: int, routes: int) -> None:
        """Write the configuration. A route that is not in the mask `routes` is not taken.

        What an edge-triggered timer holds, it lets go of when it is disabled or rerouted.
        """
        old, new = self.config, merge(self.config, bits, mask) & WRITABLE
        if not routes >> ((new & Config.ROUTE) >> 9) & 1:
            new = merge(new, old, Config.ROUTE)
        lets_go = (
            Config.LEVEL if new & Config.LEVEL else Config.LEVEL | Config.ENABLE | Config.ROUTE
        )
        self.active = self.active and not (old ^ new) & lets_go
        self.config = new
        self.comparator %= self.span()
        self.period %= self.span()

    def compare(self, bits: int, mask: int) -> None:
        """Write the comparator: a periodic timer's own only after `SET_VALUE`, else the period."""
        if not self.is_periodic() or self.config & Config.SET_VALUE:
            self.comparator = merge(self.comparator, bits, mask) % self.span()
        self.period = merge(self.period, bits, mask) % self.span()
        self.config &= ~Config.SET_VALUE
