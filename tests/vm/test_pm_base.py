# SPDX-License-Identifier: Apache-2.0
"""The PM registers of a PC are where the guest puts them."""

from __future__ import annotations

import pytest

from lightexit.abi import Space
from lightexit.bus.clock import ManualClock
from lightexit.vm import pci, places
from lightexit.vm.memory import MIB
from lightexit.vm.pc import PcConfig, pc_machine

PMBASE, PMREGMISC = 1 << 31 | 11 << 8 | 0x40, 1 << 31 | 11 << 8 | 0x80


class Pc:
    def __init__(self) -> None:
        self.machine = pc_machine(PcConfig(ram_bytes=2 * MIB), ManualClock())

    def configure(self, register: int, value: int) -> None:
        self.machine.bus.write(Space.PIO, 0xCF8, register, 4)
        self.machine.bus.write(Space.PIO, 0xCFC, value, 4)

    def is_at(self, base: int) -> bool:
        """Whether PM1_EN is there, which keeps what is written."""
        self.machine.bus.write(Space.PIO, base + 2, 0x100, 2)
        found = self.machine.bus.read(Space.PIO, base + 2, 2)
        self.machine.bus.write(Space.PIO, base + 2, 0, 2)
        return found == 0x100


def test_they_move_when_they_are_switched_on_and_a_reset_brings_them_back() -> None:
    pc = Pc()
    assert pc.is_at(places.PM)
    pc.configure(PMBASE, 0x601)
    assert pc.is_at(places.PM)
    pc.configure(PMREGMISC, 1)
    assert pc.is_at(0x600)
    assert not pc.is_at(places.PM)
    pc.machine._resets.power_on()
    assert pc.is_at(places.PM)
    assert not pc.is_at(0x600)


@pytest.mark.parametrize("taken", [0x3C0, 0x40, 0x500])
def test_they_do_not_go_where_something_else_is(taken: int) -> None:
    pc = Pc()
    pc.configure(PMREGMISC, 1)
    pc.configure(PMBASE, 0x601)
    pc.configure(PMBASE, taken | 1)
    assert pc.is_at(0x600)


def test_moving_them_for_ever_grows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pci, "MOST_RETIRED", 50)
    pc = Pc()
    pc.configure(PMREGMISC, 1)
    with pc.machine.bus.running():
        for number in range(200):
            pc.configure(PMBASE, 0x601 if number % 2 else 0x681)
        assert pc.machine.bus.retired < 60
