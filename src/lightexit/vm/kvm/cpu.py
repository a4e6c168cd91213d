# SPDX-License-Identifier: Apache-2.0
"""`KvmCpu`: a KVM vCPU, by the machine's CPU protocol.

Where the PIC is a device, the machine delivers its interrupts: `run` returns `Interruptible` once
one is pending and the guest takes it, and `interrupt` injects it. What controllers in the kernel
have to deliver, KVM does. With local APICs there, HLT waits in the kernel too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lightexit.bus.bus import BusCpu
from lightexit.errors import HostError
from lightexit.vm.exits import Exit, Interruptible, Stopped
from lightexit.vm.kvm import state as saving
from lightexit.vm.kvm.exits import ExitReason, understood, where
from lightexit.vm.kvm.interrupts import Interrupts
from lightexit.vm.kvm.loop import KICKED, NativeLoop, RunLoop
from lightexit.vm.kvm.msrs import Msrs
from lightexit.vm.kvm.poweron import PowerOn
from lightexit.vm.kvm.structs import EndOfInterruptExit
from lightexit.vm.kvm.vcpu import KvmVcpu
from lightexit.vm.kvm.vm import KvmVm
from lightexit.vm.saving.cpu_state import decode, encode

if TYPE_CHECKING:
    from lightexit.vm.boot.state import StartState

MakeLoop = Callable[[KvmVcpu, BusCpu], RunLoop]


class KvmCpu:
    """One x86 CPU, at its reset vector until `start` says otherwise."""

    def __init__(
        self,
        vm: KvmVm,
        bus_cpu: BusCpu,
        make_loop: MakeLoop = NativeLoop,
        interrupts: Interrupts | None = None,
    ) -> None:
        bus_cpu.bus.keep_clear(vm.memory_addresses())
        self.vm = vm
        self.interrupts = interrupts
        self.vcpu = vm.add_vcpu()
        self._bus, self._msrs = bus_cpu.bus, Msrs(vm)
        self.keep_power_on()
        self.loop = make_loop(self.vcpu, bus_cpu)
        self._stop = False
        self._interrupt = False

    def keep_power_on(self) -> None:
        """What it is now is its power-on state; before it first runs."""
        self._power_on = PowerOn(self.vm.kvm.fd, self.vcpu)

    def reset(self) -> None:
        """Power-on state. Raises HostError."""
        self._power_on.restore()

    def start(self, state: StartState) -> None:
        """Begin with these registers, before it has run since its reset."""
        from lightexit.vm.boot.kvm import set_start

        set_start(self.vcpu, state)

    def save(self) -> bytes:
        """Its registers (vm/saving/cpu_state.py); while it does not run."""
        has_apic = self.vm.has_apics
        return encode(saving.save(self.vcpu, saving.msr_numbers(self.vm.kvm), has_apic=has_apic))

    def restore(self, saved: bytes) -> None:
        """Set them. Raises AuthorError for what is damaged, HostError for what KVM refuses."""
        saving.restore(self.vcpu, decode(saved), has_apic=self.vm.has_apics)
        saving.tell(self.vcpu)

    def _controllers(self) -> Interrupts:
        if self.interrupts is None:
            raise HostError(
                "this vCPU has no interrupt controllers in the kernel",
                expected="Interrupts(vm), created before the vCPU and passed to it",
            )
        return self.interrupts

    def run(self) -> Exit:
        """Run until there is an exit. Raises GuestError where emulation fails."""
        with self.vcpu.running():
            while True:
                # First the kick is cleared, then the requests behind it are checked below.
                self.vcpu.take_kick()
                exit = self._requested() or self._enter()
                if exit is not None:
                    return exit

    def _requested(self) -> Exit | None:
        if self._stop:
            return Stopped()
        if self._interrupt and self.interruptible():
            return Interruptible()
        self.vcpu.shared.request_interrupt_window = self._interrupt
        return None

    def _enter(self) -> Exit | None:
        self._msrs.hand_out(self._bus.msr_ranges)
        reason = self.loop.run()
        if reason == KICKED:
            return None
        if reason == ExitReason.IOAPIC_EOI:
            vector = EndOfInterruptExit.view(self.vcpu.exit_area).vector
            self._controllers().on_end_of_interrupt(vector)
            return None
        return understood(self.vm, self.vcpu, reason)

    def request_stop(self) -> None:
        """Have `run` return `Stopped`, now and until `clear_stop`; from any thread."""
        self._stop = True
        self.vcpu.kick()

    def clear_stop(self) -> None:
        """Forget the requests so far."""
        self._stop = False

    def set_interrupt(self, level: bool) -> None:
        """Level of the INTR input; from any thread."""
        self._interrupt = level
        if level:
            self.vcpu.kick()

    @property
    def interrupts_enabled(self) -> bool:
        """The interrupt flag."""
        return bool(self.vcpu.shared.interrupts_enabled)

    def interruptible(self) -> bool:
        """Whether the guest takes an interrupt now: not before it has run at all."""
        return bool(self.vcpu.shared.ready_for_interrupt)

    def interrupt(self, vector: int) -> Exit | None:
        """Inject an external interrupt. A missing handler shows at the next `run`."""
        self.vcpu.interrupt(vector)
        # One at a time: KVM accepts the next one after delivery, and reports that at an exit.
        self.vcpu.shared.ready_for_interrupt = 0
        return None

    def takes_nmi(self) -> bool:
        """KVM keeps one until it is taken."""
        return True

    def nmi(self) -> Exit | None:
        """Inject an NMI."""
        self.vcpu.nmi()
        return None

    def where(self) -> str:
        """The next instruction's address: selector and offset."""
        return where(self.vcpu)
