# SPDX-License-Identifier: Apache-2.0
"""Actions: eventfds are signalled, and through an irqfd the guest is interrupted with no exit."""

from __future__ import annotations

import os

import pytest

from kernel.inside.machine import HLT, Access, Machine, port_in, port_out
from kernel.inside.programs import BELL, LINE, MUTE
from lightexit.abi import Space
from lightexit.engine.kernel import KernelEngine
from lightexit.vm.kvm.attach import AttachedProgram, AttachRange, KernelModule
from lightexit.vm.kvm.interrupts import Interrupts

PORT, KEPT = 0x500, 0x3000
ROUNDS = 20
HANDLER = 0x2000


def eventfd() -> int:
    return os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)


def test_doorbells_signal_their_eventfds(module: KernelModule, machine: Machine) -> None:
    """Bit 2 has no eventfd: that write goes to user space, and signals nobody."""
    bells = {0: eventfd(), 1: eventfd(), 31: eventfd()}
    values = [1, 2, 3, 1 << 31, 5, 0]
    vcpu = machine.load("".join(port_out(PORT, 4, value) for value in values) + HLT)
    answer = AttachedProgram(KernelEngine().load(BELL), doorbells=bells)
    with module.attach(AttachRange(machine.vm.fd, Space.PIO, PORT, 4), answer) as attachment:
        assert machine.run(vcpu, lambda access: 0) == [Access(PORT, 4, True, 5)]
        assert attachment.statistics().handled == 5
    assert [os.eventfd_read(bell) for bell in bells.values()] == [2, 2, 1]
    for bell in bells.values():
        os.close(bell)


@pytest.mark.parametrize("writes_state", [False, True])
def test_what_passes_rings_nothing(
    module: KernelModule, machine: Machine, writes_state: bool
) -> None:
    vcpu = machine.load(port_out(PORT, 4, 1) + HLT)
    bell = eventfd()
    answer = AttachedProgram(
        KernelEngine().load(MUTE), doorbells={0: bell}, writes_state=writes_state
    )
    with module.attach(AttachRange(machine.vm.fd, Space.PIO, PORT, 4), answer):
        assert machine.run(vcpu, lambda access: 0) == [Access(PORT, 4, True, 1)]
    with pytest.raises(BlockingIOError):
        os.eventfd_read(bell)
    os.close(bell)


def test_what_the_kernel_cannot_do_passes(module: KernelModule, machine: Machine) -> None:
    vcpu = machine.load(port_in(PORT, 1) + HLT)
    answer = AttachedProgram(KernelEngine().load(LINE))
    with module.attach(AttachRange(machine.vm.fd, Space.PIO, PORT, 4), answer):
        assert machine.run(vcpu, lambda access: 0) == [Access(PORT, 1)]


# The master PIC at vectors 8 and up, all lines but 5 masked, at the end of an interrupt by hand.
PIC_SETUP = "".join(
    f"b0{value:02x}e6{port:02x}"
    for port, value in ((0x20, 0x11), (0x21, 8), (0x21, 4), (0x21, 1), (0x21, 0xDF))
)
# inc word [KEPT]; mov al, 0x20; out 0x20, al; iret
HANDLER_CODE = "ff060030" + "b020e620" + "cf"


def test_a_doorbell_interrupts_the_guest(module: KernelModule, machine: Machine) -> None:
    """Each write to the doorbell is one interrupt; the guest spins until it has come."""
    interrupts = Interrupts(machine.vm)
    bell = eventfd()
    interrupts.tie(bell, 5)
    ram = machine.memory.ram
    ram[13 * 4 : 13 * 4 + 4] = HANDLER.to_bytes(4, "little")
    handler = bytes.fromhex(HANDLER_CODE)
    ram[HANDLER : HANDLER + len(handler)] = handler
    rounds = "".join(
        # out; cmp word [KEPT], i; jb back to the cmp
        port_out(PORT, 1, 1) + f"833e0030{i:02x}72f9"
        for i in range(1, ROUNDS + 1)
    )
    vcpu = machine.load(PIC_SETUP + "fb" + rounds + port_out(0x600, 1, 9))
    answer = AttachedProgram(KernelEngine().load(BELL), doorbells={0: bell})
    with module.attach(AttachRange(machine.vm.fd, Space.PIO, PORT, 4), answer) as attachment:
        first = next(machine.exits(vcpu, lambda access: 0))
        assert first == Access(0x600, 1, True, 9)
        assert attachment.statistics().handled == ROUNDS
    assert int.from_bytes(ram[KEPT : KEPT + 2], "little") == ROUNDS
    interrupts.untie(bell, 5)
    os.close(bell)
