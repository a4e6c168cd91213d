# SPDX-License-Identifier: Apache-2.0
"""SeaBIOS, unmodified, to its end: the same with filters and without."""

from __future__ import annotations

from pathlib import Path

import pytest

from lightexit.bus.clock import HostClock, ManualClock
from lightexit.bus.counters import RegisterCount
from lightexit.engine.api import Engine
from lightexit.engine.native import NativeEngine
from lightexit.vm.console import Console
from lightexit.vm.firmware import load_firmware
from lightexit.vm.machine import Machine, Outcome, RunEnd, RunLimits
from lightexit.vm.pc import PcConfig, pc_machine

FOLDER = Path("/usr/share/seabios")
END = b"No bootable device."
LIMITS = RunLimits(text=END, seconds=30)

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="SeaBIOS is not installed (Debian package seabios)"
)


def booted(
    name: str, clock: HostClock | ManualClock, engine: Engine | None
) -> tuple[Machine, Outcome]:
    machine = pc_machine(PcConfig(load_firmware(FOLDER / name)), clock, engine)
    return machine, machine.run(LIMITS)


def reads(counts: list[RegisterCount]) -> list[RegisterCount]:
    return [count for count in counts if not count.is_write]


@pytest.mark.parametrize("name", ["bios.bin", "bios-256k.bin"])
def test_filters_change_nothing_and_answer_most_reads(name: str) -> None:
    plain, plain_outcome = booted(name, ManualClock(step_ns=1000), None)
    fast, fast_outcome = booted(name, ManualClock(step_ns=1000), NativeEngine())
    assert plain_outcome.reason is fast_outcome.reason is RunEnd.TEXT
    assert fast.console.text == plain.console.text
    assert "Running on QEMU (i440fx)" in fast.console.text
    # Accesses are what makes time pass here: the same number means the same machine throughout.
    assert fast_outcome.accesses == plain_outcome.accesses
    assert fast.clock.now_ns() == plain.clock.now_ns()
    assert [count.accesses for count in fast.bus.counts()] == [
        count.accesses for count in plain.bus.counts()
    ]
    assert fast.bus.unclaimed() == plain.bus.unclaimed()
    answered = sum(count.handled for count in reads(fast.bus.counts()))
    assert answered >= 0.9 * sum(count.accesses for count in reads(fast.bus.counts()))


def test_it_boots_on_host_time_with_the_same_output() -> None:
    texts = [
        booted("bios.bin", HostClock(), engine)[0].console.text for engine in (None, NativeEngine())
    ]
    assert texts[0] == texts[1]
    assert texts[0].endswith(END.decode())


@pytest.mark.parametrize("name", ["bios.bin", "bios-256k.bin"])
def test_a_guest_of_the_firmware_finds_the_tables(name: str) -> None:
    machine, outcome = booted(name, HostClock(), NativeEngine())
    assert outcome.reason is RunEnd.TEXT
    assert "Using pmtimer, ioport 0x608" in machine.console.text
    assert "PS2 keyboard initialized" in machine.console.text
    ram = bytes(machine.board.memory.ram)
    root = next(at for at in range(0xE0000, 0x100000, 16) if ram.startswith(b"RSD PTR ", at))
    assert sum(ram[root : root + 20]) % 256 == sum(ram[root : root + 36]) % 256 == 0
    xsdt = int.from_bytes(ram[root + 24 : root + 32], "little")
    size = int.from_bytes(ram[xsdt + 4 : xsdt + 8], "little")
    tables = {}
    for place in range(xsdt + 36, xsdt + size, 8):
        table = int.from_bytes(ram[place : place + 8], "little")
        length = int.from_bytes(ram[table + 4 : table + 8], "little")
        tables[ram[table : table + 4]] = ram[table : table + length]
    assert {b"FACP", b"HPET"} <= set(tables)
    assert not [name for name, table in tables.items() if sum(table) % 256]
    assert int.from_bytes(tables[b"FACP"][76:80], "little") == 0x608


def test_ram_size_reaches_the_firmware_and_output_is_handed_on() -> None:
    shown = bytearray()
    config = PcConfig(load_firmware(FOLDER / "bios.bin"), ram_bytes=64 << 20)
    machine = pc_machine(config, ManualClock(step_ns=1000), debug=Console(shown.extend))
    assert machine.run(LIMITS).reason is RunEnd.TEXT
    assert b"qemu/e820: addr 0x0000000000000000 len 0x0000000004000000 [RAM]" in shown
    assert bytes(shown) == bytes(machine.console.output)
