# SPDX-License-Identifier: Apache-2.0
"""What has to hold of the counter."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings
from lightexit import Bus, HostClock, ManualClock, NativeEngine, PcConfig, RunEnd, Space, pc_machine
from lightexit.testing import DeviceLaws

import guest
from counter import Counter
from counter.device import Reg

BASE = 0x700


class TestLaws(DeviceLaws):
    """What holds of every device: a test for each law, on random traffic."""

    device = Counter
    settings = settings(max_examples=20)


@pytest.mark.parametrize("hz", [1000, 3_579_545, 2**32 - 1])
def test_it_counts_at_its_rate(hz: int) -> None:
    clock = ManualClock()
    bus = Bus(clock)
    bus.attach(Counter(clock, hz), at=BASE)
    clock.advance(3 * 10**9)
    assert bus.read(Space.PIO, BASE + Reg.COUNTER, 4) == 3 * hz % 2**32
    bus.write(Space.PIO, BASE + Reg.COUNTER, 0, 4)
    assert bus.read(Space.PIO, BASE + Reg.COUNTER, 4) == 0


def test_its_filter_answers_a_guest() -> None:
    pytest.importorskip("unicorn")
    with pc_machine(PcConfig(kernel=guest.CODE), HostClock(), NativeEngine()) as machine:
        machine.add(Counter(machine.clock), at=BASE)
        assert machine.run().reason is RunEnd.EXIT
        reads = [each for each in machine.bus.counts() if each.register == "COUNTER"]
    assert sum(each.handled for each in reads) == guest.READS


def test_the_guest_is_the_one_that_is_run() -> None:
    assert Path(guest.__file__).with_name("guest.bin").read_bytes() == guest.CODE
