# SPDX-License-Identifier: Apache-2.0
"""A kernel booted on a machine with a serial port and a debug exit."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from lightexit.bus.bus import Bus
from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.devices.debug_exit import DebugExit
from lightexit.devices.uart import Uart
from lightexit.errors import HostError
from lightexit.vm.boot import Payload, Platform, load
from lightexit.vm.console import Console
from lightexit.vm.kvm.cpu import KvmCpu, kvm_cpu
from lightexit.vm.machine import Limits, Machine, Reason
from lightexit.vm.memory import MIB, GuestMemory
from lightexit.vm.unicorn import UnicornCpu
from vm.boot.apply import start_kvm

BACK_ENDS = ("unicorn", "kvm")


@dataclass(frozen=True)
class Ending:
    """What a run printed, and its exit status."""

    output: str
    status: int | None


def boot(
    back_end: str,
    kernel: bytes,
    payload: Payload,
    platform: Platform | None = None,
    ram_bytes: int = 32 * MIB,
    until: str = "",
) -> Ending:
    """Run a kernel to its end or to that text, within 10 s. Skips where the back end is missing."""
    memory = GuestMemory(ram_bytes)
    state = load(kernel, memory, payload, platform)
    clock, serial = ManualClock(), Console()
    bus = Bus(clock)
    if back_end == "unicorn":
        machine = Machine(bus, clock, lambda bus_cpu: UnicornCpu(memory, bus_cpu), serial)
        assert isinstance(machine.cpu, UnicornCpu)
        machine.cpu.start(state)
    else:
        machine = _kvm_machine(bus, clock, memory, serial)
        assert isinstance(machine.cpu, KvmCpu)
        start_kvm(machine.cpu.vcpu, state)
    seen: list[int] = []

    def ended(status: int) -> None:
        seen.append(status)
        machine.stop(Reason.REQUEST)

    machine.add(Uart(clock, Line(), serial.write))
    machine.add(DebugExit(clock, ended))
    machine.run(Limits(until.encode(), seconds=10))
    return Ending(serial.text, seen[0] if seen else None)


def _kvm_machine(bus: Bus, clock: ManualClock, memory: GuestMemory, serial: Console) -> Machine:
    try:
        return Machine(bus, clock, lambda bus_cpu: kvm_cpu(memory, bus_cpu), serial)
    except HostError as error:
        pytest.skip(str(error))
