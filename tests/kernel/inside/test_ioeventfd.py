# SPDX-License-Identifier: Apache-2.0
"""KVM's own doorbells (ioeventfd) where a range is attached: KVM lets them in at any time.

The bus is sorted and searched as if ranges never overlapped. What comes out is tested here, for
docs/kernel-trust.md says it: no access is lost or answered twice.
"""

from __future__ import annotations

import os

import pytest

from kernel.inside.machine import HLT, Access, Machine, port_out
from kernel.inside.programs import WRITER, Cell
from lightexit.abi import Space
from lightexit.engine.kernel import KernelEngine, KernelMemory
from lightexit.errors import HostError
from lightexit.vm.kvm.attach import AttachedProgram, AttachRange, KernelModule
from lightexit.vm.kvm.doorbell import Doorbell

PORT, LENGTH = 0x500, 16
WRITES = [PORT + at for at in range(0, LENGTH, 4)]


def rung(bell: int) -> int:
    try:
        return os.eventfd_read(bell)
    except BlockingIOError:
        return 0


@pytest.mark.parametrize("place", WRITES)
@pytest.mark.parametrize("passes", [False, True])
def test_a_doorbell_that_comes_later(
    module: KernelModule, machine: Machine, cell: KernelMemory[Cell], place: int, passes: bool
) -> None:
    cell.state.is_off = passes
    vcpu = machine.load("".join(port_out(port, 4, 1) for port in WRITES) + HLT)
    bell = os.eventfd(0, os.EFD_NONBLOCK)
    answer = AttachedProgram(KernelEngine().load(WRITER), [cell], writes_state=True)
    with module.attach(AttachRange(machine.vm.fd, Space.PIO, PORT, LENGTH), answer):
        Doorbell(Space.PIO, place, 4).tie(machine.vm, bell)
        out = machine.run(vcpu, lambda access: 0)
    rings, handled = rung(bell), cell.state.writes
    print(f"at {place:#x}: {rings} rings, {handled} handled, in user space: {out}")
    # Each write is somebody's, and nobody's but his.
    assert rings + handled + len(out) == len(WRITES)
    # The doorbell is first at the range's first address; elsewhere it gets what the program passes.
    assert rings == (1 if passes or place == PORT else 0)
    assert all(access == Access(access.address, 4, True, 1) for access in out)
    os.close(bell)


def test_a_doorbell_that_was_there(
    module: KernelModule, machine: Machine, cell: KernelMemory[Cell]
) -> None:
    bell = os.eventfd(0, os.EFD_NONBLOCK)
    Doorbell(Space.PIO, PORT + 4, 4).tie(machine.vm, bell)
    answer = AttachedProgram(KernelEngine().load(WRITER), [cell], writes_state=True)
    with pytest.raises(HostError, match="has these addresses already"):
        module.attach(AttachRange(machine.vm.fd, Space.PIO, PORT, LENGTH), answer)
    os.close(bell)
