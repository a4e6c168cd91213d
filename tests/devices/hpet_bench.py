# SPDX-License-Identifier: Apache-2.0
"""An HPET to work with, and the lines around it."""

from __future__ import annotations

from devices.ticking_hpet import LINES, ROUTES
from lightexit.abi import Space
from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.devices.hpet import Hpet, HpetReg
from lightexit.rigs.rig import Rig
from lightexit.vm.places import HPET as BASE

ON, OFF, LEGACY = 1, 0, 2


class Bench:
    """An HPET whose time moves by ticks of 10 ns."""

    def __init__(self, tick: int = 0) -> None:
        self.clock = ManualClock(10 * tick)
        self.rig = rig(self.clock)
        self.hpet = self.rig.devices[0]
        assert isinstance(self.hpet, Hpet)

    def wait(self, count: int) -> None:
        self.rig.wait(10 * count)

    def jump(self, count: int) -> None:
        """Time passes without `advance`."""
        self.clock.advance(10 * count)

    def read(self, register: int, size: int = 8) -> int:
        return self.rig.read(Space.MMIO, BASE + register, size)

    def write(self, register: int, value: int, size: int = 8) -> None:
        self.rig.write(Space.MMIO, BASE + register, value, size)

    def edges(self, line: int | str) -> list[tuple[int, bool]]:
        number = LINES.index(line)
        return [(ns // 10, level) for ns, output, level in self.rig.edges if output == number]

    def arm(self, index: int, config: int, comparator: int) -> None:
        """Configure a timer on its first route, and set its comparator."""
        self.write(HpetReg.T0_CONFIG + 0x20 * index, config | ROUTES[0] << 9)
        self.write(HpetReg.T0_COMPARATOR + 0x20 * index, comparator)


def rig(clock: ManualClock) -> Rig:
    lines = [Line() for _ in LINES]
    hpet = Hpet(clock, lines[0], lines[1], dict(zip(ROUTES, lines[2:], strict=True)))
    return Rig(
        clock,
        [hpet],
        outputs=dict(enumerate(lines)),
        inputs={("irq", 0): hpet.irq0_in, ("irq", 8): hpet.irq8_in},
    )
