# SPDX-License-Identifier: Apache-2.0
"""The table of a PC's addresses is the only place that has addresses of its devices."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lightexit.abi import Space
from lightexit.bus.clock import ManualClock
from lightexit.vm import pc, places
from lightexit.vm.pc import PcConfig, pc_machine

DEVICES = Path(pc.__file__).parents[1] / "devices"
#: What has stood in the books since the PC/AT, and what this machine has chosen.
EXPECTED = {
    "pic": {0x20, 0xA0, 0x4D0},
    "pit": {0x40},
    "port61": {0x61},
    "rtc": {0x70},
    "ps2": {0x60, 0x64},
    "port92": {0x92},
    "pm": {0xB000, 0xB2, 0xAFE0},
    "i440fx": {0xCF8},
    "fw_cfg": {0x510, 0x514},
    "debug_exit": {0xF4},
    "debugcon": {0x402},
    "uart": {0x3F8},
    "hpet": {0xFED0_0000},
    "ioapic": {0xFEC0_0000},
    # Its page is one window of seven regions, its MSRs are one of eleven, and two alone; CR8.
    "local_apic": {
        *(0xFEE0_0000 + each for each in (0, 0xB0, 0xB4, 0x180, 0x300, 0x304, 0x3A0)),
        *(0x1B, 0x6E0, 0x802, 0x808, 0x80A, 0x80B, 0x80D, 0x80F, 0x818, 0x830, 0x832, 0x83E, 0x83F),
        1 << 63,
    },
}


def test_every_device_of_a_pc_is_where_the_table_says() -> None:
    with pc_machine(PcConfig(kernel=b"\xf4"), ManualClock()) as machine:
        found = {
            model.name: {port.region.base for port in ports}
            for model, ports in machine.bus._ports.items()
        }
    assert found == EXPECTED


def test_no_device_knows_an_address() -> None:
    for path in DEVICES.glob("*.py"):
        assert not re.search(r"\.at\(|\bbase: int\b", path.read_text()), path.name


def test_a_pc_with_a_device_elsewhere_needs_the_table_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(places.PC, "rtc", 0x170)
    with pc_machine(PcConfig(kernel=b"\xf4"), ManualClock()) as machine:
        assert machine.bus.read(Space.PIO, 0x70, 1) == 0xFF
        machine.bus.write(Space.PIO, 0x170, 0x0D, 1)
        assert machine.bus.read(Space.PIO, 0x171, 1) == 0x80
