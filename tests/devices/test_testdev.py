# SPDX-License-Identifier: Apache-2.0
"""pc-testdev: the scratch register by every width, interrupts, memory that is a device's."""

from __future__ import annotations

import pytest

from lightexit.abi import Space
from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.devices.testdev import PcTestdev
from lightexit.rigs.rig import Rig
from lightexit.rigs.runners import plain

MEMORY = 0xFF00_0000


class Wired:
    """A test device, and the levels of its interrupts as they came."""

    def __init__(self) -> None:
        self.heard: list[tuple[int, bool]] = []
        clock = ManualClock()
        device = PcTestdev(clock, self._wire)
        self.rig = Rig(clock, [device], runner=plain)

    def _wire(self, number: int) -> Line:
        return Line(lambda level: self.heard.append((number, level)))


@pytest.mark.parametrize("port", [0xE0, 0xE8])
def test_the_scratch_register_has_every_width(port: int) -> None:
    rig = Wired().rig
    rig.write(Space.PIO, port, 0x1122_3344, 4)
    rig.write(Space.PIO, port + 1, 0x55, 1)
    rig.write(Space.PIO, port + 2, 0x6677, 2)
    assert rig.read(Space.PIO, port, 4) == 0x6677_5544
    assert [rig.read(Space.PIO, port + each, 1) for each in range(4)] == [0x44, 0x55, 0x77, 0x66]
    assert rig.read(Space.PIO, 0xE0, 2) == 0x5544


def test_the_flush_register_keeps_nothing() -> None:
    rig = Wired().rig
    rig.write(Space.PIO, 0xE4, 0x1234_5678, 4)
    assert rig.read(Space.PIO, 0xE4, 4) == 0xFFFF_FFFF
    assert rig.read(Space.PIO, 0xE0, 4) == 0


def test_a_byte_is_an_interrupts_level() -> None:
    wired = Wired()
    for number, byte in ((0, 1), (15, 0x80), (15, 1), (0, 0), (2, 1), (16, 1), (23, 1)):
        wired.rig.outb(0x2000 + number, byte)
    assert wired.heard == [(0, True), (15, True), (0, False)]
    wired.rig.devices[0].reset()
    assert wired.heard[3:] == [(15, False)]


def test_its_memory_keeps_what_is_written() -> None:
    rig = Wired().rig
    rig.write(Space.MMIO, MEMORY + 0x1001, 0x1122_3344_5566_7788, 8)
    assert rig.read(Space.MMIO, MEMORY + 0x1004, 4) == 0x2233_4455
    device = rig.devices[0]
    device.write(0x1FFFF, 0xAABB, 2)
    assert device.read(0x1FFFF, 2) == 0xFFBB
