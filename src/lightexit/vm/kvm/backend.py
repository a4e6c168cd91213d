# SPDX-License-Identifier: Apache-2.0
"""Boards whose vCPUs are KVM's, with interrupt controllers and filters in the kernel if wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from lightexit.bus.bus import Bus
from lightexit.bus.clock import BusClock
from lightexit.devices.ioapic import IoApic
from lightexit.devices.local_apic_timer import Tsc
from lightexit.engine.api import Engine
from lightexit.errors import HostError
from lightexit.vm.board import Board, Wanted, check_wanted
from lightexit.vm.kvm.apic import KvmApic, make_ioapic
from lightexit.vm.kvm.cpu import KvmCpu
from lightexit.vm.kvm.interrupts import Interrupts, pc_interrupts
from lightexit.vm.kvm.msrs import hands_out_msrs
from lightexit.vm.kvm.system import Kvm
from lightexit.vm.kvm.vcpu import KvmVcpu
from lightexit.vm.kvm.vm import KvmVm
from lightexit.vm.memory import GuestMemory
from lightexit.vm.registers import HAS_TSC_DEADLINE, HAS_X2APIC

if TYPE_CHECKING:
    from lightexit.vm.kvm.offload import KernelOffload


_CLOCK = "kvmclock"


class KvmBackend:
    """The host's own CPUs, through Linux's /dev/kvm."""

    name, title = "kvm", "KVM"

    def check(self, wanted: Wanted) -> None:
        """Raises AuthorError for what no PC has, HostError for what this host has not."""
        check_wanted(wanted)
        if wanted.in_kernel:
            from lightexit.vm.kvm.attach import require

            require()
        if not wanted.controllers.keeps_apics:
            return
        with Kvm() as kvm:
            if wanted.cpus > kvm.most_vcpus:
                raise HostError(
                    f"{wanted.cpus} vCPUs on KVM",
                    expected=f"at most {kvm.most_vcpus}, the limit of this host's KVM",
                )

    def build(self, wanted: Wanted, memory: GuestMemory, clock: BusClock) -> KvmBoard:
        """A virtual machine: interrupt controllers first, then the bus, which reaches them, then
        the vCPUs on it."""
        self.check(wanted)
        vm, kind = KvmVm(Kvm()), wanted.controllers
        vm.add(memory)
        interrupts = pc_interrupts(vm, kind) if kind.keeps_apics else None
        offload, engine = _runners(wanted.engine, clock, vm)
        bus = Bus(
            clock,
            engine,
            vcpus=wanted.cpus,
            apic=KvmApic(interrupts) if interrupts else None,
            offload=offload,
        )
        cpus = [KvmCpu(vm, bus_cpu, interrupts=interrupts) for bus_cpu in bus.cpus]
        return KvmBoard(vm, bus, clock, memory, cpus, interrupts)


def _runners(
    engine: Engine | None, clock: BusClock, vm: KvmVm
) -> tuple[KernelOffload | None, Engine | None]:
    """The engines: inside KVM, if there is one, and on the bus."""
    if engine is None or not engine.in_kernel:
        return None, engine
    from lightexit.engine.native import NativeEngine
    from lightexit.vm.kvm.offload import KernelOffload

    return KernelOffload(clock, vm.fd), NativeEngine()


def _tsc(vcpu: KvmVcpu, clock: BusClock) -> Tsc | None:
    """None for a clock that is moved by hand: nobody knows when the counter reaches a value."""
    if not clock.runs_by_itself or not vcpu.tsc_khz:
        return None
    return Tsc(lambda: vcpu.tsc, vcpu.tsc_khz)


class KvmBoard(Board):
    """KVM's vCPUs on their bus, with KVM's clock and what interrupt controllers it keeps."""

    def __init__(
        self,
        vm: KvmVm,
        bus: Bus,
        clock: BusClock,
        memory: GuestMemory,
        cpus: Sequence[KvmCpu],
        interrupts: Interrupts | None = None,
    ) -> None:
        super().__init__(bus, clock, memory, cpus)
        self._kvm_cpus = cpus
        self.vm = vm
        self._interrupts = interrupts
        self.has_msrs = hands_out_msrs(vm.kvm)
        self.tsc = _tsc(vm.vcpus[0], clock) if self.has_msrs else None
        if interrupts is not None:
            self.irqchip = interrupts.kind

    def reset(self) -> None:
        """Bring the interrupt controllers in the kernel to power-on, local APICs with the vCPUs."""
        if self._interrupts is not None:
            self._interrupts.reset()

    def stop_clock(self) -> None:
        """kvmclock stops; the cycle counter that the guest reads does not."""
        self.vm.stop_clock()

    def start_clock(self) -> None:
        """kvmclock continues from where it stopped."""
        self.vm.start_clock()

    def show_local_apic(self, tpr: int) -> None:
        """CPUID tells of a local APIC, without what KVM's own has besides."""
        x2apic = HAS_X2APIC if self.has_msrs else 0
        self.vm.show_local_apic(x2apic | (HAS_TSC_DEADLINE if self.tsc else 0))
        for cpu in self._kvm_cpus:
            cpu.loop.follow(tpr)
            cpu.keep_power_on()

    def switch_local_apic(self, is_on: bool) -> None:
        """KVM has CPUID tell what IA32_APIC_BASE says."""
        for vcpu in self.vm.vcpus:
            vcpu.switch_apic_on() if is_on else vcpu.switch_apic_off()

    def save(self) -> dict[str, bytes]:
        """KVM's clock, and the interrupt controllers that it keeps."""
        chips = self._interrupts.save() if self._interrupts else {}
        return {_CLOCK: self.vm.stopped_clock_ns.to_bytes(8, "little"), **chips}

    def restore(self, saved: Mapping[str, bytes]) -> None:
        """The same; a save of another back end's has no clock of KVM's."""
        if self._interrupts is not None:
            self._interrupts.restore(saved)
        if _CLOCK in saved:
            self.vm.stopped_clock_ns = int.from_bytes(saved[_CLOCK], "little")

    def set_irq(self, number: int, level: bool) -> None:
        """Drive an input of the interrupt controllers in the kernel. Raises HostError."""
        if self._interrupts is None:
            super().set_irq(number, level)
        else:
            self._interrupts.set_line(number, level)

    def make_ioapic(self) -> IoApic:
        """An I/O APIC before the local APICs in the kernel. Raises HostError."""
        if self._interrupts is None:
            return super().make_ioapic()
        return make_ioapic(self.bus, self.clock, self._interrupts)
