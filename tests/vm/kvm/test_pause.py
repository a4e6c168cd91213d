# SPDX-License-Identifier: Apache-2.0
"""A machine that does not run: the clock that KVM gives its guest stands still too."""

from __future__ import annotations

import time

from lightexit.bus.bus import Bus
from lightexit.bus.clock import HostClock
from lightexit.vm.kvm.backend import KvmBoard
from lightexit.vm.kvm.cpu import KvmCpu
from lightexit.vm.machine import Machine, RunEnd, RunLimits
from vm.kvm import start
from vm.kvm.host import Host

PAUSE_NS = 500_000_000
ENDLESS = "ebfe"


def running(host: Host) -> Machine:
    """A machine of one vCPU, which goes round in real mode."""
    host.code(ENDLESS)
    clock = HostClock()
    bus = Bus(clock)
    cpu = KvmCpu(host.vm, bus.cpus[0])
    start.real_mode(cpu.vcpu, 0x1000, 0x8000)
    return Machine(KvmBoard(host.vm, bus, clock, host.memory, [cpu]))


def test_kvmclock_stops_with_the_machine(host: Host) -> None:
    machine = running(host)
    for _ in range(2):
        assert machine.run(RunLimits(seconds=0.02)).reason is RunEnd.TIME
        time.sleep(PAUSE_NS / 1e9)
    machine.board.start_clock()
    assert 20_000_000 <= host.vm.clock_ns < PAUSE_NS


def test_it_goes_on_while_the_machine_runs(host: Host) -> None:
    machine = running(host)
    before = host.vm.clock_ns
    machine.run(RunLimits(seconds=0.3))
    assert host.vm.clock_ns - before >= 290_000_000
