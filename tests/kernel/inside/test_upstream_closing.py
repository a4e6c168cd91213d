# SPDX-License-Identifier: Apache-2.0
"""The prototype for KVM: ranges that go while vCPUs are in them, and owners that are killed."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from kernel.inside.machine import HLT, Access, Machine, word
from kernel.inside.programs import READER, WRITER, Cell
from kernel.inside.struct_ops import WRITES_STATE, Ops, Range, answering, load, load_module
from lightexit.engine.kernel import KernelEngine, KernelMemory
from lightexit.vm.kvm import ioctl
from lightexit.vm.kvm.system import Kvm

PORT, READS = 0x500, 4000
#: mov cx, READS; mov dx, PORT; again: in al, dx; loop again; hlt
READING = f"b9{word(READS)}ba{word(PORT)}ece2fd{HLT}"


@pytest.fixture(autouse=True, scope="module")
def _prototype() -> None:
    load_module()


def test_going_under_load_loses_no_access(machine: Machine, cell: KernelMemory[Cell]) -> None:
    """Each read is answered once: the filter counts its own in the state, user space the rest."""
    cell.state.value = 0
    vcpu = machine.load(READING)
    out: list[Access] = []
    runner = threading.Thread(target=lambda: out.extend(machine.run(vcpu, lambda access: 0)))
    turns = 0
    runner.start()
    while runner.is_alive():
        filter = Ops(load(WRITER, [cell.map]), WRITES_STATE)
        with answering(machine.vm.fd, Range(filter.map.number, PORT)):
            del filter  # the range is the last that has it
            runner.join(0.002)
        turns += 1
    assert turns > 1
    assert cell.state.value > 0
    assert cell.state.value + len(out) == READS


def test_two_vcpus_share_a_state(machine: Machine, cell: KernelMemory[Cell]) -> None:
    """Whoever finds the state locked asks user space: no count is lost, none is made twice."""
    cell.state.value = 0
    first, second = machine.load(READING), machine.vm.add_vcpu()
    machine.enter(second)
    out: list[Access] = []
    filter = Ops(load(WRITER, [cell.map]), WRITES_STATE)
    with answering(machine.vm.fd, Range(filter.map.number, PORT)) as device:
        runners = [
            threading.Thread(target=lambda v=vcpu: out.extend(machine.run(v, lambda access: 0)))
            for vcpu in (first, second)
        ]
        for runner in runners:
            runner.start()
        for runner in runners:
            runner.join()
        assert device.counts() == (cell.state.value, len(out))
    assert cell.state.value + len(out) == 2 * READS


def test_a_killed_owner_leaves_nothing_on_the_bus() -> None:
    """Its VM goes with it, filter and all; the kernel's log has nothing to say."""
    for _ in range(3):
        ready, told = os.pipe()
        child = os.fork()
        if child == 0:
            run_forever(told)
        assert os.read(ready, 1) == b"!"
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(ready)
        os.close(told)


def run_forever(told: int) -> None:
    """A guest that never stops reading, in a process of its own."""
    machine = Machine(Kvm())
    vcpu = machine.load("ba0005ecebfd")  # again: in al, dx; jmp again
    filter = Ops(load(READER, [KernelEngine().memory(Cell).map]))
    with answering(machine.vm.fd, Range(filter.map.number, PORT)):
        os.write(told, b"!")
        ioctl.call(vcpu.fd, ioctl.RUN)
    os._exit(1)
