# SPDX-License-Identifier: Apache-2.0
"""A machine of several vCPUs: all of them run, on devices that lose no access."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from guests.build import guest
from guests.harness import RAM
from guests.probe import Probe
from lightexit.abi import Space
from lightexit.bus.clock import Clock, HostClock
from lightexit.bus.region import pio
from lightexit.devices.device import Device
from lightexit.devices.pit import Pit
from lightexit.engine.api import Engine
from lightexit.engine.native import NativeEngine
from lightexit.errors import HostError
from lightexit.vm import places
from lightexit.vm.console import Console
from lightexit.vm.firmware import load_firmware
from lightexit.vm.irqchip import Irqchip
from lightexit.vm.kvm.backend import KvmBackend
from lightexit.vm.kvm.cpu import KvmCpu
from lightexit.vm.machine import Machine, RunEnd, RunLimits
from lightexit.vm.memory import GuestMemory
from lightexit.vm.pc import PcConfig, add_controllers, pc_machine
from vm.kvm.board import ENTRY, SPIN, Tally, TallyState, begin, board, build
from vm.kvm.test_apic import Sender
from vm.kvm.test_interrupts import WANTED
from vm.moved import SOON_NS, START, WAYS, add_both

ROUNDS = 1000


@pytest.mark.parametrize("cpus", [2, 3])
@pytest.mark.parametrize("engine", [None, NativeEngine], ids=["models", "filters"])
def test_one_vcpu_starts_the_others_and_all_accesses_are_counted(
    cpus: int, engine: Callable[[], Engine] | None
) -> None:
    memory = GuestMemory(RAM, guest("peers"))
    memory.ram[0x600:0x604] = cpus.to_bytes(4, "little")
    machine = build(cpus, memory, engine and engine())
    tally = Tally(machine.clock, machine.stop)
    machine.add(tally)
    outcome = machine.run(RunLimits(seconds=30))
    assert outcome.reason is RunEnd.REQUEST
    each = [ROUNDS] * cpus + [0] * (4 - cpus)
    assert (list(tally.state.reads), list(tally.state.writes)) == (each, each)
    counts = [count for count in machine.bus.counts() if count.address < 0x512]
    assert [count.accesses for count in counts] == [ROUNDS] * (2 * cpus)
    handled = [0] * 4
    for count in counts:
        handled[(count.address - 0x500) // 4] += count.handled
    assert list(tally.state.handled) == handled
    assert (sum(handled) > 0) == (engine is not None)
    # And the one that ended the run.
    assert outcome.accesses == 2 * ROUNDS * cpus + 1


def timer_machine(cpus: int, name: str, irqchip: Irqchip) -> tuple[Machine, Probe]:
    """A PIT on input 0 of the interrupt controllers; the probe ends the run."""
    machine = build(cpus, GuestMemory(RAM, guest(name)), NativeEngine(), irqchip)
    probe = Probe(machine.clock, lambda level: None)
    for device in (Pit(machine.clock, add_controllers(machine)(0)), probe):
        machine.add(device, places.PC.get(device.name))
    return machine, probe


def written(probe: Probe) -> list[int]:
    return [value for is_write, offset, _, value in probe.log if is_write and offset == 0]


ALL_OR_LOCAL_APICS = pytest.mark.parametrize("irqchip", [Irqchip.KERNEL, Irqchip.SPLIT])


@pytest.mark.parametrize(
    ("cpus", "irqchip"), [(2, Irqchip.KERNEL), (2, Irqchip.SPLIT), (1, Irqchip.SPLIT)]
)
def test_a_timer_interrupts_the_first_through_the_pic(cpus: int, irqchip: Irqchip) -> None:
    machine, probe = timer_machine(cpus, "timer", irqchip)
    log = probe.write

    def write(offset: int, value: int, size: int) -> None:
        log(offset, value, size)
        if value == 40:
            machine.stop()

    probe.write = write  # type: ignore[method-assign]
    outcome = machine.run(RunLimits(seconds=20))
    assert outcome.reason is RunEnd.REQUEST, written(probe)
    assert written(probe) == list(range(1, 41))
    assert outcome.seconds > 0.07


@ALL_OR_LOCAL_APICS
def test_a_timer_interrupts_the_second_through_the_io_apic(irqchip: Irqchip) -> None:
    machine, probe = timer_machine(2, "ioapic", irqchip)
    probe.done = machine.stop
    outcome = machine.run(RunLimits(seconds=20))
    assert outcome.reason is RunEnd.REQUEST, written(probe)
    assert written(probe) == list(range(1, 41))
    assert outcome.seconds > 0.07


def test_a_filter_on_one_vcpu_interrupts_another() -> None:
    memory = GuestMemory(RAM, guest("apic"))
    machine = build(2, memory, NativeEngine())
    probe, sender = Probe(machine.clock, lambda level: None), Sender(machine.clock)
    probe.done = machine.stop
    for device in (probe, sender):
        machine.add(device, places.PC.get(device.name))
    # mov dx, PORT; out dx, al; jmp $-1
    memory.ram[ENTRY : ENTRY + 6] = bytes.fromhex("ba 00 06 ee eb fd")
    begin(machine.cpus[1], ENTRY)
    assert machine.run(RunLimits(seconds=20)).reason is RunEnd.REQUEST, written(probe)
    assert written(probe) == list(range(1, WANTED + 1))
    assert sum(count.handled for count in machine.bus.counts()) >= WANTED


class Timer(Device[TallyState]):
    """A write starts it: it rings `after_ns` later."""

    name = "timer"
    regions = (pio(1).at(0x520),)
    after_ns = 2_000_000

    def __init__(self, clock: Clock, ring: Callable[[], None]) -> None:
        super().__init__(clock)
        self._ring = ring
        self._due_ns: int | None = None

    def write(self, offset: int, value: int, size: int) -> None:
        if self._due_ns is None:
            self._due_ns = self.clock.now_ns() + self.after_ns

    def next_wakeup(self) -> int | None:
        return self._due_ns

    def advance(self, now_ns: int) -> None:
        self._due_ns = None
        self._ring()


def test_a_timer_that_a_guest_starts_is_not_late() -> None:
    # mov dx, 0x520; out dx, al; jmp $-1
    machine, _ = board("ba 20 05 ee eb fd", SPIN)
    machine.add(Timer(machine.clock, machine.stop))
    outcomes = [machine.run(RunLimits(seconds=20)) for _ in range(10)]
    assert {outcome.reason for outcome in outcomes} == {RunEnd.REQUEST}
    # Well before the machine looks at its devices in any case; on a busy host not always.
    assert 0.002 <= min(outcome.seconds for outcome in outcomes) < 0.09


@pytest.mark.parametrize("peers", [[], [SPIN]], ids=["one", "two"])
@pytest.mark.parametrize("way", WAYS)
def test_a_deadline_that_an_access_to_another_device_moves_is_kept(
    way: Callable[..., Any], peers: list[str]
) -> None:
    def late_ns() -> int:
        machine, _ = board(START + SPIN, *peers)
        ringer = add_both(machine, way, 2_000_000)
        machine.run(RunLimits(seconds=20))
        return ringer.late_ns[0]

    assert min(late_ns() for _ in range(5)) < SOON_NS


# The PC


def pc(config: PcConfig, engine: Engine | None = None, console: Console | None = None) -> Machine:
    try:
        return pc_machine(config, HostClock(), engine, backend=KvmBackend(), debug=console)
    except HostError as error:
        pytest.skip(error.found)


def test_the_acpi_tables_list_all_cpus() -> None:
    machine = pc(PcConfig(kernel=b"\xf4", cpus=3))
    cpu = machine.cpu
    assert isinstance(cpu, KvmCpu)
    tables = cpu.vm.read(0xE_0000, 0x2_0000)
    madt = tables[tables.index(b"APIC") :]
    size = struct.unpack_from("<I", madt, 4)[0]
    local_apics, place = [], 44
    while place < size:
        kind, length = madt[place], madt[place + 1]
        local_apics += [madt[place + 3]] if kind == 0 else []
        place += length
    assert local_apics == [0, 1, 2]


def test_firmware_gets_the_number_of_cpus_from_cmos_and_fw_cfg() -> None:
    bus = pc(PcConfig(kernel=b"\xf4", cpus=3)).bus
    bus.write(Space.PIO, 0x70, 0x5F, 1)
    assert bus.read(Space.PIO, 0x71, 1) == 2
    for key in (0x05, 0x0F):
        bus.write(Space.PIO, 0x510, key, 2)
        assert [bus.read(Space.PIO, 0x511, 1) for _ in range(2)] == [3, 0]


FIRMWARE = Path("/usr/share/seabios/bios.bin")


@pytest.mark.skipif(not FIRMWARE.exists(), reason="SeaBIOS is not installed (package seabios)")
def test_seabios_starts_all_cpus() -> None:
    machine = pc(PcConfig(load_firmware(FIRMWARE), cpus=3), NativeEngine())
    outcome = machine.run(RunLimits(text=b"Found 3 cpu(s) max supported 3 cpu(s)", seconds=30))
    assert outcome.reason is RunEnd.TEXT, machine.console.text
    assert sorted(line for line in machine.console.text.split("\n") if "handle_smp" in line) == [
        "handle_smp: apic_id=0x1",
        "handle_smp: apic_id=0x2",
    ]
