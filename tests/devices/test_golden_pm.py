# SPDX-License-Identifier: Apache-2.0
"""The PM block against golden traces, with their deviations from the data sheet as a subclass."""

from __future__ import annotations

from pathlib import Path

import pytest

from devices.replay import GoldenOutcome, replay, trace_files, trace_id
from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.bus.region import pio
from lightexit.devices import pmtimer
from lightexit.devices.i440fx import I440fx
from lightexit.devices.pmtimer import ENABLE_BITS, SIZE, PmControl, PmEvent, PmReg, PmTimer
from lightexit.rigs.rig import Rig
from lightexit.vm import places
from lightexit.vm.places import PM_GPE0 as GPE0_BASE

SCI = 9
BASE = 0x600
OTHER_CHIP_SET = {"scenarios-q35_blocks": "registers that a PIIX4 does not have"}
#: Steps at which TMR_STS is cleared within the tick by which the overflow came too early.
EARLY = {
    "fuzz-seed001": {116, 117},
    "fuzz-seed002": {175, 176},
    "fuzz-seed003": {87, 88},
    "fuzz-seed007": {151, 152},
}


class TracedPm(PmTimer):
    """Strays from the data sheet as the traced implementation does, and moves its window.

    TMR_STS is set at reset, the SCI ignores SCI_EN, PM1_CNT keeps all bits but SLP_EN, and the
    high byte of PM1_EN is not written by itself; all of it is kept.
    """

    name = "traced pm"

    def reset(self) -> None:
        super().reset()
        self.state.status = 1

    def move(self, base: int, on: bool) -> None:
        gpe0 = pio(4, offset=PmReg.GPE0_STS).at(GPE0_BASE)
        apm = pio(2, offset=PmReg.APMC).at(places.APM)
        self.regions = (pio(SIZE).at(base), apm, gpe0) if on else (apm, gpe0)  # type: ignore[assignment]

    def _drive(self) -> None:
        self._sci.set(bool(self.state.status & self.state.enable & ENABLE_BITS))

    def next_wakeup(self) -> int | None:
        pm = self.state
        return pm.overflow_ns if pm.enable & ~pm.status & PmEvent.TMR else None

    def write(self, offset: int, value: int, size: int) -> None:
        if (offset, size) != (PmReg.PM1_EN + 1, 1):
            super().write(offset, value, size)

    def _write_control(self, value: int, *, sleep: bool) -> None:
        self.state.control = value & ~PmControl.SLP_EN


TRACES = [path for path in trace_files("pmtimer") if trace_id(path) not in OTHER_CHIP_SET]


def early_overflow(now_ns: int, counter_bits: int) -> int:
    """The time of an overflow rounded down: up to a tick early."""
    half = 1 << (counter_bits - 1)
    ticks = (now_ns * pmtimer.FREQUENCY // pmtimer.SECOND_NS // half + 1) * half
    return ticks * pmtimer.SECOND_NS // pmtimer.FREQUENCY


def make(path: Path) -> Rig:
    clock, irq = ManualClock(), Line()
    device = TracedPm(clock, irq)
    device.move(BASE, on="q35" in path.stem)

    def move(base: int, on: bool) -> None:
        device.move(base, on)
        rig.bus.replace(device, device)

    bridge = I440fx(clock, Line(), on_pm_base=move)
    rig = Rig(clock, [device, bridge], outputs={SCI: irq})
    return rig


def narrow(outcome: GoldenOutcome) -> bool:
    """Whether the step reads parts of a register: of these the traces give the wrong bytes."""
    address, operation = outcome.step.get("addr", 0), outcome.step["op"]
    if not operation.startswith("in") or address < BASE or GPE0_BASE <= address < GPE0_BASE + 4:
        return False
    offset = address % SIZE
    return (operation, offset) not in {
        ("inl", PmReg.PM_TMR),
        ("inw", PmReg.PM1_STS),
        ("inw", PmReg.PM1_EN),
        ("inw", PmReg.PM1_CNT),
    }


@pytest.mark.parametrize("path", TRACES, ids=trace_id)
def test_pm_agrees_with_the_trace(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pmtimer, "next_overflow", early_overflow)
    monkeypatch.setattr(pmtimer, "ENABLE_BITS", 0xFFFF)
    differing = set()
    for outcome in replay(path, make(path)):
        expected = tuple(edge for edge in outcome.expected_edges if edge[0] == SCI)
        value = outcome.found == outcome.expected or narrow(outcome)
        if not value or outcome.found_edges != expected:
            differing.add(outcome.number)
    assert differing == EARLY.get(trace_id(path), set())
