# SPDX-License-Identifier: Apache-2.0
"""The I/O APIC against QEMU's, step by step and exactly, but for what this table names.

| QEMU                                                    | data sheet: what we do                 |
|---------------------------------------------------------|----------------------------------------|
| an input driven high that is high already is an edge    | an edge is a change                    |
| a level counts only if it comes while the entry is      | "Trigger mode": the level is the       |
| level-triggered; where it waits as the entry becomes    | request, whenever the entry is written |
| edge-triggered, it is sent                              |                                        |
| every delivery mode may be level-triggered              | "Delivery mode": fixed and lowest      |
|                                                         | priority; the others are edges         |
| keeps reserved bits; 48 to 55 change the destination    | reserved bits read 0                   |
| registers appear again every 0x100 bytes                | once: at 0xFEC00000                    |

`QemuIoApic` is our model with these changed and nothing else: the traces confirm the rest. Its
local APIC is QEMU's as well (`test_local_apic_traces.py`); version 0x11, without the EOI register,
is not modelled.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from devices.replay import replay, trace_files, trace_id
from devices.test_local_apic_traces import QemuLocalApic
from devices.test_pic_traces import RepeatingLine
from lightexit.abi import ApicFlag, ApicMode, Request
from lightexit.bus.apic import Apic
from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.devices.ioapic import MODE_MASK, MODE_SHIFT, PINS, Bit, IoApic
from lightexit.devices.pic import Pic
from lightexit.rigs.rig import Rig

READ_ONLY = 0x5000
ALIASES = 0xFF


class QemuIoApic(IoApic):
    """Our I/O APIC with the deviations of the table."""

    def __init__(self, apic: Apic) -> None:
        super().__init__(ManualClock(), apic.send)
        self.inputs = tuple(RepeatingLine(self._listener(number)) for number in range(PINS))
        self._requests: set[int] = set()

    def _change_line(self, number: int, level: bool) -> None:
        low = self.state.table[number].low
        if level and (low & Bit.LEVEL or not low & Bit.MASKED):
            self._requests.add(number)
        elif low & Bit.LEVEL:
            self._requests.discard(number)
        self._settle(number)

    def _settle(self, number: int) -> None:
        for each in sorted(self._requests):
            entry = self.state.table[each]
            is_waiting = entry.low & Bit.LEVEL and entry.low & Bit.REMOTE_IRR
            if entry.low & Bit.MASKED or is_waiting:
                continue
            if entry.low & Bit.LEVEL:
                entry.low |= Bit.REMOTE_IRR
            else:
                self._requests.discard(each)
            self._send(entry.high >> 24, entry.low & 0xFF, entry.low >> MODE_SHIFT & MODE_MASK)

    def _write_entry(self, number: int, value: int, is_high: bool) -> None:
        entry = self.state.table[number]
        if is_high:
            entry.high = value
        else:
            kept = READ_ONLY if value & Bit.LEVEL else 0
            entry.low = value & ~READ_ONLY | entry.low & kept
        self._settle(number)

    def read(self, offset: int, size: int) -> int:
        return super().read(offset & ALIASES, size)

    def write(self, offset: int, value: int, size: int) -> None:
        super().write(offset & ALIASES, value, size)


class Wires:
    """The APIC bus between the two; a message without a vector of its own fetches the PIC's."""

    requests = Request.EOI

    def __init__(self, pic: Pic) -> None:
        self._pic = pic
        self.lapic = QemuLocalApic(ManualClock(), Line(), self, lambda *_: None)
        self.ioapic = QemuIoApic(self)

    def send(self, destination: int, vector: int, mode: int) -> None:
        if self.lapic.is_meant(destination, bool(mode & ApicFlag.LOGICAL)):
            if mode & 7 == ApicMode.EXTINT:
                vector, mode = self._pic.acknowledge(), mode & ~7
            self.lapic.take(vector, mode)

    def end_of_interrupt(self, vector: int) -> None:
        self.ioapic.end_of_interrupt(vector)


def board() -> Rig:
    pic = Pic(ManualClock(), Line())
    wires = Wires(pic)
    ioapic, lapic = wires.ioapic, wires.lapic
    inputs = {("ioapic", number): ioapic.input(number or 2) for number in range(PINS)}
    inputs |= {("pic0", number): pic.input(number) for number in range(8)}
    calls = {"intack": lambda: lapic.interrupt(pic)}
    return Rig(ManualClock(), [ioapic, lapic, pic], inputs=inputs, calls=calls)


@pytest.mark.parametrize(
    "path", [path for path in trace_files("ioapic") if path.stem != "version_11"], ids=trace_id
)
def test_trace(path: Path) -> None:
    wrong = [outcome for outcome in replay(path, board()) if not outcome.agrees]
    assert not wrong, wrong[0]
