# SPDX-License-Identifier: Apache-2.0
"""An HPET that ticks: the specification's words, one period of the main counter at a time.

The law that the real model, a function of time, is held against.
"""

from __future__ import annotations

from dataclasses import dataclass, field

#: Inputs of the I/O APIC that the timers may be routed to; IRQ0 and IRQ8 are called by name.
ROUTES = (20, 21)
LINES = ("irq0", "irq8", *ROUTES)


def halves(old: int, value: int, part: str) -> int:
    """A 64-bit register after a write of all of it, or of its "low" or "high" half."""
    low, high = old % 2**32, old >> 32
    if part == "low":
        low = value % 2**32
    elif part == "high":
        high = value % 2**32
    else:
        return value
    return high << 32 | low


@dataclass
class TickingTimer:
    """A comparator with its registers."""

    comparator: int = 2**64 - 1
    last_written: int = 0
    level: bool = False
    enabled: bool = False
    periodic: bool = False
    set_value: bool = False
    short: bool = False
    route: int = 0
    status: bool = False
    line_high: bool = False

    def cut(self, value: int) -> int:
        return value % 2**32 if self.short else value % 2**64

    def write_config(self, value: int) -> None:
        before = (self.level, self.enabled, self.route)
        self.level, self.enabled = bool(value & 2), bool(value & 4)
        self.periodic, self.set_value = bool(value & 8), bool(value & 64)
        self.short = bool(value & 256)
        if value >> 9 & 31 in ROUTES:
            self.route = value >> 9 & 31
        if before[0] != self.level:
            self.status = False
        if before != (self.level, self.enabled, self.route):
            self.line_high = False
        self.comparator, self.last_written = self.cut(self.comparator), self.cut(self.last_written)

    def config(self) -> int:
        flags = self.level << 1 | self.enabled << 2 | self.periodic << 3 | 1 << 4 | 1 << 5
        return flags | self.set_value << 6 | self.short << 8 | self.route << 9

    def write_comparator(self, value: int, part: str) -> None:
        if not self.periodic or self.set_value:
            self.comparator = self.cut(halves(self.comparator, value, part))
        self.last_written = self.cut(halves(self.last_written, value, part))
        self.set_value = False

    def matches(self, counter: int) -> bool:
        wrapped = self.short and not self.periodic and counter % 2**32 == 0
        return wrapped or self.cut(counter) == self.comparator

    def match(self) -> None:
        if self.periodic:
            self.comparator = self.cut(self.comparator + self.last_written)
        self.status = self.status or self.level
        self.line_high = self.enabled and not self.level

    @property
    def interrupting(self) -> bool:
        return self.enabled and (self.status or self.line_high)


@dataclass
class TickingHpet:
    """The chip. `edges` are the (tick, level) of every line."""

    tick: int
    counter: int = 0
    running: bool = False
    legacy: bool = False
    inputs: list[bool] = field(default_factory=lambda: [False, False])
    timers: list[TickingTimer] = field(default_factory=lambda: [TickingTimer() for _ in range(3)])

    def __post_init__(self) -> None:
        self.levels: dict[int | str, bool] = dict.fromkeys(LINES, False)
        self.edges: dict[int | str, list[tuple[int, bool]]] = {line: [] for line in LINES}

    def line(self, index: int) -> int | str:
        if self.legacy and index < 2:
            return LINES[index]
        return self.timers[index].route

    def write_general(self, value: int) -> None:
        if (self.running, self.legacy) != (bool(value & 1), bool(value & 2)):
            self.running, self.legacy = bool(value & 1), bool(value & 2)
            for timer in self.timers:
                timer.line_high = False

    def acknowledge(self, value: int) -> None:
        for index, timer in enumerate(self.timers):
            if value >> index & 1:
                timer.status = False

    def status(self) -> int:
        return sum(timer.status << index for index, timer in enumerate(self.timers))

    def clk(self) -> None:
        """One period passes."""
        self.tick += 1
        if not self.running:
            return
        self.counter = (self.counter + 1) % 2**64
        for index, timer in enumerate(self.timers):
            if timer.matches(self.counter):
                timer.match()
                if timer.line_high:
                    self.put(self.line(index), False)
        self.drive()

    def drive(self) -> None:
        for line in LINES:
            up = any(
                timer.interrupting and self.running and self.line(index) == line
                for index, timer in enumerate(self.timers)
            )
            passed = line in LINES[:2] and not self.legacy and self.inputs[LINES.index(line)]
            self.put(line, up or passed)

    def put(self, line: int | str, level: bool) -> None:
        if line in self.levels and self.levels[line] != level:
            self.levels[line] = level
            self.edges[line].append((self.tick, level))
