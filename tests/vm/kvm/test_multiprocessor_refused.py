# SPDX-License-Identifier: Apache-2.0
"""Machines of several vCPUs that there cannot be, and what is said of them."""

from __future__ import annotations

import functools
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
from lightexit.vm.backends import MOST_CPUS, BackEnd, check_cpus, make_cpu
from lightexit.vm.irqchip import Irqchip
from lightexit.vm.kvm.cpu import KvmCpu
from lightexit.vm.kvm.system import Kvm
from lightexit.vm.machine import Limits, Machine, Reason
from lightexit.vm.memory import GuestMemory
from lightexit.vm.pc import PcConfig, pc_machine
from lightexit.vm.unicorn import UnicornCpu
from vm.kvm.board import SPIN, board
from vm.kvm.host import Host


def refused(found: str, build: Callable[[], object]) -> str:
    with pytest.raises((AuthorError, HostError), match=found) as caught:
        build()
    assert caught.value.expected or caught.value.hint
    return str(caught.value)


def test_there_is_one_cpu_on_unicorn() -> None:
    bus, memory = Bus(ManualClock(), vcpus=2), GuestMemory(RAM)
    said = refused("^2 vCPUs on Unicorn", lambda: make_cpu(BackEnd.UNICORN, memory, bus.cpus[0]))
    assert "expected: one: it has no local APICs" in said
    assert "try: --backend kvm" in said
    refused(
        "this back end has one vCPU only",
        lambda: Machine(bus, ManualClock(), lambda bus_cpu: UnicornCpu(memory, bus_cpu)),
    )


def test_irqchips_that_there_cannot_be() -> None:
    said = refused("2 vCPUs with --irqchip off", lambda: check_cpus(BackEnd.KVM, 2, Irqchip.OFF))
    assert "try: --irqchip split or kernel" in said
    refused("^--irqchip split on Unicorn", lambda: check_cpus(BackEnd.UNICORN, 1, Irqchip.SPLIT))
    check_cpus(BackEnd.UNICORN, 1, Irqchip.OFF)


@pytest.mark.parametrize("back_end", BackEnd)
@pytest.mark.parametrize("count", [-1, 0, MOST_CPUS + 1])
def test_numbers_that_no_pc_has(back_end: BackEnd, count: int) -> None:
    refused(f"^{count} vCPUs", lambda: check_cpus(back_end, count))


def test_the_hosts_own_limit(kvm: Kvm, monkeypatch: pytest.MonkeyPatch) -> None:
    assert kvm.most_vcpus >= 4
    monkeypatch.setattr(Kvm, "offers", lambda self, capability: int(capability != 66) * 3)
    assert kvm.most_vcpus == 3
    check_cpus(BackEnd.KVM, 3)
    assert "at most 3" in refused("^4 vCPUs on KVM", lambda: check_cpus(BackEnd.KVM, 4))


def test_a_machine_has_a_cpu() -> None:
    clock = ManualClock()
    refused("a machine of 0 vCPUs", lambda: pc_machine(PcConfig(kernel=b"\xf4", cpus=0), clock))


def test_a_clock_that_steps_is_for_one() -> None:
    clock = ManualClock(step_ns=1000)
    said = refused(
        "a clock that steps with every access, for 2 vCPUs",
        lambda: pc_machine(PcConfig(kernel=b"\xf4", cpus=2), clock),
    )
    assert "come in no order" in said


def test_interrupt_controllers_are_the_back_ends_or_a_device() -> None:
    machine, _ = board(SPIN, SPIN)
    refused("a PIC among the devices", lambda: machine.connect(Pic(machine.clock, Line())))
    refused("an irqchip=split machine has, on irqchip=kernel", machine.add_ioapic)
    one = pc_machine(PcConfig(kernel=b"\xf4"), ManualClock())
    refused("an irqchip=kernel machine has, on irqchip=off", lambda: one.irq(0))


def test_several_need_controllers_in_the_kernel(host: Host) -> None:
    bus = Bus(HostClock(), vcpus=2)
    refused(
        "no interrupt controllers in the kernel",
        lambda: Machine(bus, HostClock(), functools.partial(KvmCpu, host.vm)),
    )


def test_threads_that_the_host_does_not_give(monkeypatch: pytest.MonkeyPatch) -> None:
    machine, _ = board(SPIN, SPIN)
    start_thread = threading.Thread.start

    def start(thread: threading.Thread) -> None:
        if thread.name == "vcpu_1":
            raise RuntimeError("can't start new thread")
        start_thread(thread)

    monkeypatch.setattr(threading.Thread, "start", start)
    said = refused("the host gives no thread for a vCPU: can't start new thread", machine.run)
    assert "try: fewer vCPUs" in said
    monkeypatch.undo()
    assert machine.run(Limits(seconds=0.02)).reason is Reason.TIME


def test_open_files_that_the_host_does_not_give(host: Host) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))  # all below are open
    try:
        said = refused("this process may have no more open files .*EMFILE", host.vm.add_vcpu)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert "try: fewer vCPUs" in said
