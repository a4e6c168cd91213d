# SPDX-License-Identifier: Apache-2.0
"""An 8254 counter that ticks: the data sheet's words, one CLK pulse at a time.

The law that the real model, a function of time, is held against. It says nothing where the
data sheet says nothing: `element` is None before the first load.
"""

from __future__ import annotations


class TickingCounter:
    """One counter as flip-flops and a counting element."""

    def __init__(self, gate: bool) -> None:
        self.gate = gate
        self.mode = 0
        self.bcd = False
        self.access = 3
        self.forget()
        self.out = False

    def forget(self) -> None:
        """All control logic is immediately reset by a control word."""
        self.first_byte: int | None = None
        self.register: int | None = None
        self.element: int | None = None
        self.reload = 0
        self.trigger = self.written = self.stopped = self.strobe_armed = False
        self.null = True

    def control(self, value: int) -> None:
        self.forget()
        self.access = value >> 4 & 3
        self.mode = value >> 1 & 7
        if self.mode > 5:
            self.mode -= 4
        self.bcd = bool(value & 1)
        self.out = self.mode != 0

    def write(self, value: int) -> None:
        if self.mode == 0:
            self.stopped, self.out, self.written = True, False, False
        if self.access == 3 and self.first_byte is None:
            self.first_byte = value
            return
        low = {1: value, 2: 0, 3: self.first_byte}[self.access] or 0
        high = 0 if self.access == 1 else value
        self.first_byte = None
        digits = f"{high:02x}{low:02x}"
        decoded = 0
        for digit in digits:
            decoded = decoded * (10 if self.bcd else 16) + int(digit, 16)
        self.register = decoded or (10_000 if self.bcd else 65_536)
        self.written = self.null = True

    def set_gate(self, level: bool) -> None:
        if level and not self.gate:
            self.trigger = self.register is not None
        if not level and self.mode in (2, 3) and self.element is not None:
            self.out = True
        self.gate = level

    def shown(self) -> int | None:
        """The count that the bus would read."""
        if self.element is None:
            return None
        if self.bcd:
            return int(f"{self.element % 10_000:04d}", 16)
        return self.element % 65_536

    def clk(self) -> None:
        """One CLK pulse."""
        trigger, self.trigger = self.trigger, False
        getattr(self, f"_clk_{self.mode}")(trigger)

    def _load(self) -> None:
        assert self.register is not None
        self.element = self.reload = self.register
        self.written = self.null = False

    def _decrement(self) -> None:
        assert self.element is not None
        self.element = (self.element or (10_000 if self.bcd else 65_536)) - 1

    def _clk_0(self, _trigger: bool) -> None:
        if self.written:
            self._load()
            self.stopped = False
        elif self.gate and self.element is not None and not self.stopped:
            self._decrement()
            self.out = self.out or self.element == 0

    def _clk_1(self, trigger: bool) -> None:
        if trigger:
            self._load()
            self.out = False
        elif self.element is not None:
            self._decrement()
            self.out = self.out or self.element == 0

    def _clk_2(self, trigger: bool) -> None:
        if trigger or (self.written and self.element is None):
            self._load()
        elif self.gate and self.element is not None:
            if self.element == 1:
                self._load()
            else:
                self._decrement()
        if self.gate and self.element is not None:
            self.out = self.element != 1 or self.reload == 1

    def _clk_3(self, trigger: bool) -> None:
        if trigger or (self.written and self.element is None):
            self._load_even()
            self.out = True
        elif self.gate and self.element is not None:
            if self.element == (0 if self.reload % 2 and self.out else 2) or self.reload == 1:
                self._load_even()
                self.out = not self.out or self.reload == 1
            else:
                self.element -= 2

    def _load_even(self) -> None:
        self._load()
        assert self.element is not None
        self.element -= self.element % 2

    def _clk_4(self, _trigger: bool) -> None:
        self._strobe(self.written)

    def _clk_5(self, trigger: bool) -> None:
        self._strobe(trigger, gated=False)

    def _strobe(self, load: bool, gated: bool = True) -> None:
        if load:
            self._load()
            self.strobe_armed = self.out = True
        elif (self.gate or not gated) and self.element is not None:
            self._decrement()
            self.out = not (self.strobe_armed and self.element == 0)
            self.strobe_armed = self.strobe_armed and self.out
