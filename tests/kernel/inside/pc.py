# SPDX-License-Identifier: Apache-2.0
"""A PC with a few bytes of real-mode code, on a machine's own run loop."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kernel.debug import patience
from kernel.inside.machine import ENTRY
from lightexit.bus.clock import ManualClock
from lightexit.engine.api import Engine
from lightexit.vm.console import Console
from lightexit.vm.kvm.backend import KvmBackend
from lightexit.vm.kvm.cpu import KvmCpu
from lightexit.vm.machine import Machine, RunEnd, RunLimits
from lightexit.vm.memory import MIB, GuestMemory
from lightexit.vm.pc import PcConfig, pc_machine
from vm.kvm import start

NOW_NS = 123_456_789


@contextmanager
def booted(engine: Engine | None) -> Iterator[tuple[Machine, GuestMemory]]:
    """A PC of 2 MiB, and its memory."""
    config = PcConfig(ram_bytes=2 * MIB)
    clock = ManualClock(NOW_NS)
    with pc_machine(config, clock, engine, backend=KvmBackend(), debug=Console()) as machine:
        yield machine, machine.board.memory


def run(machine: Machine, memory: GuestMemory, code: str) -> None:
    """Have that code, in hex, run until it halts."""
    image = bytes.fromhex(code)
    memory.ram[ENTRY : ENTRY + len(image)] = image
    assert isinstance(machine.cpu, KvmCpu)
    start.real_mode(machine.cpu.vcpu, ENTRY, 0x8000)
    assert machine.run(RunLimits(seconds=patience(20))).reason is RunEnd.HALTED
