# SPDX-License-Identifier: Apache-2.0
"""vCPUs that never run; they record the PC's requests to its back end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from lightexit.bus.bus import Bus
from lightexit.bus.clock import BusClock
from lightexit.devices.ioapic import IoApic
from lightexit.vm.board import Board, Wanted
from lightexit.vm.boot.state import StartState
from lightexit.vm.exits import Exit, Stopped
from lightexit.vm.irqchip import Irqchip
from lightexit.vm.kvm import apic
from lightexit.vm.kvm.interrupts import Interrupts, Route
from lightexit.vm.memory import GuestMemory

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

    def takes_nmi(self) -> bool:
        return True

    def nmi(self) -> Exit | None:
        return None

    def reset(self) -> None:
        self.note("CPU", "reset")

    def start(self, state: StartState) -> None:
        pass

    def save(self) -> bytes:
        return b""

    def restore(self, saved: bytes) -> None:
        pass

    def where(self) -> str:
        return "nowhere"


class _Messages:
    """In the place of KVM's interrupts."""

    kind = Irqchip.SPLIT

    def __init__(self, note: Note) -> None:
        self.note = note
        self.on_end_of_interrupt: Callable[[int], None] = lambda vector: None

    def send(self, address: int, data: int) -> bool:
        self.note(f"message {data & 0xFF:#x}", (address, data))
        return True

    def set_routes(self, routes: Sequence[Route]) -> None:
        self.note("routes", tuple(routes))


class QuietBoard(Board):
    """One whose back end keeps local APICs, and all or none of the other controllers."""

    def __init__(
        self, note: Note, irqchip: Irqchip, messages: Interrupts, *parts: Any, **named: Any
    ) -> None:
        super().__init__(*parts, **named)
        self.note = note
        self.irqchip = irqchip
        self.messages = messages

    def set_irq(self, number: int, level: bool) -> None:
        self.note(f"IRQ {number}", level)

    def make_ioapic(self) -> IoApic:
        return apic.make_ioapic(self.bus, self.clock, self.messages)


class QuietBackend:
    """Makes vCPUs that never run."""

    name = title = "quiet"

    def __init__(self, note: Note) -> None:
        self.note = note

    def check(self, wanted: Wanted) -> None:
        pass

    def build(self, wanted: Wanted, memory: GuestMemory, clock: BusClock) -> Board:
        kind, messages = wanted.controllers, cast(Interrupts, _Messages(self.note))
        chip = apic.KvmApic(messages) if kind is Irqchip.SPLIT else None
        bus = Bus(clock, wanted.engine, vcpus=wanted.cpus, apic=chip)
        cpus = [QuietCpu(self.note) for _ in bus.cpus]
        return QuietBoard(self.note, kind, messages, bus, clock, memory, cpus)
