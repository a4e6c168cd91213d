# SPDX-License-Identifier: Apache-2.0
"""The local APIC against QEMU's, step by step and exactly, but for what this table names.

| QEMU                                                    | SDM volume 3: what we do           |
|---------------------------------------------------------|------------------------------------|
| accepts requests while it is disabled by software       | 11.4.7.2: it does not              |
| accepts vectors below 16                                | 11.5.2: they are errors            |
| an acknowledge of what priorities forbid gives the      | 11.9: it is no interrupt           |
| spurious vector                                         |                                    |
| LINT0 passes INTR on in any mode, unless it is masked   | 11.5.1: only as ExtINT             |
| a command's trigger mode is what TMR says               | 11.6.1: commands are edges         |
| ESR: illegal registers only, at once, for good          | 11.5.3: all, from write to write   |
| entries and commands keep reserved bits                 | they read 0                        |
| the timer interrupts a tick after 0, a period is a tick | 11.5.4: at 0; the period is the    |
| longer                                                  | initial count                      |
| divides by 1 until another divider is written           | 11.5.4: by 2, as the register says |
| another mode or divider changes what has been counted,  | the count goes on                  |
| another divider not when it next interrupts             |                                    |
| a cluster's destination FF is that of cluster 15        | 11.6.2.2: of all                   |
| registers appear again every 16 bytes                   | undefined: nothing is there        |
| a CPU's writes behind the registers, and at offset 0,   | 11.11: those of devices are        |
| are messages                                            |                                    |

`QemuLocalApic` is our model with these changed and nothing else: the traces confirm the rest.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from devices.replay import replay, trace_files, trace_id
from devices.test_pic_traces import QemuPic
from lightexit.abi import Request, Struct, u8
from lightexit.bus.clock import Clock, ManualClock
from lightexit.bus.line import Line
from lightexit.bus.region import mmio
from lightexit.devices.device import Device
from lightexit.devices.local_apic import LocalApic
from lightexit.devices.local_apic_registers import (
    ENABLED,
    EVERY,
    FIRST_VECTOR,
    FLAT,
    MODE_SHIFT,
    NEVER,
    SIZE,
    SPACING,
    IcrBit,
    LocalApicReg,
    Lvt,
    LvtBit,
)
from lightexit.devices.local_apic_state import highest, is_due, shift_of, with_bit
from lightexit.devices.pic import Pic
from lightexit.devices.pit import Pit
from lightexit.filter import ApicFlag, ApicMode
from lightexit.rigs.rig import Rig
from lightexit.vm.places import LOCAL_APIC, PC

NOTHING, ILLEGAL = -1, 0x80


class QemuLocalApic(LocalApic):
    """Our local APIC with the deviations of the table."""

    started_ns = 0
    shift = 0
    _is_level = False

    def _accept(self, vector: int, is_level: bool) -> None:
        accepted = self.state.classes[vector >> 4]
        accepted.irr = with_bit(accepted.irr, vector, True)
        accepted.tmr = with_bit(accepted.tmr, vector, is_level)
        self.state.requested = highest(self.state) if self.state.svr & ENABLED else 0

    def interrupt(self, pic: Pic) -> int:
        """What the CPU takes."""
        if pic.intr.level and not self.state.lvt[Lvt.LINT0] & LvtBit.MASKED:
            return pic.acknowledge()
        if not self.state.requested:
            return NOTHING
        if not self.state.tpr and not self.state.serving and self.state.requested < FIRST_VECTOR:
            return self._take_illegal(self.state.requested)
        return self.acknowledge() if is_due(self.state) else self.state.svr & 0xFF

    def _take_illegal(self, vector: int) -> int:
        self.state.classes[0].irr = with_bit(self.state.classes[0].irr, vector, False)
        self.state.requested = highest(self.state)
        return vector

    def _has_external(self) -> bool:
        return False

    def is_meant(self, destination: int, is_logical: bool) -> bool:
        is_cluster = self.state.dfr >> 28 != FLAT
        is_for_all = is_logical and is_cluster and destination == EVERY
        return not is_for_all and super().is_meant(destination, is_logical)

    def _fail(self, error: int) -> None:
        self.state.esr |= error & ILLEGAL

    def _command(self, low: int) -> None:
        self._is_level = bool(low & IcrBit.LEVEL)
        if low >> MODE_SHIFT & 7 == ApicMode.EXTINT:
            low &= ~(7 << MODE_SHIFT)
        if low & 0xFF < FIRST_VECTOR:
            self._accept(low & 0xFF, self._is_level)
        super()._command(low)

    def _deliver_level(self, low: int) -> None:
        self._accept(low & 0xFF, True)

    def take(self, vector: int, mode: int) -> None:
        super().take(vector, mode | ApicFlag.LEVEL * self._is_level)

    # The timer, by the moment at which the initial count was written.

    def _elapsed(self, now_ns: int) -> int:
        return (now_ns - self.started_ns) >> self.shift

    def _is_periodic(self) -> bool:
        return bool(self.state.lvt[Lvt.TIMER] & LvtBit.PERIODIC)

    def _count(self, now_ns: int) -> int:
        initial, elapsed = self.state.initial, self._elapsed(now_ns)
        if self._is_periodic():
            return initial - elapsed % (initial + 1) if initial else 0
        return max(initial - elapsed, 0)

    def _again(self, now_ns: int) -> None:
        period = self.state.initial + 1
        ticks = self._elapsed(now_ns)
        ticks = (ticks // period + 1) * period if self._is_periodic() else period
        due_ns = self.started_ns + (ticks << self.shift)
        masked = self.state.lvt[Lvt.TIMER] & LvtBit.MASKED
        is_off = not self.state.initial or masked or due_ns <= now_ns
        self.state.due_ns = NEVER if is_off else due_ns

    def advance(self, now_ns: int) -> None:
        if now_ns >= self.state.due_ns:
            self._deliver(Lvt.TIMER)
            self._again(now_ns)
            self._drive()

    def _write(self, offset: int, value: int, now_ns: int) -> None:
        if offset == LocalApicReg.ESR:
            return
        due_ns = self.state.due_ns
        super()._write(offset, value, now_ns)
        if offset == LocalApicReg.INITIAL_COUNT:
            self.started_ns = now_ns
        if offset == LocalApicReg.DIVIDE:
            self.shift, self.state.due_ns = shift_of(self.state.divide), due_ns
        if offset == LocalApicReg.ICR_LOW:
            self.state.icr_low = value
        if offset == LocalApicReg.ICR_HIGH:
            self.state.icr_high = value
        if offset in (LocalApicReg.INITIAL_COUNT, LocalApicReg.LVT_TIMER):
            self._again(now_ns)

    def _write_entry(self, number: Lvt, value: int) -> None:
        self.state.lvt[number] = value

    def read(self, offset: int, size: int) -> int:
        return super().read(offset & ~0xF, size)

    def write(self, offset: int, value: int, size: int) -> None:
        if offset < SPACING:
            self.message(offset, value)
        else:
            super().write(offset & ~0xF, value, size)

    def message(self, address: int, value: int) -> None:
        """As a device's writes to memory are."""
        self._is_level = False
        if self.is_meant(address >> 12, bool(address & 4)):
            self.take(value & 0xFF, value >> MODE_SHIFT & 0x87)


class Alone:
    """An APIC bus with nobody else on it."""

    requests = Request(0)
    local: LocalApic

    def send(self, destination: int, vector: int, mode: int) -> None:
        is_meant = self.local.is_meant(destination, bool(mode & ApicFlag.LOGICAL))
        if mode & 7 == ApicMode.LOWEST_PRIORITY and is_meant and self.local.competes:
            self.local.take(vector, mode)

    def end_of_interrupt(self, vector: int) -> None:
        pass


class Nothing(Struct):
    unused: u8


class Messages(Device[Nothing]):
    """What QEMU's CPUs find behind the registers."""

    name = "messages"
    regions = (mmio(0x100000 - SIZE, offset=SIZE, register_width=4),)

    def __init__(self, clock: Clock, apic: QemuLocalApic) -> None:
        super().__init__(clock)
        self._apic = apic

    def write(self, offset: int, value: int, size: int) -> None:
        self._apic.message(offset, value)


def board() -> Rig:
    clock, pic = ManualClock(), QemuPic()
    alone = Alone()
    alone.local = lapic = QemuLocalApic(clock, Line(), alone, lambda *_: None)
    pic.intr.connect(lapic.lint0.set)
    devices: list[Device[Any]] = [pic, Pit(clock, pic.input(0)), lapic, Messages(clock, lapic)]
    inputs = {("pic0", number): pic.input(number) for number in range(8)}
    calls = {"intack": lambda: lapic.interrupt(pic)}
    places = {**PC, "messages": LOCAL_APIC + SIZE}
    return Rig(clock, devices, inputs=inputs, calls=calls, places=places)


@pytest.mark.parametrize("path", trace_files("lapic"), ids=trace_id)
def test_trace(path: Path) -> None:
    wrong = [outcome for outcome in replay(path, board()) if not outcome.agrees]
    assert not wrong, wrong[0]
