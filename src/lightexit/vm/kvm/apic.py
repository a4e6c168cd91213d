# SPDX-License-Identifier: Apache-2.0
"""Local APICs in KVM as a bus's devices reach them, and an I/O APIC of our own before them."""

from __future__ import annotations

from lightexit.abi import ApicFlag, Request
from lightexit.bus.bus import Bus
from lightexit.bus.clock import Clock
from lightexit.devices.ioapic import PINS, IoApic
from lightexit.vm.irqchip import Irqchip
from lightexit.vm.kvm.interrupts import Interrupts, MessageRoute

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

    def __init__(self, interrupts: Interrupts) -> None:
        self._interrupts = interrupts
        is_split = interrupts.kind is Irqchip.SPLIT
        self.requests = Request.APIC_MESSAGE | (Request.EOI if is_split else Request(0))

    def send(self, destination: int, vector: int, mode: int) -> None:
        """Deliver a message; one to an ID that no local APIC can have is lost, as on a bus."""
        if destination <= _LAST_ID:
            self._interrupts.send(*message(destination, vector, mode))

    def end_of_interrupt(self, vector: int) -> None:
        """An EOI for the I/O APIC."""
        self._interrupts.on_end_of_interrupt(vector)


def make_ioapic(bus: Bus, clock: Clock, interrupts: Interrupts) -> IoApic:
    """An I/O APIC for the bus of a machine with `Irqchip.SPLIT`, which KVM's EOIs reach."""

    def end(vector: int) -> None:
        with lock:
            ioapic.end_of_interrupt(vector)

    def tell_routes(_number: int) -> None:
        # From the routes KVM knows which vectors it has to tell the ends of.
        sent = enumerate(map(ioapic.message, range(PINS)))
        interrupts.set_routes([MessageRoute(each, *message(*what)) for each, what in sent])

    ioapic = IoApic(clock, KvmApic(interrupts).send, tell_routes)
    lock = bus.locked(ioapic.memory)
    interrupts.on_end_of_interrupt = end
    return ioapic
