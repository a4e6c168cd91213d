# SPDX-License-Identifier: Apache-2.0
"""Every allocation and every copy from or to user space fails once: attach, access, close.

What fails says so and holds nothing; what it failed in works the next time. That no memory is
lost meanwhile is looked at when all tests are over (last.py).
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from kernel.inside.checks import Trial, every_fault, no_faults, prepare_faults
from kernel.inside.machine import (
    DS_TO_MMIO,
    HLT,
    MMIO,
    Access,
    Machine,
    keep,
    load,
    port_in,
    port_out,
)
from kernel.inside.programs import BELL, READER, TIMER, Cell
from lightexit.abi import NO_FD, Attach, AttachFlag, ClockState, Command, Space, Statistics
from lightexit.engine.kernel import KernelEngine, KernelMemory
from lightexit.vm.kvm import ioctl
from lightexit.vm.kvm.attach import AttachedProgram, Attachment, AttachRange, KernelModule
from lightexit.vm.kvm.exits import ExitReason

REFERENCES = Path("/sys/module/lightexit/refcnt")
PORT, KEPT, VALUE = 0x500, 0x3000, 0x1234_5678
CLEAN = {errno.ENOMEM, errno.EFAULT, errno.ENFILE}


def references() -> int:
    return int(REFERENCES.read_text())


@pytest.fixture(autouse=True)
def nothing_is_held() -> Iterator[None]:
    if reason := no_faults():
        pytest.skip(reason)
    prepare_faults()
    before = references()
    yield
    assert references() == before


def say(outcomes: list[int]) -> None:
    """Shown with -s, or where the test fails."""
    print(Counter(errno.errorcode.get(each, "done") for each in outcomes))


class Attaching(Trial):
    """With all that an attachment can hold."""

    def __init__(self, module: KernelModule, machine: Machine, space: Space) -> None:
        self.program = KernelEngine().load(TIMER).bind(())
        self.clock = KernelEngine().memory(ClockState)
        self.bell = os.eventfd(0)
        request = Attach()
        request.size, request.flags = Attach.layout.size, AttachFlag.READS_CLOCK
        request.vm_fd, request.program_fd = machine.vm.fd, self.program.number
        request.clock_fd = self.clock.map.descriptor.number
        request.space, request.base, request.length = space, PORT, 4
        for index in range(len(request.doorbells)):
            request.doorbells[index] = self.bell if index == 0 else NO_FD
        self.module, self.request = module, bytearray(bytes(request))
        self.made: list[int] = []
        self.idle = references()

    def act(self) -> None:
        self.made.append(fcntl.ioctl(self.module.fd, Command.ATTACH, self.request))

    def end(self, outcome: int) -> None:
        """The range is free whatever came of it: the next turn takes it."""
        assert len(self.made) == (outcome == 0)
        for fd in self.made:
            os.close(fd)
        self.made.clear()
        assert references() == self.idle


@pytest.mark.parametrize("space", [Space.PIO, Space.MMIO])
def test_attaching(module: KernelModule, machine: Machine, space: Space) -> None:
    trial = Attaching(module, machine, space)
    outcomes = every_fault(trial)
    os.close(trial.bell)
    say(outcomes)
    assert outcomes[-1] == 0
    assert set(outcomes[:-1]) <= CLEAN | {0}
    assert sum(outcome != 0 for outcome in outcomes) > 3


class Closing(Trial):
    """It always succeeds, and user space is asked afterwards."""

    def __init__(self, module: KernelModule, machine: Machine, cell: KernelMemory[Cell]) -> None:
        self.module, self.machine = module, machine
        self.answer = AttachedProgram(KernelEngine().load(READER), [cell])
        self.vcpu = machine.load(port_in(PORT, 1) + HLT)
        self.fd, self.idle = -1, references()

    def begin(self) -> None:
        place = AttachRange(self.machine.vm.fd, Space.PIO, PORT, 4)
        attachment = self.module.attach(place, self.answer)
        self.fd = os.dup(attachment.fd)
        attachment.close()
        assert references() == self.idle + 1

    def act(self) -> None:
        os.close(self.fd)

    def end(self, outcome: int) -> None:
        assert references() == self.idle
        self.machine.enter(self.vcpu)
        assert self.machine.run(self.vcpu, lambda access: 0) == [Access(PORT, 1)]


def test_closing(module: KernelModule, machine: Machine, cell: KernelMemory[Cell]) -> None:
    outcomes = every_fault(Closing(module, machine, cell))
    say(outcomes)
    assert set(outcomes) == {0}


READS = {
    Space.PIO: port_in(PORT, 4) + keep(KEPT) + HLT,
    Space.MMIO: DS_TO_MMIO + load(0, 4) + keep(KEPT) + HLT,
}
BASES = {Space.PIO: PORT, Space.MMIO: MMIO}


class Reading(Trial):
    """A guest's read, in a machine that has run before and is attached to since.

    A run that fails in KVM is gone on with; the guest has its answer, and it is the program's.
    """

    def __init__(self, module: KernelModule, machine: Machine, space: Space) -> None:
        self.machine = machine
        self.vcpu = machine.load(READS[space])
        machine.run(self.vcpu, lambda access: 0)
        cell = KernelEngine().memory(Cell)
        cell.state.value = VALUE
        place = AttachRange(machine.vm.fd, space, BASES[space], 4)
        self.attachment = module.attach(place, AttachedProgram(KernelEngine().load(READER), [cell]))
        self.exits: list[int] = []

    def begin(self) -> None:
        self.machine.memory.ram[KEPT : KEPT + 4] = bytes(4)
        self.machine.enter(self.vcpu)

    def act(self) -> None:
        fcntl.ioctl(self.vcpu.fd, ioctl.RUN.number, 0)

    def end(self, outcome: int) -> None:
        if outcome:
            self.act()
        self.exits.append(self.vcpu.shared.exit_reason)
        if self.exits[-1] == ExitReason.HLT:
            kept = self.machine.memory.ram[KEPT : KEPT + 4]
            assert int.from_bytes(kept, "little") == VALUE


@pytest.mark.parametrize("space", [Space.PIO, Space.MMIO])
def test_reading(module: KernelModule, machine: Machine, space: Space) -> None:
    """What KVM cannot emulate for want of memory it says; it never asks user space instead."""
    trial = Reading(module, machine, space)
    outcomes = every_fault(trial)
    say(outcomes)
    print(Counter(trial.exits))
    statistics = trial.attachment.statistics()
    trial.attachment.close()
    assert trial.exits[-1] == ExitReason.HLT
    assert set(trial.exits) <= {ExitReason.HLT, ExitReason.INTERNAL_ERROR}
    assert statistics.handled >= trial.exits.count(ExitReason.HLT)
    assert statistics.passed == 0
    assert set(outcomes) <= CLEAN | {0}


class Ringing(Trial):
    """A guest's write to a doorbell, in a machine that has run before."""

    def __init__(self, machine: Machine, attachment: Attachment, bell: int) -> None:
        self.machine, self.attachment, self.bell = machine, attachment, bell
        self.vcpu = machine.load(port_out(PORT, 4, 1) + HLT)

    def begin(self) -> None:
        self.machine.enter(self.vcpu)

    def act(self) -> None:
        fcntl.ioctl(self.vcpu.fd, ioctl.RUN.number, 0)

    def end(self, outcome: int) -> None:
        if outcome:
            self.act()
        assert os.eventfd_read(self.bell) == 1


def test_ringing(module: KernelModule, machine: Machine) -> None:
    bell = os.eventfd(0, os.EFD_NONBLOCK)
    answer = AttachedProgram(KernelEngine().load(BELL), doorbells={0: bell})
    place = AttachRange(machine.vm.fd, Space.PIO, PORT, 4)
    with module.attach(place, answer) as attachment:
        outcomes = every_fault(Ringing(machine, attachment, bell))
        say(outcomes)
        assert outcomes[-1] == 0
        assert attachment.statistics().passed == 0
    os.close(bell)


class Counting(Trial):
    """Reading the counters."""

    def __init__(self, attachment: Attachment) -> None:
        self.attachment = attachment

    def act(self) -> None:
        assert len(os.read(self.attachment.fd, Statistics.layout.size)) == Statistics.layout.size


def test_counting(module: KernelModule, machine: Machine, cell: KernelMemory[Cell]) -> None:
    answer = AttachedProgram(KernelEngine().load(READER), [cell])
    place = AttachRange(machine.vm.fd, Space.PIO, PORT, 4)
    with module.attach(place, answer) as attachment:
        outcomes = every_fault(Counting(attachment))
    say(outcomes)
    assert outcomes == [errno.EFAULT, 0]
