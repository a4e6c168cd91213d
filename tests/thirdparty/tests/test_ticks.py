# SPDX-License-Identifier: Apache-2.0
"""The device obeys every law that lightexit knows."""

from __future__ import annotations

from lightexit_ticks import PORT, Reg, Ticks

from lightexit import Space
from lightexit.testing import DeviceLaws, Read, Subject, Trace, Wait, Write, replay


class TestTicks(DeviceLaws):
    """At the port that the PC has it at."""

    device = Subject(Ticks, at=PORT)


def test_a_second_has_as_many_ticks_as_the_crystal_gives() -> None:
    """The data sheet's law: model and filter could be wrong alike."""
    trace = Trace(
        Write(Space.PIO, Reg.COUNT, 4, value=0),
        Wait(10**9),
        Read(Space.PIO, Reg.COUNT, 4, answer=3_579_545),
    )
    replay(Ticks, trace)
