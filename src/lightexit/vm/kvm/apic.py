# SPDX-License-Identifier: Apache-2.0
"""Local APICs in KVM as a bus's devices reach them, and an I/O APIC of our own before them."""

from __future__ import annotations

from collections.abc import Callable

from lightexit.abi import ApicFlag, Request
from lightexit.bus.bus import Bus
from lightexit.bus.clock import Clock
from lightexit.devices.ioapic import PINS, IoApic
from lightexit.vm.kvm.interrupts import Interrupts, MessageRoute
from lightexit.vm.places import IOAPIC

_BASE, _LOGICAL, _DESTINATION_SHIFT = 0xFEE0_0000, 1 << 2, 12
_ASSERT, _LEVEL, _MODE_SHIFT = 1 << 14, 1 << 15, 8
_MODES, _LAST_ID = 7, 0xFF


def message(destination: int, vector: int, mode: int) -> tuple[int, int]:
    """Address and data of a message-signalled interrupt (Intel SDM volume 3, section 11.11)."""
    address = _BASE | (destination & _LAST_ID) << _DESTINATION_SHIFT
    data = vector & 0xFF | (mode & _MODES) << _MODE_SHIFT
    if mode & ApicFlag.LOGICAL:
        address |= _LOGICAL
    if mode & ApicFlag.LEVEL:
        data |= _ASSERT | _LEVEL
    return address, data


class KvmApic:
    """Messages go to KVM; EOIs to the I/O APIC outside it, where there is one."""

    def __init__(
        self, interrupts: Interrupts, end_of_interrupt: Callable[[int], None] | None = None
    ) -> None:
        self._interrupts = interrupts
        self._end = end_of_interrupt
        self.requests = Request.APIC_MESSAGE | (Request.EOI if end_of_interrupt else Request(0))

    def send(self, destination: int, vector: int, mode: int) -> None:
        """Deliver a message; one to an ID that no local APIC can have is lost, as on a bus."""
        if destination <= _LAST_ID:
            self._interrupts.send(*message(destination, vector, mode))

    def end_of_interrupt(self, vector: int) -> None:
        """An EOI for the I/O APIC."""
        if self._end is not None:
            self._end(vector)


def add_ioapic(bus: Bus, clock: Clock, interrupts: Interrupts) -> IoApic:
    """Put an I/O APIC on the bus of a machine with `Irqchip.SPLIT`, whose filters reach it."""

    def end(vector: int) -> None:
        with lock:
            ioapic.end_of_interrupt(vector)

    def tell_routes(_number: int) -> None:
        # From the routes KVM knows which vectors it has to tell the ends of.
        sent = enumerate(map(ioapic.message, range(PINS)))
        interrupts.set_routes([MessageRoute(each, *message(*what)) for each, what in sent])

    apic = KvmApic(interrupts, end)
    bus.apic, interrupts.on_end_of_interrupt = apic, end
    ioapic = IoApic(clock, apic.send, tell_routes)
    lock = bus.locked(ioapic.memory)
    bus.attach(ioapic, at=IOAPIC)
    return ioapic
