# SPDX-License-Identifier: Apache-2.0
"""The page of a PC's local APIC is where IA32_APIC_BASE says."""

from __future__ import annotations

from pathlib import Path

import pytest

from lightexit.abi import Space
from lightexit.bus.clock import ManualClock
from lightexit.vm import pci, places
from lightexit.vm.machine import Machine
from lightexit.vm.memory import MIB
from lightexit.vm.pc import PcConfig, pc_machine

BASE, ENABLED, VERSION = 0x1B, 0x900, 0x30
ELSEWHERE, NOWHERE = 0xD000_0000, 0xFFFF_FFFF


def pc() -> Machine:
    return pc_machine(PcConfig(ram_bytes=2 * MIB), ManualClock())


def move(machine: Machine, to: int) -> None:
    machine.bus.write(Space.MSR, BASE, to | ENABLED, 8)


def is_at(machine: Machine, base: int) -> bool:
    told = machine.bus.read(Space.MSR, BASE, 8) == base | ENABLED
    return told and machine.bus.read(Space.MMIO, base + VERSION, 4) != NOWHERE


def test_it_moves_and_a_reset_brings_it_back() -> None:
    machine = pc()
    move(machine, ELSEWHERE)
    assert is_at(machine, ELSEWHERE)
    assert machine.bus.read(Space.MMIO, places.LOCAL_APIC + VERSION, 4) == NOWHERE
    machine._resets.power_on()
    assert is_at(machine, places.LOCAL_APIC)
    assert machine.bus.read(Space.MMIO, ELSEWHERE + VERSION, 4) == NOWHERE


@pytest.mark.parametrize(
    "taken", [0, 0x10_0000, 0x1F_F000, places.HPET, places.IOAPIC, 1 << 32, 1 << 35]
)
def test_it_does_not_go_where_something_else_is_or_nothing_can_be(taken: int) -> None:
    machine = pc()
    move(machine, ELSEWHERE)
    move(machine, taken)
    assert is_at(machine, ELSEWHERE)


def test_moving_it_for_ever_grows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pci, "MOST_RETIRED", 200)
    machine = pc()
    with machine.bus.running():
        for number in range(100):
            move(machine, ELSEWHERE if number % 2 else places.LOCAL_APIC)
        assert machine.bus.retired < 250
    move(machine, ELSEWHERE)
    assert is_at(machine, ELSEWHERE)


def test_it_is_where_it_was_saved(tmp_path: Path) -> None:
    saved, other = pc(), pc()
    move(saved, ELSEWHERE)
    saved.save(tmp_path / "saved")
    other.restore(tmp_path / "saved")
    assert is_at(other, ELSEWHERE)
    move(saved, places.LOCAL_APIC)
    saved.restore(tmp_path / "saved")
    assert is_at(saved, ELSEWHERE)
