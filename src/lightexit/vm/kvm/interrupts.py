# SPDX-License-Identifier: Apache-2.0
"""Interrupt controllers that KVM keeps: lines, routes, messages, eventfds.

`Irqchip.KERNEL` is a PIC pair, an I/O APIC and a local APIC for each vCPU, all in the kernel;
`SPLIT` is the local APICs only, the rest is the machine's. Either is made before the vCPUs.
Interrupts are named by GSI, a number that a route leads to a chip's pin or to a message.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from lightexit.devices.ioapic import PINS
from lightexit.vm.irqchip import Irqchip
from lightexit.vm.kvm import ioctl
from lightexit.vm.kvm.structs import (
    IrqchipState,
    Irqfd,
    IrqLevel,
    Msi,
    PitConfig,
    RoutingEntry,
    RoutingHead,
)
from lightexit.vm.kvm.system import Capability
from lightexit.vm.kvm.vm import KvmVm

_ROUTE_TO_PIN, _ROUTE_TO_MESSAGE = 1, 2
_DETACH, _RESAMPLE = 1, 2
#: KVM returns -1 for a message that no local APIC accepts; a guest may send one at any time.
_TO_NOBODY = -errno.EPERM


class IrqChip(IntEnum):
    """A controller that a route leads to (KVM_IRQCHIP_*)."""

    PIC_MASTER = 0
    PIC_SLAVE = 1
    IO_APIC = 2


@dataclass(frozen=True)
class PinRoute:
    """GSI `gsi` drives a pin."""

    gsi: int
    chip: IrqChip
    pin: int

    def entry(self) -> RoutingEntry:
        """As the kernel wants it."""
        return _entry(self.gsi, _ROUTE_TO_PIN, [self.chip, self.pin])


@dataclass(frozen=True)
class MessageRoute:
    """GSI `gsi` writes `data` to `address`: a message-signalled interrupt."""

    gsi: int
    address: int
    data: int

    def entry(self) -> RoutingEntry:
        """As the kernel wants it."""
        words = [self.address & 0xFFFF_FFFF, self.address >> 32, self.data]
        return _entry(self.gsi, _ROUTE_TO_MESSAGE, words)


Route = PinRoute | MessageRoute


def _entry(gsi: int, kind: int, words: Sequence[int]) -> RoutingEntry:
    entry = RoutingEntry()
    entry.gsi, entry.type = gsi, kind
    for index, word in enumerate(words):
        entry.words[index] = word
    return entry


def pc_routes() -> list[Route]:
    """A PC's wiring: GSI 0 to 15 to the PIC pair, 0 to 23 to the I/O APIC, 0 to its pin 2.

    A KERNEL irqchip begins with the same but for GSI 0, which leads to the I/O APIC's pin 0.
    """
    pics: list[Route] = [PinRoute(gsi, IrqChip(gsi // 8), gsi % 8) for gsi in range(16) if gsi != 2]
    pins = [PinRoute(gsi, IrqChip.IO_APIC, gsi or 2) for gsi in range(PINS) if gsi != 2]
    return [*pics, *pins]


def pc_interrupts(vm: KvmVm, kind: Irqchip) -> Interrupts:
    """A PC's controllers in the kernel, wired as a PC's."""
    interrupts = Interrupts(vm, kind)
    if kind is Irqchip.KERNEL:
        interrupts.set_routes(pc_routes())
    return interrupts


class Interrupts:
    """The interrupt controllers of one virtual machine; to be made before its vCPUs."""

    def __init__(self, vm: KvmVm, kind: Irqchip = Irqchip.KERNEL) -> None:
        self._vm = vm
        self.kind = kind
        #: Called with the vector whose service has ended, for an I/O APIC outside KVM.
        self.on_end_of_interrupt: Callable[[int], None] = lambda vector: None
        if kind is Irqchip.KERNEL:
            vm.kvm.require(Capability.IRQCHIP)
            ioctl.call(vm.fd, ioctl.CREATE_IRQCHIP)
        else:
            vm.enable(Capability.SPLIT_IRQCHIP, PINS)
        self._power_on = self.save()
        vm.has_apics = True

    def reset(self) -> None:
        """Bring what is not local to a vCPU to power-on; routes stay."""
        self.restore(self._power_on)

    def add_timer(self) -> None:
        """A PIT in the kernel, at ports 0x40 to 0x43 and 0x61."""
        self._vm.kvm.require(Capability.PIT2)
        ioctl.put(self._vm.fd, ioctl.CREATE_PIT2, PitConfig())

    def set_line(self, gsi: int, level: bool) -> None:
        """Drive an interrupt."""
        line = IrqLevel()
        line.irq, line.level = gsi, level
        ioctl.put(self._vm.fd, ioctl.IRQ_LINE, line)

    def save(self) -> dict[str, bytes]:
        """State of the controllers, but for the local APICs, by name."""
        if self.kind is not Irqchip.KERNEL:
            return {}
        return {chip.name: self._state(chip) for chip in IrqChip}

    def _state(self, chip: IrqChip) -> bytes:
        request = IrqchipState()
        request.chip = chip
        buffer = bytearray(bytes(request))
        ioctl.call(self._vm.fd, ioctl.GET_IRQCHIP, buffer)
        return bytes(buffer)

    def restore(self, saved: Mapping[str, bytes]) -> None:
        """Set the state of each. Raises HostError where KVM refuses one."""
        for chip in IrqChip if self.kind is Irqchip.KERNEL else ():
            state = IrqchipState.view(bytearray(saved[chip.name]))
            state.chip = chip
            ioctl.put(self._vm.fd, ioctl.SET_IRQCHIP, state)

    def pulse(self, gsi: int) -> None:
        """An edge: up and down again."""
        self.set_line(gsi, True)
        self.set_line(gsi, False)

    def send(self, address: int, data: int) -> bool:
        """Deliver a message-signalled interrupt; whether a local APIC took it."""
        self._vm.kvm.require(Capability.SIGNAL_MSI)
        message = Msi()
        message.address_low, message.address_high = address & 0xFFFF_FFFF, address >> 32
        message.data = data
        answer = ioctl.attempt(self._vm.fd, ioctl.SIGNAL_MSI, bytearray(bytes(message)))
        if answer < 0 and answer != _TO_NOBODY:
            raise ioctl.SIGNAL_MSI.refused(-answer)
        return answer > 0

    def set_routes(self, routes: Sequence[Route]) -> None:
        """All routes there are from now on."""
        self._vm.kvm.require(Capability.IRQ_ROUTING)
        head = RoutingHead()
        head.count = len(routes)
        entries = b"".join(bytes(route.entry()) for route in routes)
        ioctl.call(self._vm.fd, ioctl.SET_GSI_ROUTING, bytearray(bytes(head) + entries))

    def tie(self, eventfd: int, gsi: int, resample: int | None = None) -> None:
        """Every signal of `eventfd` is an edge of the interrupt, without this process.

        With `resample`, an eventfd too, the interrupt is a level that stays up until the guest
        acknowledges it, which signals `resample`.
        """
        self._set_irqfd(eventfd, gsi, 0 if resample is None else _RESAMPLE, resample or 0)

    def untie(self, eventfd: int, gsi: int) -> None:
        """Undo `tie`."""
        self._set_irqfd(eventfd, gsi, _DETACH, 0)

    def _set_irqfd(self, eventfd: int, gsi: int, flags: int, resample: int) -> None:
        self._vm.kvm.require(Capability.IRQFD)
        request = Irqfd()
        request.fd, request.gsi, request.flags, request.resample_fd = eventfd, gsi, flags, resample
        ioctl.put(self._vm.fd, ioctl.IRQFD, request)
