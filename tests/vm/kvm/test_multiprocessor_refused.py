# SPDX-License-Identifier: Apache-2.0
"""Impossible machines of several vCPUs, and the error messages for them."""

from __future__ import annotations

import resource
import threading
from collections.abc import Callable

import pytest

from guests.harness import RAM
from lightexit.bus.bus import Bus
from lightexit.bus.clock import HostClock, ManualClock
from lightexit.bus.line import Line
from lightexit.devices.pic import Pic
from lightexit.errors import AuthorError, HostError
from lightexit.vm.board import MOST_CPUS, Backend, Wanted
from lightexit.vm.irqchip import Irqchip
from lightexit.vm.kvm.backend import KvmBackend, KvmBoard
from lightexit.vm.kvm.cpu import KvmCpu
from lightexit.vm.kvm.system import Kvm
from lightexit.vm.machine import Machine, RunEnd, RunLimits
from lightexit.vm.memory import GuestMemory
from lightexit.vm.pc import PcConfig, pc_machine
from lightexit.vm.unicorn import UnicornBackend
from vm.kvm.board import SPIN, board
from vm.kvm.host import Host


def refused(found: str, build: Callable[[], object]) -> str:
    with pytest.raises((AuthorError, HostError), match=found) as caught:
        build()
    assert caught.value.expected or caught.value.hint
    return str(caught.value)


def test_there_is_one_cpu_on_unicorn() -> None:
    memory, clock = GuestMemory(RAM), ManualClock()
    said = refused("^2 vCPUs on Unicorn", lambda: UnicornBackend().build(Wanted(2), memory, clock))
    assert "try: --backend kvm" in said


def test_impossible_irqchips_are_refused() -> None:
    said = refused("2 vCPUs with --irqchip off", lambda: KvmBackend().check(Wanted(2, Irqchip.OFF)))
    assert "try: --irqchip split or kernel" in said
    refused("^--irqchip split on Unicorn", lambda: UnicornBackend().check(Wanted(1, Irqchip.SPLIT)))
    UnicornBackend().check(Wanted(1, Irqchip.OFF))


@pytest.mark.parametrize("back_end", [UnicornBackend(), KvmBackend()])
@pytest.mark.parametrize("count", [-1, 0, MOST_CPUS + 1])
def test_impossible_numbers_of_vcpus_are_refused(back_end: Backend, count: int) -> None:
    refused(f"^{count} vCPUs", lambda: back_end.check(Wanted(count)))


def test_the_hosts_limit_on_vcpus_is_named(kvm: Kvm, monkeypatch: pytest.MonkeyPatch) -> None:
    assert kvm.most_vcpus >= 4
    monkeypatch.setattr(Kvm, "offers", lambda self, capability: int(capability != 66) * 3)
    assert kvm.most_vcpus == 3
    KvmBackend().check(Wanted(3))
    assert "at most 3" in refused("^4 vCPUs on KVM", lambda: KvmBackend().check(Wanted(4)))


def test_a_machine_has_a_cpu() -> None:
    clock = ManualClock()
    refused("^0 vCPUs", lambda: pc_machine(PcConfig(kernel=b"\xf4", cpus=0), clock))


def test_a_clock_that_steps_is_for_one(kvm: Kvm) -> None:
    clock = ManualClock(step_ns=1000)
    said = refused(
        "a clock that steps with every access, for 2 vCPUs",
        lambda: pc_machine(PcConfig(kernel=b"\xf4", cpus=2), clock, backend=KvmBackend()),
    )
    assert "is not reproducible" in said


def test_interrupt_controllers_are_the_back_ends_or_a_device() -> None:
    machine, _ = board(SPIN, SPIN)
    refused("a PIC among the devices", lambda: machine.connect(Pic(machine.clock, Line())))
    refused(
        "machines with irqchip=split, on one with irqchip=kernel",
        lambda: machine.add_ioapic(0xFEC0_0000),
    )
    refused("there is no interrupt input 24", lambda: machine.irq(24))


def test_several_need_controllers_in_the_kernel(host: Host) -> None:
    clock = HostClock()
    bus = Bus(clock, vcpus=2)
    board = KvmBoard(host.vm, bus, clock, host.memory, [KvmCpu(host.vm, cpu) for cpu in bus.cpus])
    refused("^2 vCPUs without local APICs", lambda: Machine(board))
    refused("this back end keeps no interrupt controllers", board.make_ioapic)
    refused("this back end keeps no interrupt controllers", lambda: board.set_irq(1, True))


def test_a_failure_to_start_threads_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    machine, _ = board(SPIN, SPIN)
    start_thread = threading.Thread.start

    def start(thread: threading.Thread) -> None:
        if thread.name == "vcpu_1":
            raise RuntimeError("can't start new thread")
        start_thread(thread)

    monkeypatch.setattr(threading.Thread, "start", start)
    said = refused("cannot start a thread for a vCPU: can't start new thread", machine.run)
    assert "try: fewer vCPUs" in said
    monkeypatch.undo()
    assert machine.run(RunLimits(seconds=0.02)).reason is RunEnd.TIME


def test_a_limit_on_open_files_is_an_error(host: Host) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))  # all below are open
    try:
        said = refused("this process may have no more open files .*EMFILE", host.vm.add_vcpu)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert "try: fewer vCPUs" in said
