# SPDX-License-Identifier: Apache-2.0
"""Machines of several vCPUs for the tests of this folder."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from guests.harness import RAM
from lightexit.bus.clock import Clock, HostClock
from lightexit.bus.region import pio
from lightexit.devices.device import Device
from lightexit.engine.api import Engine
from lightexit.errors import HostError
from lightexit.filter import Array, IoContext, Struct, Verdict, array, io_filter, u32
from lightexit.vm.board import Wanted
from lightexit.vm.cpu import Cpu
from lightexit.vm.irqchip import Irqchip
from lightexit.vm.kvm.backend import KvmBackend
from lightexit.vm.kvm.cpu import KvmCpu
from lightexit.vm.machine import Machine
from lightexit.vm.memory import GuestMemory
from vm.kvm import start

ENTRY = 0x1000
#: in al, dx (0x500), for ever; jmp $; hlt for good
POLL, SPIN, HALT = "ba 00 05 ec eb fd", "eb fe", "fa f4 eb fd"
#: On a busy host; runs would go on for twenty seconds.
SOON_S = 10.0


class TallyState(Struct):
    """Accesses by register, and those that the filter has answered by vCPU."""

    reads: Array[u32] = array(u32, 4)
    writes: Array[u32] = array(u32, 4)
    handled: Array[u32] = array(u32, 4)


@io_filter
def tally(ctx: IoContext, state: TallyState) -> Verdict:
    register = ctx.offset // 4
    if register >= 4 or ctx.vcpu >= 4:
        return Verdict.PASS
    if ctx.is_write:
        state.writes[register] = u32(state.writes[register] + 1)
    else:
        state.reads[register] = u32(state.reads[register] + 1)
        ctx.data = state.reads[register]
    state.handled[ctx.vcpu] = u32(state.handled[ctx.vcpu] + 1)
    return Verdict.HANDLED


class Tally(Device[TallyState]):
    """A register for each vCPU, which counts its accesses; a write to the one at 0x12 is told."""

    name = "tally"
    regions = (pio(0x10, filter=tally).at(0x500), pio(1, offset=0x12).at(0x512))

    def __init__(self, clock: Clock, done: Callable[[], None]) -> None:
        super().__init__(clock)
        self._done = done

    def read(self, offset: int, size: int) -> int:
        self.state.reads[offset // 4] += 1
        return self.state.reads[offset // 4] & (1 << 8 * size) - 1

    def write(self, offset: int, value: int, size: int) -> None:
        if offset == 0x12:
            self._done()
        else:
            self.state.writes[offset // 4] += 1


def build(
    cpus: int, memory: GuestMemory, engine: Engine | None = None, irqchip: Irqchip | None = None
) -> Machine:
    """A machine of so many vCPUs, without devices; skipped where this host has no KVM."""
    try:
        return Machine(KvmBackend().build(Wanted(cpus, irqchip, engine), memory, HostClock()))
    except HostError as error:
        pytest.skip(error.found)


def board(*codes: str, engine: Engine | None = None) -> tuple[Machine, Tally]:
    """A machine whose vCPUs are in real mode, each at that code; "" waits to be started."""
    memory = GuestMemory(RAM)
    machine = build(len(codes), memory, engine)
    tally = Tally(machine.clock, machine.stop)
    machine.add(tally)
    for index, (cpu, code) in enumerate(zip(machine.cpus, codes, strict=True)):
        entry = ENTRY * (index + 1)
        data = bytes.fromhex(code)
        memory.ram[entry : entry + len(data)] = data
        if code:
            begin(cpu, entry)
    return machine, tally


def begin(cpu: Cpu, entry: int) -> None:
    """Have a vCPU begin in real mode, and a peer without being started by another."""
    assert isinstance(cpu, KvmCpu)
    start.real_mode(cpu.vcpu, entry, 0x8000)
    cpu.vcpu.is_runnable = True
