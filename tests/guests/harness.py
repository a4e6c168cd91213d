# SPDX-License-Identifier: Apache-2.0
"""Runs a guest of this folder on a back end: a bus, a probe on it, a CPU at its reset vector."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from guests.build import guest
from guests.probe import Probe
from lightexit.bus.bus import Bus
from lightexit.bus.clock import ManualClock
from lightexit.errors import HostError
from lightexit.vm.cpu import Cpu
from lightexit.vm.exits import Exit, Halted, Interruptible
from lightexit.vm.memory import MIB, GuestMemory

VECTOR = 0x20
RAM = 4 * MIB
BACK_ENDS = ("unicorn", "kvm-python", "kvm-native")


@dataclass
class Bench:
    """A guest ready to run."""

    cpu: Cpu
    bus: Bus
    probe: Probe
    memory: GuestMemory

    def serve(self, exit: Exit) -> bool:
        """What a machine does between runs; whether the guest goes on."""
        if isinstance(exit, Interruptible):
            if self.cpu.interruptible():
                failed = self.cpu.interrupt(VECTOR)
                assert failed is None, failed
            return True
        return isinstance(exit, Halted) and self.probe.state.pending > 0

    def run(self) -> Exit:
        """Run to the end: halted with no interrupt to come, or an exit that ends it."""
        with self.bus.running():
            while self.serve(exit := self.cpu.run()):
                pass
        self.bus.raise_failure()
        return exit

    def digest(self, start: int = MIB) -> str:
        """Guest memory from `start` on, hashed."""
        return hashlib.sha256(self.memory.ram[start:]).hexdigest()


@contextlib.contextmanager
def bench(name: str, back_end: str) -> Iterator[Bench]:
    """A guest on a back end; skipped, with the reason, where this host has none."""
    memory = GuestMemory(RAM, guest(name))
    bus = Bus(ManualClock())
    try:
        with make_cpu(memory, bus, back_end) as cpu:
            probe = Probe(bus.clock, cpu.set_interrupt)
            bus.attach(probe)
            yield Bench(cpu, bus, probe, memory)
    except HostError as error:
        pytest.skip(error.found)


@contextlib.contextmanager
def make_cpu(memory: GuestMemory, bus: Bus, back_end: str) -> Iterator[Cpu]:
    """One CPU of a back end. Raises HostError where it cannot be had."""
    if back_end == "unicorn":
        from lightexit.vm.unicorn import UnicornCpu

        yield UnicornCpu(memory, bus.cpus[0])
        return
    from lightexit.vm.kvm.cpu import KvmCpu, MakeLoop
    from lightexit.vm.kvm.loop import NativeLoop, PythonLoop
    from lightexit.vm.kvm.system import Kvm
    from lightexit.vm.kvm.vm import KvmVm

    make_loop: MakeLoop = PythonLoop if back_end == "kvm-python" else NativeLoop
    with Kvm() as kvm, KvmVm(kvm) as vm:
        vm.add(memory)
        yield KvmCpu(vm, bus.cpus[0], make_loop)
