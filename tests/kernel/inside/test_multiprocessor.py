# SPDX-License-Identifier: Apache-2.0
"""Two vCPUs and one filter inside KVM: whoever answers, no access is lost and none done twice."""

from __future__ import annotations

from guests.build import guest
from guests.harness import RAM
from lightexit.bus.clock import HostClock
from lightexit.engine.kernel import KernelEngine
from lightexit.vm.board import Wanted
from lightexit.vm.kvm.backend import KvmBackend
from lightexit.vm.machine import Machine, RunEnd, RunLimits
from lightexit.vm.memory import GuestMemory
from vm.kvm.board import Tally

CPUS, ROUNDS = 2, 1000


def test_two_vcpus_at_once() -> None:
    memory = GuestMemory(RAM, guest("peers"))
    memory.ram[0x600:0x604] = CPUS.to_bytes(4, "little")
    clock = HostClock()
    board = KvmBackend().build(Wanted(CPUS, engine=KernelEngine()), memory, clock)
    with Machine(board) as machine:
        tally = Tally(clock, machine.stop)
        machine.add(tally)
        outcome = machine.run(RunLimits(seconds=30))
        in_user_space = sum(count.accesses for count in machine.bus.counts())
        in_kernel_too = sum(count.handled for count in machine.bus.offloaded())
    assert outcome.reason is RunEnd.REQUEST
    each = [ROUNDS] * CPUS + [0] * (4 - CPUS)
    assert (list(tally.state.reads), list(tally.state.writes)) == (each, each)
    # And the one that ended the run, which no filter knows.
    assert in_user_space + in_kernel_too == 2 * ROUNDS * CPUS + 1
    assert outcome.accesses == in_user_space
    assert in_kernel_too > 0
    handled = list(tally.state.handled)
    assert all(0 < count <= 2 * ROUNDS for count in handled[:CPUS])
    assert handled[CPUS:] == [0] * (4 - CPUS)
