# SPDX-License-Identifier: Apache-2.0
"""`KvmVcpu`: one virtual CPU: its registers, and the area it shares with this process."""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import os
import signal
import threading
import weakref
from collections.abc import Iterable, Iterator

from lightexit.errors import HostError
from lightexit.vm.kvm import ioctl
from lightexit.vm.kvm.signals import KICK, ignore_kicks, main_heartbeat
from lightexit.vm.kvm.structs import (
    EXIT_OFFSET,
    CpuidEntry,
    KvmInterrupt,
    KvmRegisters,
    KvmRun,
    MpState,
    OneMsr,
    SystemRegisters,
)
from lightexit.vm.kvm.system import Kvm, cpuid_bytes

RUNNABLE, HALTED = 0, 3
_TSC = 0x10
_APIC_ENABLED = 1 << 11  # of IA32_APIC_BASE


class KvmVcpu:
    """A virtual CPU. One thread at a time may run it; any may kick it."""

    def __init__(self, kvm: Kvm, vm_fd: int, index: int) -> None:
        self.index = index
        self.fd = ioctl.call(vm_fd, ioctl.CREATE_VCPU, index)
        #: Frees it, once; so does losing the last reference.
        self.close = weakref.finalize(self, os.close, self.fd)
        self._mapping = mmap.mmap(self.fd, kvm.run_size, flags=mmap.MAP_SHARED)
        self._owner = ctypes.c_char.from_buffer(self._mapping)
        #: Address of struct kvm_run in this process.
        self.address = ctypes.addressof(self._owner)
        self.area = memoryview(self._mapping)
        self.shared = KvmRun.view(self.area)
        self.exit_area = self.area[EXIT_OFFSET:]
        self._runner: int | None = None
        # A Python signal handler may kick in the middle of a kick: the thread may enter twice.
        self._lock = threading.RLock()
        ignore_kicks()

    # Registers

    @property
    def registers(self) -> KvmRegisters:
        """A copy of the general registers; assign it to change them."""
        return ioctl.get(self.fd, ioctl.GET_REGS, KvmRegisters)

    @registers.setter
    def registers(self, registers: KvmRegisters) -> None:
        ioctl.put(self.fd, ioctl.SET_REGS, registers)

    @property
    def system_registers(self) -> SystemRegisters:
        """A copy of segments and control registers; assign it to change them."""
        return ioctl.get(self.fd, ioctl.GET_SREGS, SystemRegisters)

    @system_registers.setter
    def system_registers(self, registers: SystemRegisters) -> None:
        ioctl.put(self.fd, ioctl.SET_SREGS, registers)

    def switch_apic_off(self) -> None:
        """There is none: KVM has CPUID tell of one while this bit is set, as it is at reset."""
        system = self.system_registers
        system.apic_base &= ~_APIC_ENABLED
        self.system_registers = system

    def switch_apic_on(self) -> None:
        """There is one, outside KVM."""
        system = self.system_registers
        system.apic_base |= _APIC_ENABLED
        self.system_registers = system

    def set_cpuid(self, entries: Iterable[CpuidEntry]) -> None:
        """Set what CPUID reports; before the vCPU first runs."""
        ioctl.call(self.fd, ioctl.SET_CPUID2, bytearray(cpuid_bytes(entries)))

    @property
    def is_runnable(self) -> bool:
        """Whether it is neither halted nor waiting to be started by another vCPU."""
        return ioctl.get(self.fd, ioctl.GET_MP_STATE, MpState).state == RUNNABLE

    @is_runnable.setter
    def is_runnable(self, value: bool) -> None:
        state = MpState()
        state.state = RUNNABLE if value else HALTED
        ioctl.put(self.fd, ioctl.SET_MP_STATE, state)

    @property
    def tsc_khz(self) -> int:
        """Rate of the guest's TSC; 0 where KVM does not tell, as where the host's is unstable."""
        return max(ioctl.attempt(self.fd, ioctl.GET_TSC_KHZ), 0)

    @property
    def tsc(self) -> int:
        """The guest's TSC, now. Raises HostError."""
        request = OneMsr()
        request.index = _TSC
        buffer = bytearray(bytes(request))
        ioctl.call(self.fd, ioctl.GET_MSRS, buffer)
        return OneMsr.view(buffer).value

    # Interrupts, where the kernel holds no interrupt controller for them

    def interrupt(self, vector: int) -> None:
        """Have the guest take an interrupt; only while `shared.ready_for_interrupt` is set."""
        request = KvmInterrupt()
        request.vector = vector
        ioctl.put(self.fd, ioctl.INTERRUPT, request)

    def nmi(self) -> None:
        """Have the guest take a non-maskable interrupt."""
        ioctl.call(self.fd, ioctl.NMI)

    def tell_paused(self) -> None:
        """Keep the guest's watchdogs from taking a pause for a hang, where it uses kvmclock."""
        with contextlib.suppress(HostError):
            ioctl.call(self.fd, ioctl.KVMCLOCK_CTRL)

    # Running

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Within, this thread runs the vCPU: kicks go to it."""
        own = threading.get_ident()
        with self._lock:
            if self._runner not in (None, own):
                raise HostError(f"vCPU {self.index} runs in another thread already")
            self._runner = own
        is_main = own == threading.main_thread().ident
        try:
            if is_main:
                main_heartbeat().start()
            yield
        finally:
            if is_main:
                main_heartbeat().stop()
            with self._lock:
                self._runner = None

    def kick(self) -> None:
        """Have KVM_RUN return EINTR, now or, if the vCPU is not in it, the next time.

        Any thread may, and nothing is lost: the byte outlives the signal, and only the runner
        takes it back (`take_kick`), before it looks at what the kick was for.
        """
        self.shared.immediate_exit = 1
        with self._lock:
            if self._runner is not None and self._runner != threading.get_ident():
                signal.pthread_kill(self._runner, KICK)

    def take_kick(self) -> None:
        """KVM_RUN has returned; the runner now handles the reason for the kick."""
        self.shared.immediate_exit = 0
