# SPDX-License-Identifier: Apache-2.0
"""Every order of closing, killed owners, load from several vCPUs, detaching, unloading."""

from __future__ import annotations

import ctypes
import errno
import gc
import itertools
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from kernel.inside.machine import HLT, Access, Machine, port_in, word
from kernel.inside.programs import READER, WRITER, Cell
from lightexit.abi import Space
from lightexit.engine.kernel import KernelEngine, KernelMemory
from lightexit.vm.kvm import ioctl
from lightexit.vm.kvm.attach import AttachedProgram, Attachment, AttachRange, KernelModule
from lightexit.vm.kvm.system import Kvm

PORT = 0x500
READS = 4000
REFERENCES = Path("/sys/module/lightexit/refcnt")


def references() -> int:
    return int(REFERENCES.read_text())


def attach(module: KernelModule, machine: Machine, cell: KernelMemory[Cell]) -> Attachment:
    answer = AttachedProgram(KernelEngine().load(READER), [cell])
    return module.attach(AttachRange(machine.vm.fd, Space.PIO, PORT, 4), answer)


PARTS = ("attachment", "vm", "vcpu", "program and map")


@pytest.mark.parametrize("order", list(itertools.permutations(PARTS)), ids=" ".join)
def test_every_order_of_closing(module: KernelModule, kvm: Kvm, order: tuple[str, ...]) -> None:
    before = references()
    machine = Machine(kvm)
    vcpu = machine.load(port_in(PORT, 1) + HLT)
    cell = KernelEngine().memory(Cell)
    answer = AttachedProgram(KernelEngine().load(READER), [cell])
    attachment = module.attach(AttachRange(machine.vm.fd, Space.PIO, PORT, 4), answer)
    assert machine.run(vcpu, lambda access: 0) == []
    assert references() == before + 1
    vm_close: Callable[[], object] = machine.vm._close
    close: dict[str, Callable[[], object]] = {
        "attachment": attachment.close,
        "vm": vm_close,
        "vcpu": vcpu.close,
    }
    for part in order:
        if part in close:
            close[part]()
        else:
            del answer, cell
            gc.collect()
    assert references() == before


def test_after_detaching_user_space_is_asked(
    module: KernelModule, machine: Machine, cell: KernelMemory[Cell]
) -> None:
    vcpu = machine.load(port_in(PORT, 1) + HLT)
    for _ in range(3):
        with attach(module, machine, cell):
            machine.enter(vcpu)
            assert machine.run(vcpu, lambda access: 0) == []
        machine.enter(vcpu)
        assert machine.run(vcpu, lambda access: 0) == [Access(PORT, 1)]


def test_detaching_under_load_loses_no_access(
    module: KernelModule, machine: Machine, cell: KernelMemory[Cell]
) -> None:
    """Each read is answered once: the program counts its own in the state, user space the rest."""
    cell.state.value = 0
    # mov cx, READS; mov dx, PORT; again: in al, dx; loop again; hlt
    vcpu = machine.load(f"b9{word(READS)}ba{word(PORT)}ece2fd{HLT}")
    out: list[Access] = []
    runner = threading.Thread(target=lambda: out.extend(machine.run(vcpu, lambda access: 0)))
    answer = AttachedProgram(KernelEngine().load(WRITER), [cell], writes_state=True)
    turns = 0
    runner.start()
    while runner.is_alive():
        with module.attach(AttachRange(machine.vm.fd, Space.PIO, PORT, 4), answer):
            cell.state.is_off = turns & 1
            runner.join(0.002)
        turns += 1
    assert turns > 1
    assert cell.state.value > 0
    assert cell.state.value + len(out) == READS


def test_two_vcpus_share_a_state(
    module: KernelModule, machine: Machine, cell: KernelMemory[Cell]
) -> None:
    """Whoever finds the state locked asks user space: no count is lost, none is made twice."""
    cell.state.value = 0
    first = machine.load(f"b9{word(READS)}ba{word(PORT)}ece2fd{HLT}")
    second = machine.vm.add_vcpu()
    machine.enter(second)
    out: list[Access] = []
    answer = AttachedProgram(KernelEngine().load(WRITER), [cell], writes_state=True)
    with module.attach(AttachRange(machine.vm.fd, Space.PIO, PORT, 4), answer) as attachment:
        runners = [
            threading.Thread(target=lambda v=vcpu: out.extend(machine.run(v, lambda access: 0)))
            for vcpu in (first, second)
        ]
        for runner in runners:
            runner.start()
        for runner in runners:
            runner.join()
        assert attachment.statistics().handled == cell.state.value
    assert cell.state.value + len(out) == 2 * READS


def test_a_killed_owner_leaves_nothing(module: KernelModule, kvm: Kvm) -> None:
    before = references()
    for _ in range(3):
        ready, told = os.pipe()
        child = os.fork()
        if child == 0:
            run_forever(module, told)
        assert os.read(ready, 1) == b"!"
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(ready)
        os.close(told)
        assert references() == before


def run_forever(module: KernelModule, told: int) -> None:
    """A guest that never stops reading, in a process of its own."""
    machine = Machine(Kvm())
    vcpu = machine.load("ba0005ecebfd")  # again: in al, dx; jmp again
    attachment = attach(module, machine, KernelEngine().memory(Cell))
    os.write(told, b"!")
    ioctl.call(vcpu.fd, ioctl.RUN)
    attachment.close()
    os._exit(1)


def test_the_module_stays_while_it_is_in_use(
    module: KernelModule, machine: Machine, cell: KernelMemory[Cell]
) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    with attach(module, machine, cell):
        assert libc.syscall(176, b"lightexit", os.O_NONBLOCK) == -1  # delete_module(2)
        assert ctypes.get_errno() == errno.EWOULDBLOCK
