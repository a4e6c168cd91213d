# SPDX-License-Identifier: Apache-2.0
"""The CPU back ends by name. Neither is imported before it is asked for."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from lightexit.errors import AuthorError, HostError
from lightexit.vm.irqchip import Irqchip, default_irqchip

if TYPE_CHECKING:
    from lightexit.bus.bus import Bus, BusCpu
    from lightexit.vm.cpu import Cpu
    from lightexit.vm.kvm.interrupts import Interrupts
    from lightexit.vm.kvm.vm import Vm
    from lightexit.vm.memory import GuestMemory

#: Local APICs have numbers of 8 bits, of which the I/O APIC takes one and "all CPUs" another.
MOST_CPUS = 254


class BackEnd(StrEnum):
    """What runs the guest's code."""

    UNICORN = "unicorn"
    KVM = "kvm"


def check_cpus(back_end: BackEnd, count: int, irqchip: Irqchip | None = None) -> None:
    """Raises AuthorError for a number of vCPUs that no PC has, or not with those interrupt
    controllers; HostError where this back end, here, does not run so many, or has none to keep.
    """
    if not 1 <= count <= MOST_CPUS:
        raise AuthorError(f"{count} vCPUs", expected=f"1 to {MOST_CPUS}")
    irqchip = irqchip or default_irqchip(count)
    if count > 1 and not irqchip.has_apics:
        raise AuthorError(
            f"{count} vCPUs with --irqchip off",
            expected="local APICs, by which CPUs start and interrupt each other",
            hint="--irqchip split or kernel",
        )
    if not irqchip.has_apics:
        return
    if count == 1 and back_end is not BackEnd.KVM:
        raise HostError(
            f"--irqchip {irqchip} on {back_end.name.title()}",
            expected="off: it keeps no interrupt controllers",
            hint="--backend kvm",
        )
    if back_end is not BackEnd.KVM:
        raise HostError(
            f"{count} vCPUs on {back_end.name.title()}",
            expected="one: it has no local APICs, by which CPUs start and interrupt each other",
            hint="--backend kvm",
        )
    from lightexit.vm.kvm.system import Kvm

    with Kvm() as kvm:
        if count > kvm.most_vcpus:
            raise HostError(
                f"{count} vCPUs on KVM", expected=f"at most {kvm.most_vcpus}, as this host's has it"
            )


def make_cpu(
    back_end: BackEnd, memory: GuestMemory, bus_cpu: BusCpu, irqchip: Irqchip | None = None
) -> Cpu:
    """The first CPU, with that memory, of a machine with that bus; its back end keeps those
    interrupt controllers, for one vCPU none and for several all where nothing is said.

    Raises HostError where this host has no such back end, or not for so many CPUs.
    """
    count = len(bus_cpu.bus.cpus)
    check_cpus(back_end, count, irqchip)
    if back_end is BackEnd.KVM:
        return _kvm_cpu(memory, bus_cpu, irqchip or default_irqchip(count))
    from lightexit.vm.unicorn import UnicornCpu

    return UnicornCpu(memory, bus_cpu)


def _kvm_cpu(memory: GuestMemory, bus_cpu: BusCpu, irqchip: Irqchip) -> Cpu:
    from lightexit.vm.boot.kvm import BootableKvmCpu
    from lightexit.vm.kvm.system import Kvm
    from lightexit.vm.kvm.vm import Vm

    vm = Vm(Kvm())
    vm.add(memory)
    if not irqchip.has_apics:
        return BootableKvmCpu(vm, bus_cpu)
    return BootableKvmCpu(vm, bus_cpu, interrupts=_controllers(vm, bus_cpu.bus, irqchip))


def _controllers(vm: Vm, bus: Bus, irqchip: Irqchip) -> Interrupts:
    """Those of a PC, in the kernel, before the first vCPU; the bus's filters reach them too."""
    from lightexit.vm.kvm.apic import KvmApic
    from lightexit.vm.kvm.interrupts import pc_interrupts

    interrupts = pc_interrupts(vm, irqchip)
    bus.apic = KvmApic(interrupts)
    return interrupts
