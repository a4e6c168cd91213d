# SPDX-License-Identifier: Apache-2.0
"""What has to hold of the timer and its gate."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings
from lightexit import HostClock, ManualClock, NativeEngine, PcConfig, RunEnd, Space
from lightexit.testing import DeviceLaws, Read, Rig, Subject, Trace, Wait, Write, replay

import guest
from timer import Gate, Timer
from timer.gate import DONE, GATE, LAMPS
from timer.machine import pc_with_timer

LEFT, CONTROL = guest.LEFT, guest.CONTROL


def both(clock: ManualClock) -> Rig:
    """The two, wired and placed as in the machine."""
    timer = Timer(clock)
    return Rig(clock, [timer, Gate(clock, timer)], places={"timer": LEFT, "gate": CONTROL})


class TestLaws(DeviceLaws):
    """What holds of every device: a test for each law, on random traffic to both."""

    device = Subject(both, values=[1, 3, 1000])
    settings = settings(max_examples=20)


def test_time_passes_while_the_gate_is_open() -> None:
    replay(
        both,
        Trace(
            Write(Space.PIO, LEFT, 4, value=10),
            Wait(5_000),
            Read(Space.PIO, LEFT, 4, answer=10),
            Write(Space.PIO, CONTROL, 1, value=GATE | LAMPS),
            Wait(3_999),
            Read(Space.PIO, LEFT, 4, answer=7),
            Write(Space.PIO, CONTROL, 1, value=LAMPS),
            Wait(5_000),
            Read(Space.PIO, CONTROL, 1, answer=LAMPS),
            Write(Space.PIO, CONTROL, 1, value=GATE),
            Wait(6_000),
            Read(Space.PIO, CONTROL, 1, answer=GATE),
            Wait(1),
            Read(Space.PIO, CONTROL, 1, answer=GATE | DONE),
            Read(Space.PIO, LEFT, 4, answer=0),
        ),
    )


def test_the_filter_answers_a_guest_from_both_states() -> None:
    pytest.importorskip("unicorn")
    config = PcConfig(kernel=guest.CODE)
    with pc_with_timer(config, HostClock(), NativeEngine()) as machine:
        assert machine.run().reason is RunEnd.EXIT
        (polls,) = [
            each for each in machine.bus.counts() if each.device == "gate" and not each.is_write
        ]
    assert polls.handled > 0
    assert polls.passed == 0


def test_the_guest_is_the_one_that_is_run() -> None:
    assert Path(guest.__file__).with_name("guest.bin").read_bytes() == guest.CODE
