# SPDX-License-Identifier: Apache-2.0
"""The PIC against QEMU's, step by step and exactly, but for what this table names.

| QEMU                                                 | data sheet: what we do              |
|------------------------------------------------------|-------------------------------------|
| keeps an edge request whose line dropped, and so the | "Edge and level triggered modes":   |
| slave's INT and the master's                         | it is gone, IR7 is answered         |
| ICW1 forgets levels: a line that is driven high once | "ICW1": an input must make a low to |
| more counts as an edge                               | high transition                     |
| clearing an ELCR bit, or ICW1, leaves the request of | a level request is its line         |
| a level that is gone                                 |                                     |
| non-specific EOI in special mask mode clears masked  | "End of interrupt": it does not     |
| bits of the ISR                                      |                                     |
| special fully nested mode lets IR3 to IR7 through    | "Special fully nested mode": it is  |
| while IR2 is in service                              | for requests from the same slave    |
| after an automatic EOI the slave's INT stays up, so  | INT falls at the acknowledge and    |
| that the master sees no new edge                     | rises for the next                  |
| an access of several bytes repeats the first port    | each byte has its own port          |

`QemuPic` is our model with the first six changed and nothing else: the traces confirm the rest.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from devices.replay import read_trace, replay, trace_files, trace_id
from devices.test_pic import rig_of
from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.devices import pic as chips
from lightexit.devices.pic import CASCADE, MASTER, SLAVE, Pic, PicChip, PicReg
from lightexit.rigs.rig import Rig


class RepeatingLine(Line):
    """A wire whose listener hears every drive, not only changes."""

    def set(self, level: bool) -> None:
        self.level = not level
        super().set(level)


class QemuPic(Pic):
    """Our PIC with the deviations of the table."""

    def __init__(self) -> None:
        super().__init__(ManualClock(), Line())
        self.inputs = tuple(RepeatingLine(self._listener(number)) for number in range(16))
        self._slave_acts = self._writing = False

    def _change_line(self, number: int, level: bool) -> None:
        chip, bit = self.state.chips[number >> 3], 1 << (number & 7)
        rising = level and (not chip.lines & bit or chip.elcr & bit)
        chip.lines = chip.lines | bit if level else chip.lines & ~bit
        kept = chip.irr if not chip.elcr & bit else chip.irr & ~bit
        chip.irr = kept | (bit if rising else 0)
        self._slave_acts = number >= 8
        self._drive()

    def _drive(self) -> None:
        if self._writing:
            return
        if self._slave_acts:
            self._slave_acts = False
            self.inputs[CASCADE].set(chips.interrupting(self.state.chips[SLAVE]))
        master = self.state.chips[MASTER]
        hidden = master.isr & master.nesting
        master.isr &= ~hidden
        self.intr.set(chips.interrupting(master))
        master.isr |= hidden

    def _serve(self, index: int) -> int | None:
        chip = self.state.chips[index]
        hidden = chip.isr & chip.nesting
        chip.isr &= ~hidden
        number = chips.serve(chip)
        chip.isr |= hidden
        self._slave_acts = index == SLAVE
        return number

    @staticmethod
    def _command(chip: PicChip, value: int) -> None:
        special = chip.special_mask
        is_ocw2 = not value & (chips.IS_ICW1 | chips.IS_OCW3)
        chip.special_mask = special and not is_ocw2
        Pic._command(chip, value)
        if is_ocw2:
            chip.special_mask = special

    def write(self, offset: int, value: int, size: int) -> None:
        chip = self.state.chips[offset & 1 if offset >= PicReg.MASTER_ELCR else offset >> 1]
        old_requests = chip.irr
        is_icw1 = offset in (PicReg.MASTER_COMMAND, PicReg.SLAVE_COMMAND) and value & chips.IS_ICW1
        before = bytes(self.state.chips[SLAVE])
        self._writing = True
        super().write(offset, value, size)
        self._writing = False
        changed = offset == PicReg.SLAVE_COMMAND and bytes(self.state.chips[SLAVE]) != before
        self._slave_acts = changed or offset == PicReg.SLAVE_DATA
        if is_icw1:
            chip.lines, chip.irr = 0, old_requests & chip.elcr
        elif offset >= PicReg.MASTER_ELCR:
            chip.irr = old_requests
        self._drive()


def board(intercept: list[str]) -> Rig:
    """The rig with the wires that the trace watched: INTR, or the inputs of the master."""
    pic = QemuPic()
    rig = rig_of(pic)
    if intercept == ["in", "pic0"]:
        rig.outputs = {number: pic.input(number) for number in range(8)}
        pic.intr.connect(lambda level: None)
        for number, line in rig.outputs.items():
            watch(rig, number, line)
    return rig


def watch(rig: Rig, number: int, line: Line) -> None:
    """Record changes of a wire that has a listener already."""
    heard, last = line._listener, False
    assert heard is not None

    def both(level: bool) -> None:
        nonlocal last
        if level != last:
            rig.edges.append((0, number, level))
        last = level
        heard(level)

    line.connect(both)


@pytest.mark.parametrize("path", trace_files("pic"), ids=trace_id)
def test_trace(path: Path) -> None:
    rig = board(read_trace(path)[0]["intercept"])
    wrong = [
        outcome
        for outcome in replay(path, rig)
        if not outcome.agrees and outcome.step["op"] not in ("inw", "inl")
    ]
    assert not wrong, wrong[0]
