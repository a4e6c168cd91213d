# SPDX-License-Identifier: Apache-2.0
"""`KvmVm`: one virtual machine of KVM's: its memory, its vCPUs, its clock."""

from __future__ import annotations

import ctypes
import itertools
import os
import weakref
from typing import Self

from lightexit.errors import AuthorError
from lightexit.vm.kvm import ioctl
from lightexit.vm.kvm.cpuid import vcpu_cpuid
from lightexit.vm.kvm.structs import Address, ClockData, EnableCap, MemoryRegion
from lightexit.vm.kvm.system import Capability, Kvm
from lightexit.vm.kvm.vcpu import KvmVcpu
from lightexit.vm.memory import GuestMemory, MemorySlot

# VMX needs four pages for real mode, which no guest may use: below the firmware at 4 GiB.
_IDENTITY_MAP = 0xFFFB_C000
_TSS = 0xFFFB_D000
_READ_ONLY = 2


class KvmVm:
    """A virtual machine."""

    def __init__(self, kvm: Kvm) -> None:
        self.kvm = kvm
        self.fd = ioctl.call(kvm.fd, ioctl.CREATE_VM)
        self._close = weakref.finalize(self, os.close, self.fd)
        self.vcpus: list[KvmVcpu] = []
        #: Whether KVM keeps a local APIC for each vCPU (see interrupts.py).
        self.has_apics = False
        self._memory: list[GuestMemory] = []
        self._slots: dict[int, MemorySlot] = {}
        self._stopped_ns: int | None = None
        if kvm.offers(Capability.SET_IDENTITY_MAP_ADDR):
            identity_map = Address()
            identity_map.value = _IDENTITY_MAP
            ioctl.put(self.fd, ioctl.SET_IDENTITY_MAP_ADDR, identity_map)
        ioctl.call(self.fd, ioctl.SET_TSS_ADDR, _TSS)

    def close(self) -> None:
        """Free it and its vCPUs, now; else they go with the last reference."""
        for vcpu in self.vcpus:
            vcpu.close()
        self._close()
        self._slots.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    # Memory

    def add(self, memory: GuestMemory) -> None:
        """Show the guest a machine's memory, and keep it for as long as the guest may use it."""
        self._memory.append(memory)
        for slot in memory.slots:
            self.map(slot)

    def memory_addresses(self) -> list[range]:
        """Where the machine's memory is; not what was shown by `map` alone."""
        return [slot.addresses for memory in self._memory for slot in memory.slots]

    def map(self, slot: MemorySlot, *, read_only: bool = False) -> int:
        """Show the guest some whole pages of this process; the number of the slot.

        The caller keeps them: else the guest writes into whatever comes to lie there. A guest's
        write to a read-only slot is an access to a device.
        """
        if read_only:
            self.kvm.require(Capability.READONLY_MEM)
        number = next(free for free in itertools.count() if free not in self._slots)
        self._set_slot(number, slot, slot.size, _READ_ONLY if read_only else 0)
        self._slots[number] = slot
        return number

    def unmap(self, number: int) -> None:
        """Hide from the guest what `map` has shown."""
        if number not in self._slots:
            raise AuthorError(f"no memory in slot {number}", expected=f"one of {[*self._slots]}")
        self._set_slot(number, self._slots.pop(number), 0, 0)

    def _set_slot(self, number: int, slot: MemorySlot, size: int, flags: int) -> None:
        region = MemoryRegion()
        region.slot, region.flags, region.size = number, flags, size
        region.guest_address, region.host_address = slot.address, slot.host_address
        ioctl.put(self.fd, ioctl.SET_USER_MEMORY_REGION, region)

    def read(self, address: int, size: int) -> bytes:
        """Bytes at a guest-physical address; fewer where their slot ends, none outside of all."""
        for slot in self._slots.values():
            start = address - slot.address
            if 0 <= start < slot.size:
                return ctypes.string_at(slot.host_address + start, min(size, slot.size - start))
        return b""

    # vCPUs

    def add_vcpu(self) -> KvmVcpu:
        """One more vCPU, numbered from 0."""
        vcpu = KvmVcpu(self.kvm, self.fd, len(self.vcpus))
        self.vcpus.append(vcpu)
        vcpu.set_cpuid(vcpu_cpuid(self.kvm, vcpu.index, has_apic=self.has_apics))
        if not self.has_apics:
            vcpu.switch_apic_off()
        return vcpu

    def show_local_apic(self, features: int) -> None:
        """vCPUs have a local APIC that KVM does not keep, with these bits of CPUID; before they
        first run."""
        for vcpu in self.vcpus:
            vcpu.set_cpuid(vcpu_cpuid(self.kvm, vcpu.index, has_apic=True, device=features))
            vcpu.switch_apic_on()

    def enable(self, capability: Capability, *arguments: int) -> None:
        """Switch on what a virtual machine does not have by itself."""
        self.kvm.require(capability)
        request = EnableCap()
        request.cap = capability
        for index, argument in enumerate(arguments):
            request.arguments[index] = argument
        ioctl.put(self.fd, ioctl.ENABLE_CAP, request)

    # Time, as kvmclock gives it to guests

    @property
    def clock_ns(self) -> int:
        """The guest's clock, in ns; it runs whether or not a vCPU does."""
        return ioctl.get(self.fd, ioctl.GET_CLOCK, ClockData).ns

    @clock_ns.setter
    def clock_ns(self, ns: int) -> None:
        clock = ClockData()
        clock.ns = ns
        ioctl.put(self.fd, ioctl.SET_CLOCK, clock)

    def stop_clock(self) -> None:
        """VM time stops: to be called when no vCPU runs."""
        if self._stopped_ns is None:
            self._stopped_ns = self.clock_ns

    @property
    def stopped_clock_ns(self) -> int:
        """The guest's clock while VM time is stopped; it continues from what is assigned."""
        return self.clock_ns if self._stopped_ns is None else self._stopped_ns

    @stopped_clock_ns.setter
    def stopped_clock_ns(self, ns: int) -> None:
        self._stopped_ns = ns

    def start_clock(self) -> None:
        """VM time continues from where it stopped; kvmclock's flag tells guests of the pause."""
        if self._stopped_ns is not None:
            self.clock_ns, self._stopped_ns = self._stopped_ns, None
            for vcpu in self.vcpus:
                vcpu.tell_paused()
