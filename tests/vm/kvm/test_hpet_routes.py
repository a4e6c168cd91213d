# SPDX-License-Identifier: Apache-2.0
"""A PC's HPET offers routes to its I/O APIC where there is one, and each of them leads there."""

from __future__ import annotations

import pytest

from lightexit.abi import Space
from lightexit.bus.bus import Bus
from lightexit.bus.clock import ManualClock
from lightexit.devices import hpet, ioapic
from lightexit.devices.hpet import HpetReg
from lightexit.devices.hpet_timer import Config
from lightexit.devices.ioapic import Bit, Index
from lightexit.vm import places
from lightexit.vm.irqchip import Irqchip
from lightexit.vm.kvm.backend import KvmBackend
from lightexit.vm.kvm.system import Kvm
from lightexit.vm.machine import Machine
from lightexit.vm.pc import ISA_INPUTS, PcConfig, pc_machine

ENABLE = 1


def machine(irqchip: Irqchip, clock: ManualClock) -> Machine:
    return pc_machine(PcConfig(kernel=b"\xf4", irqchip=irqchip), clock, backend=KvmBackend())


def offered(bus: Bus) -> list[set[int]]:
    """The routes that each timer's capabilities name."""
    configs = [places.HPET + at for at in (HpetReg.T0_CONFIG, HpetReg.T1_CONFIG, HpetReg.T2_CONFIG)]
    masks = [bus.read(Space.MMIO, at, 8) >> 32 for at in configs]
    return [{number for number in range(32) if mask >> number & 1} for mask in masks]


@pytest.mark.parametrize("irqchip", Irqchip)
def test_the_hpet_offers_the_inputs_that_no_isa_device_has(kvm: Kvm, irqchip: Irqchip) -> None:
    inputs = range(ISA_INPUTS, ioapic.PINS)
    with machine(irqchip, ManualClock()) as made:
        assert offered(made.bus) == [set(inputs)] * hpet.TIMERS


def test_every_route_leads_to_its_input(kvm: Kvm) -> None:
    clock = ManualClock()
    with machine(Irqchip.SPLIT, clock) as made:
        (routes, *_), bus = offered(made.bus), made.bus
        assert routes
        for route in routes:
            select_entry(bus, route)
            bus.write(Space.MMIO, places.IOAPIC + ioapic.IoApicReg.WINDOW, Bit.LEVEL | 0x40, 4)
        for route in routes:
            config = Config.LEVEL | Config.ENABLE | route << 9
            now = bus.read(Space.MMIO, places.HPET + HpetReg.COUNTER, 8)
            bus.write(Space.MMIO, places.HPET + HpetReg.T2_CONFIG, config, 8)
            bus.write(Space.MMIO, places.HPET + HpetReg.T2_COMPARATOR, now + 10, 8)
            bus.write(Space.MMIO, places.HPET + HpetReg.CONFIG, ENABLE, 8)
            clock.advance(1000)
            assert bus.read(Space.MMIO, places.HPET + HpetReg.STATUS, 8) == 1 << 2
            served = [number for number in routes if is_served(bus, number)]
            assert served == [number for number in routes if number <= route]
            bus.write(Space.MMIO, places.HPET + HpetReg.STATUS, 1 << 2, 8)


def select_entry(bus: Bus, number: int) -> None:
    bus.write(Space.MMIO, places.IOAPIC + ioapic.IoApicReg.SELECT, Index.TABLE + 2 * number, 4)


def is_served(bus: Bus, number: int) -> bool:
    """Whether the I/O APIC has sent a message for that input, and waits for its EOI."""
    select_entry(bus, number)
    return bool(bus.read(Space.MMIO, places.IOAPIC + ioapic.IoApicReg.WINDOW, 4) & Bit.REMOTE_IRR)
