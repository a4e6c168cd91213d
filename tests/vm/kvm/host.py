# SPDX-License-Identifier: Apache-2.0
"""A virtual machine with a probe on its bus, for the tests of this folder."""

from __future__ import annotations

from guests.build import guest
from guests.harness import RAM
from guests.probe import Probe
from lightexit.bus.bus import Bus
from lightexit.bus.clock import ManualClock
from lightexit.vm.kvm.cpu import KvmCpu, MakeLoop
from lightexit.vm.kvm.interrupts import Interrupts
from lightexit.vm.kvm.loop import NativeLoop
from lightexit.vm.kvm.vm import KvmVm
from lightexit.vm.memory import GuestMemory


class Host:
    """A virtual machine with a bus and a probe, still without vCPUs."""

    def __init__(self, vm: KvmVm) -> None:
        self.vm = vm
        self.bus = Bus(ManualClock(), vcpus=2)
        self.probe = Probe(self.bus.clock, lambda level: None)
        self.bus.attach(self.probe)
        self.memory = GuestMemory(RAM)

    def load(self, name: str) -> None:
        """Map memory with that guest as its firmware."""
        self.memory = GuestMemory(RAM, guest(name))
        self.vm.add(self.memory)

    def code(self, text: str, address: int = 0x1000) -> None:
        """Map memory with that machine code, in hex, at an address."""
        code = bytes.fromhex(text)
        self.memory.ram[address : address + len(code)] = code
        self.vm.add(self.memory)

    def add_cpu(
        self, make_loop: MakeLoop = NativeLoop, interrupts: Interrupts | None = None
    ) -> KvmCpu:
        cpu = KvmCpu(self.vm, self.bus.cpus[len(self.vm.vcpus)], make_loop, interrupts)
        self.probe.done = cpu.request_stop
        return cpu

    def written(self) -> list[int]:
        """The values that the guest wrote to the probe's first register."""
        return [value for is_write, offset, _, value in self.probe.log if is_write and offset == 0]
