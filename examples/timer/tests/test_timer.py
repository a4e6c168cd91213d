# SPDX-License-Identifier: Apache-2.0
"""What has to hold of the timer and its gate."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings
from lightexit import HostClock, Line, ManualClock, NativeEngine, PcConfig, RunEnd, Space
from lightexit.testing import (
    DeviceLaws,
    Expect,
    Jump,
    Read,
    Rig,
    Subject,
    Trace,
    Wait,
    Write,
    replay,
)

import guest
from timer import Gate, Timer
from timer.gate import DONE, GATE, LAMPS
from timer.machine import IRQ, pc_with_timer

LEFT, CONTROL = guest.LEFT, guest.CONTROL


def both(clock: ManualClock) -> Rig:
    """The two, wired and placed as in the machine."""
    irq = Line()
    timer = Timer(clock, irq)
    places = {"timer": LEFT, "gate": CONTROL}
    return Rig(clock, [timer, Gate(clock, timer)], {IRQ: irq}, places=places)


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
            Expect(("timer", 0), False),
            Wait(1),
            Read(Space.PIO, CONTROL, 1, answer=GATE | DONE),
            Read(Space.PIO, LEFT, 4, answer=0),
            Expect(("timer", 0), True),
            Write(Space.PIO, LEFT, 4, value=10),
            Expect(("timer", 0), False),
        ),
    )


def test_a_gate_that_closes_late_does_not_take_the_interrupt() -> None:
    replay(
        both,
        Trace(
            Write(Space.PIO, LEFT, 4, value=10),
            Write(Space.PIO, CONTROL, 1, value=GATE),
            Jump(10_000),
            Write(Space.PIO, CONTROL, 1, value=0),
            Expect(("timer", 0), True),
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


def test_the_interrupt_comes_when_the_gate_has_made_it_due() -> None:
    pytest.importorskip("unicorn")
    clock = ManualClock(step_ns=1000)  # VM time is the number of accesses
    with pc_with_timer(PcConfig(kernel=guest.CODE), clock, NativeEngine()) as machine:
        assert machine.run().reason is RunEnd.EXIT
        (awaits,) = [
            each for each in machine.bus.counts() if each.device == "pic" and not each.is_write
        ]
    assert awaits.accesses == 1


def test_the_guest_is_the_one_that_is_run() -> None:
    assert Path(guest.__file__).with_name("guest.bin").read_bytes() == guest.CODE
