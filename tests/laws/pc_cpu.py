# SPDX-License-Identifier: Apache-2.0
"""vCPUs that never run: what a PC asks of its back end, written down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self, cast

from lightexit.bus.bus import Bus, BusCpu
from lightexit.bus.clock import Clock
from lightexit.devices.ioapic import IoApic
from lightexit.vm.exits import Exit, Stopped
from lightexit.vm.irqchip import Irqchip
from lightexit.vm.kvm import apic
from lightexit.vm.kvm.interrupts import Interrupts, Route

Note = Callable[[str, Any], None]


class QuietCpu:
    """One without a local APIC."""

    interrupts_enabled = True

    def __init__(self, note: Note) -> None:
        self.note = note

    def run(self) -> Exit:
        return Stopped()

    def request_stop(self) -> None:
        pass

    def clear_stop(self) -> None:
        pass

    def set_interrupt(self, level: bool) -> None:
        self.note("INTR", level)

    def interruptible(self) -> bool:
        return True

    def interrupt(self, vector: int) -> Exit | None:
        return None

    def where(self) -> str:
        return "nowhere"


class _Messages:
    """In the place of KVM's interrupts."""

    def __init__(self, note: Note) -> None:
        self.note = note
        self.on_end_of_interrupt: Callable[[int], None] = lambda vector: None

    def send(self, address: int, data: int) -> bool:
        self.note(f"message {data & 0xFF:#x}", (address, data))
        return True

    def set_routes(self, routes: Sequence[Route]) -> None:
        self.note("routes", tuple(routes))


class ApicCpu(QuietCpu):
    """One with a local APIC, kept by a back end that keeps all or none of the other controllers."""

    def __init__(self, note: Note, irqchip: Irqchip) -> None:
        super().__init__(note)
        self.irqchip = irqchip

    def make_peer(self, bus_cpu: BusCpu) -> Self:
        return type(self)(self.note, self.irqchip)

    def set_irq(self, number: int, level: bool) -> None:
        self.note(f"IRQ {number}", level)

    def add_ioapic(self, bus: Bus, clock: Clock) -> IoApic:
        return apic.add_ioapic(bus, clock, cast(Interrupts, _Messages(self.note)))
