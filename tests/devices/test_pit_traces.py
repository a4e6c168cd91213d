# SPDX-License-Identifier: Apache-2.0
"""The PIT and port 0x61 against QEMU's: how counts are read and written, exactly.

What QEMU does otherwise than the data sheet (Intel 82C54; PIIX4 for port 0x61), and we do not:

| QEMU                                                   | data sheet: what we do             |
|--------------------------------------------------------|------------------------------------|
| a new count is loaded at once, time runs from the      | at the next CLK; in modes 2 and 3  |
| nanosecond of the write                                | at the end of the period           |
| a control word, or the first byte in mode 0, does not  | both stop it; OUT takes its first  |
| stop the count                                         | level                              |
| a control word keeps what is latched, status and count | reprogramming drops it             |
| the gate never pauses counting nor forces OUT; mode 1  | GATE as in its table; modes 1 and  |
| and 5 run without a trigger                            | 5 wait for a trigger               |
| BCD is ignored; modes 6 and 7 are modes of their own   | both as the data sheet has them    |
| the null count flag is always 0                        | 1 until the count is loaded        |
| mode 1, 2, 4 and 5 have OUT inverted                   | low for the shot, pulse or strobe  |
| mode 3 counts down from the full count in either half  | from an even count in each half    |
| power-on is mode 3, LSB only, latches without effect   | undefined; ours is in pit.py       |
| port 0x43 reads 0                                      | nothing answers: all ones          |
| port 0x61: bits 2, 3 not kept, bit 4 toggles by reads  | kept; bit 4 toggles by time        |

`QemuPit` counts in QEMU's way, and does all else (flip-flops, latches, read-back, decoding) in
ours. Of time, the last two tests compare our own counts and edges to within the two ticks that
QEMU cuts off.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from devices.replay import ROOT, GoldenOutcome, replay, trace_files, trace_id
from lightexit.abi import muldiv64
from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.devices import pit as chip
from lightexit.devices import port61 as port
from lightexit.devices.pit import FREQUENCY, NS, Pit
from lightexit.devices.pit_counter import NEVER, CountAccess, PitCounter
from lightexit.devices.port61 import KEPT, Port61
from lightexit.filter import Array, Struct, array, u8, u64
from lightexit.rigs.rig import Rig


class QemuCounter(PitCounter):
    """A counter with the deviations of the table. Its ticks are nanoseconds."""

    latched_access: u8

    def elapsed(self, tick: int) -> int:
        return muldiv64(tick - self.origin, FREQUENCY, NS)

    def output(self, tick: int) -> bool:
        counted, phase = self.elapsed(tick), self.elapsed(tick) % self.reload
        mode = self.control >> 1 & 7
        square = phase < self.reload + 1 >> 1
        until = counted < self.reload
        strobe = counted == self.reload
        pulse = phase == 0 and counted != 0
        return (not until, until, pulse, square, strobe, strobe, not until, not until)[mode]

    def shown(self, tick: int) -> int:
        counted, mode = self.elapsed(tick), self.control >> 1 & 7
        if mode in (0, 1, 4, 5):
            return self.reload - counted & 0xFFFF
        step = 2 if mode == 3 else 1
        return self.reload - step * counted % self.reload & 0xFFFF

    def latch_count(self, tick: int) -> None:
        if self.access() != CountAccess.LATCH and not self.unread:
            super().latch_count(tick)
            self.latched_access = self.access()

    def read(self, tick: int) -> int:
        control = self.control
        if self.unread and not self.status_latched:
            self.control = self.latched_access << 4
        value = super().read(tick)
        self.control = control
        return value

    def program(self, control: int, tick: int) -> None:
        self.control = control & 0x3F
        self.msb_read_next = self.msb_write_next = False

    def write(self, value: int, tick: int) -> None:
        control = self.control
        self.control = control & ~1 | (0 if self.access() else CountAccess.LSB << 4)
        super().write(value, tick)
        self.control = control

    def _pause(self, tick: int) -> None:
        pass

    def _schedule(self, tick: int) -> None:
        self.origin, self.reload, self.null_count = tick, self.count, False

    def _open(self, tick: int) -> None:
        if self.mode() not in (0, 4):
            self.origin = tick

    def _close(self, tick: int) -> None:
        pass


class QemuPitState(Struct):
    """Three of them."""

    counters: Array[QemuCounter] = array(QemuCounter, chip.COUNTERS)
    wakeup: u64 = NEVER


class QemuPit(Pit):
    """Our PIT around those counters."""

    def reset(self) -> None:
        super().reset()
        for counter in self.state.counters:
            counter.control, counter.reload, counter.null_count = 3 << 1, 0x10000, False

    def read(self, offset: int, size: int) -> int:
        return 0 if offset == chip.PitReg.CONTROL else super().read(offset, size)


QemuPit.state_type = QemuPitState


class QemuPort61(Port61):
    """Port 0x61 whose refresh bit toggles when it is read."""

    refresh = 0

    def read(self, offset: int, size: int) -> int:
        self.refresh ^= 1 << 4
        return super().read(offset, size) & ~(KEPT & ~2 | 1 << 4) | self.refresh


def rig(pit: Pit, port61: Port61, clock: ManualClock) -> Rig:
    return Rig(clock, [pit, port61], outputs={0: pit.irq0})


@pytest.mark.parametrize("path", trace_files("pit"), ids=trace_id)
def test_reads_agree(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (chip, port):
        monkeypatch.setattr(module, "ticks", lambda now_ns: now_ns)
    clock = ManualClock()
    pit = QemuPit(clock, Line())
    monkeypatch.setattr(pit, "next_wakeup", lambda: None)
    outcomes = list(replay(path, rig(pit, QemuPort61(clock, pit), clock)))
    wrong = [outcome for outcome in outcomes if outcome.expected != outcome.found]
    assert not wrong, wrong[0]
    assert any(outcome.expected is not None for outcome in outcomes)


TICK_NS = NS // FREQUENCY + 1
#: What QEMU cuts off: part of a tick at the write, part of one at the edge.
TOLERANCE_NS = 2 * TICK_NS


def run_ours(name: str) -> tuple[list[GoldenOutcome], Rig]:
    clock = ManualClock()
    pit = Pit(clock, Line())
    ours = rig(pit, Port61(clock, pit), clock)
    return list(replay(ROOT / "scenarios" / "pit" / f"{name}.jsonl", ours)), ours


def rises(outcomes: list[GoldenOutcome]) -> list[tuple[int, int]]:
    """When QEMU's IRQ0 rose: the earliest and the latest time that the trace allows."""
    spans = []
    for before, outcome in pairwise([outcomes[0], *outcomes]):
        exact = outcome.step.get("deadline", False)
        earliest = outcome.t_ns if exact else before.t_ns
        spans += [(earliest, outcome.t_ns) for _, level in outcome.expected_edges if level]
    return spans


@pytest.mark.parametrize(
    ("name", "rising", "which"),
    [
        ("mode0_reload", True, slice(None)),
        ("mode2_rate", True, slice(1, None)),  # in QEMU the line is low until the first pulse
        ("mode3_odd", True, slice(3)),  # then it is written again, where the edges differ
        ("mode4_strobe", False, slice(None)),  # QEMU's strobe is high, ours is low
    ],
)
def test_edges_agree(name: str, rising: bool, which: slice) -> None:
    outcomes, ours = run_ours(name)
    found = [ns for ns, _, level in ours.edges if level == rising][which]
    spans = rises(outcomes)[: len(found)]
    assert len(found) == len(spans) >= 2
    for ns, (earliest, latest) in zip(found, spans, strict=True):
        assert earliest - TOLERANCE_NS <= ns <= latest + TOLERANCE_NS


def test_calibration_agrees() -> None:
    outcomes, _ = run_ours("calibration_loop")
    polls = [outcome for outcome in outcomes[1:] if outcome.step.get("addr") == 0x61]
    assert [bool(poll.found and poll.found & 1 << 5) for poll in polls if poll.found] == [
        bool(poll.expected and poll.expected & 1 << 5) for poll in polls if poll.found
    ]
    reads = [outcome for outcome in outcomes if outcome.step.get("addr") == 0x42]
    reads = [outcome for outcome in reads if outcome.expected is not None]
    assert len(reads) == 26
    for low, high in zip(reads[::2], reads[1::2], strict=True):
        expected = (low.expected or 0) | (high.expected or 0) << 8
        found = (low.found or 0) | (high.found or 0) << 8
        assert (found - expected) & 0xFFFF <= 2
