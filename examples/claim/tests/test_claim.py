# SPDX-License-Identifier: Apache-2.0
"""What has to hold of the claim register."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings
from lightexit import HostClock, Line, NativeEngine, PcConfig, RunEnd, Space, pc_machine
from lightexit.testing import DeviceLaws, Read, Subject, Trace, Write, replay

import guest
from claim import Claim
from claim.device import Reg

BASE = 0x700


class TestLaws(DeviceLaws):
    """What holds of every device: a test for each law, on random traffic."""

    device = Subject(
        Claim,
        values=[0, 1, 0x8000_0000],
        outside=["request"],  # the host calls it: for other devices
        hot=[Reg.CLAIM],
    )
    settings = settings(max_examples=20)


def test_the_lowest_source_is_taken_first() -> None:
    replay(
        Claim,
        Trace(
            Write(Space.PIO, Reg.PENDING, 4, value=0x8000_0100),
            Read(Space.PIO, Reg.CLAIM, 4, answer=9),
            Read(Space.PIO, Reg.PENDING, 4, answer=0x8000_0000),
            Read(Space.PIO, Reg.CLAIM, 4, answer=32),
            Read(Space.PIO, Reg.CLAIM, 4, answer=0),
        ),
    )


def test_the_filter_lowers_the_line_with_the_last_source() -> None:
    pytest.importorskip("unicorn")
    changes: list[bool] = []
    irq = Line(changes.append)
    with pc_machine(PcConfig(kernel=guest.CODE), HostClock(), NativeEngine()) as machine:
        machine.add(Claim(machine.clock, irq), at=BASE)
        assert machine.run().reason is RunEnd.EXIT
        (claims,) = [each for each in machine.bus.counts() if each.register == "CLAIM"]
    assert claims.handled == guest.ROUNDS * (guest.SOURCES.bit_count() + 1)
    assert changes == [True, False] * guest.ROUNDS


def test_the_guest_is_the_one_that_is_run() -> None:
    assert Path(guest.__file__).with_name("guest.bin").read_bytes() == guest.CODE
