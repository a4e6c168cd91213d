# SPDX-License-Identifier: Apache-2.0
"""The same machine in Python: KVM's local APICs, and the devices that examples/vmm-c has."""

from __future__ import annotations

from functools import partial

from doorbell.filter import QUEUES, DoorbellState, Reg, notify
from lightexit.bus.clock import Clock, HostClock
from lightexit.bus.line import Line
from lightexit.bus.region import mmio
from lightexit.devices.debug_exit import DebugExit
from lightexit.devices.device import Device
from lightexit.devices.i440fx import I440fx
from lightexit.devices.pit import Pit
from lightexit.devices.pmtimer import PmTimer
from lightexit.devices.uart import Uart
from lightexit.engine.native import NativeEngine
from lightexit.vm.backends import find
from lightexit.vm.board import Wanted
from lightexit.vm.console import Console
from lightexit.vm.irqchip import Irqchip
from lightexit.vm.machine import Machine, RunLimits
from lightexit.vm.memory import MIB, GuestMemory
from lightexit.vm.places import PC

DOORBELL = 0xD000_0000
READY, ASLEEP, RINGS = 0x00, 0x10, 0x20
PIT_PIN, UART_PIN = 2, 4


class Doorbell(Device[DoorbellState]):
    """What doorbell.c is; its consumer takes what there is at once, and sleeps again."""

    name = "doorbell"
    regions = (mmio(0x1000, register_width=4, filter=notify),)

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.doorbells = tuple(partial(self._serve, number) for number in range(QUEUES))

    def _serve(self, number: int) -> None:
        self.state.queues[number].asleep = True

    def read(self, offset: int, size: int) -> int:
        queues = self.state.queues
        if offset == READY:
            return self.state.ready
        if offset == ASLEEP:
            return sum(queues[number].asleep << number for number in range(QUEUES))
        if RINGS <= offset < RINGS + 4 * QUEUES:
            return queues[(offset - RINGS) // 4].rings
        return 0

    def write(self, offset: int, value: int, size: int) -> None:
        if offset == READY:
            self.state.ready = value & 1
        elif offset == Reg.QUEUE_NOTIFY and value < QUEUES and self.state.ready:
            self.state.queues[value].rings += 1


def printed(image: bytes) -> str:
    """What a guest prints on this machine. Raises HostError where this host has no KVM."""
    console, clock = Console(), HostClock()
    wanted = Wanted(1, Irqchip.SPLIT, NativeEngine())
    board = find("kvm").build(wanted, GuestMemory(2 * MIB, image), clock)
    with Machine(board) as machine:
        ioapic = machine.add_ioapic(PC["ioapic"])

        def pin(number: int) -> Line:
            return machine.wire(ioapic.memory, ioapic.input(number))

        for device in (
            Pit(clock, pin(PIT_PIN)),
            PmTimer(clock, Line()),
            Uart(clock, pin(UART_PIN), console.write),
            I440fx(clock, Line()),
            DebugExit(clock, machine.exit),
        ):
            machine.add(device, PC[device.name])
        machine.add(Doorbell(clock), DOORBELL)
        outcome = machine.run(RunLimits(seconds=60))
    assert outcome.exit_status == 1, outcome
    return console.text
