# SPDX-License-Identifier: Apache-2.0
"""Interrupts by every way that KVM offers, counted by the guest; doorbells."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from lightexit.abi import Space
from lightexit.errors import HostError
from lightexit.vm.exits import Stopped
from lightexit.vm.irqchip import Irqchip
from lightexit.vm.kvm import ioctl
from lightexit.vm.kvm.cpu import KvmCpu
from lightexit.vm.kvm.doorbell import Doorbell
from lightexit.vm.kvm.interrupts import Interrupts, MessageRoute, pc_routes
from lightexit.vm.kvm.structs import IrqLevel
from lightexit.vm.threads import run_together
from vm.kvm import start
from vm.kvm.board import SOON_S
from vm.kvm.host import Host

MESSAGE_ADDRESS, VECTOR = 0xFEE0_0000, 0x41
WANTED = 50
READY = 4
ENTRY = 0x1000


def count_interrupts(host: Host, cpu: KvmCpu, send: Callable[[], object]) -> None:
    """Send an interrupt each time the guest has taken one, until it has counted enough."""
    write = host.probe.write

    def write_and_send(offset: int, value: int, size: int) -> None:
        write(offset, value, size)
        if offset == READY or (offset == 0 and value < WANTED):
            # The handler is still running: nothing is lost if the controller remembers.
            sender.append(threading.Timer(0.0005, send))
            sender[-1].start()

    sender: list[threading.Timer] = []
    host.probe.write = write_and_send  # type: ignore[method-assign]
    with deadline(cpu):
        assert cpu.run() == Stopped()
    for each in sender:
        each.join()
    assert host.written() == list(range(1, WANTED + 1))


@contextlib.contextmanager
def deadline(cpu: KvmCpu, seconds: float = 10) -> Iterator[None]:
    """A guest that halts in the kernel would never return."""
    timer = threading.Timer(seconds, cpu.request_stop)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def run_until(cpu: KvmCpu, condition: Callable[[], bool]) -> None:
    """Run a guest that does not end, in short turns."""
    for _ in range(300):
        cpu.clear_stop()
        with deadline(cpu, 0.01):
            assert cpu.run() == Stopped()
        if condition():
            return
    raise AssertionError(f"never, at {cpu.where()}")


@contextlib.contextmanager
def eventfd() -> Iterator[int]:
    descriptor = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def test_a_line_of_the_kernels_pic(host: Host) -> None:
    host.load("pic")
    interrupts = Interrupts(host.vm)
    count_interrupts(host, host.add_cpu(), lambda: interrupts.pulse(5))


def test_an_eventfd_on_a_line(host: Host) -> None:
    host.load("pic")
    interrupts = Interrupts(host.vm)
    with eventfd() as descriptor:
        interrupts.tie(descriptor, 5)
        count_interrupts(host, host.add_cpu(), lambda: os.eventfd_write(descriptor, 1))
        interrupts.untie(descriptor, 5)


@pytest.mark.parametrize("kind", [Irqchip.KERNEL, Irqchip.SPLIT])
def test_a_message(host: Host, kind: Irqchip) -> None:
    host.load("apic")
    interrupts = Interrupts(host.vm, kind)
    count_interrupts(host, host.add_cpu(), lambda: interrupts.send(MESSAGE_ADDRESS, VECTOR))


@pytest.mark.parametrize("kind", [Irqchip.KERNEL, Irqchip.SPLIT])
def test_an_eventfd_routed_to_a_message(host: Host, kind: Irqchip) -> None:
    host.load("apic")
    interrupts = Interrupts(host.vm, kind)
    wiring = pc_routes() if kind is Irqchip.KERNEL else []
    interrupts.set_routes([*wiring, MessageRoute(40, MESSAGE_ADDRESS, VECTOR)])
    with eventfd() as descriptor:
        interrupts.tie(descriptor, 40)
        count_interrupts(host, host.add_cpu(), lambda: os.eventfd_write(descriptor, 1))


def test_a_line_routed_to_a_message(host: Host) -> None:
    host.load("apic")
    interrupts = Interrupts(host.vm, Irqchip.SPLIT)
    interrupts.set_routes([MessageRoute(4, MESSAGE_ADDRESS, VECTOR)])
    count_interrupts(host, host.add_cpu(), lambda: interrupts.pulse(4))


def test_the_end_of_a_level_interrupt_is_reported(host: Host) -> None:
    level = 1 << 15 | 1 << 14
    host.load("apic")
    interrupts = Interrupts(host.vm, Irqchip.SPLIT)
    interrupts.set_routes([MessageRoute(4, MESSAGE_ADDRESS, level | VECTOR)])
    cpu = host.add_cpu(interrupts=interrupts)
    ended: list[int] = []
    interrupts.on_end_of_interrupt = ended.append
    count_interrupts(host, cpu, lambda: interrupts.send(MESSAGE_ADDRESS, level | VECTOR))
    assert ended == [VECTOR] * WANTED


def test_the_machines_own_controller(host: Host) -> None:
    """Without a controller in the kernel: the guest programs none, the vector comes from here."""
    # mov word [0x80], 0x2000; mov word [0x82], 0; sti; jmp $ -- and the handler: count, iret
    host.memory.ram[0x2000:0x2006] = bytes.fromhex("fe 06 00 06 cf 90")
    host.code("c7 06 80 00 00 20 c7 06 82 00 00 00 fb eb fe")
    cpu = host.add_cpu()
    start.real_mode(cpu.vcpu, ENTRY, stack=0x8000)
    assert not cpu.interruptible()
    cpu.set_interrupt(True)
    with deadline(cpu):
        for count in range(1, 30):
            while not cpu.interruptible():
                cpu.run()
            assert cpu.interrupts_enabled
            cpu.interrupt(0x20)
            assert not cpu.interruptible()
            cpu.run()
            assert host.memory.ram[0x600] == count


def test_a_kick_reaches_a_guest_that_waits_in_the_kernel(host: Host) -> None:
    host.code("fa f4 eb fd")  # cli; hlt; jmp hlt
    Interrupts(host.vm)
    cpu = host.add_cpu()
    start.real_mode(cpu.vcpu, ENTRY)
    begin = time.perf_counter()
    with deadline(cpu, 0.05):
        assert cpu.run() == Stopped()
    assert time.perf_counter() - begin < SOON_S


def test_a_halted_vcpu_is_not_runnable_until_its_state_is_set(host: Host) -> None:
    # hlt; mov dx, PROBE; out dx, al; jmp $
    host.code("f4 ba 00 05 ee eb fe")
    Interrupts(host.vm)
    cpu = host.add_cpu()
    start.real_mode(cpu.vcpu, ENTRY)
    assert cpu.vcpu.is_runnable
    run_until(cpu, lambda: not cpu.vcpu.is_runnable)
    assert host.written() == []
    cpu.vcpu.is_runnable = True
    run_until(cpu, lambda: len(host.written()) == 1)


def test_an_nmi(host: Host) -> None:
    # mov word [8], 0x2000; mov word [10], 0; cli; jmp $ -- and the handler: count, iret
    host.memory.ram[0x2000:0x2005] = bytes.fromhex("fe 06 00 06 cf")
    host.code("c7 06 08 00 00 20 c7 06 0a 00 00 00 fa eb fe")
    cpu = host.add_cpu()
    start.real_mode(cpu.vcpu, ENTRY, stack=0x8000)
    run_until(cpu, lambda: cpu.vcpu.registers.rip == ENTRY + 13)
    for count in range(1, 4):
        cpu.vcpu.nmi()
        run_until(cpu, lambda count=count: host.memory.ram[0x600] == count)  # type: ignore[misc]


def test_controllers_come_before_vcpus(host: Host) -> None:
    host.vm.add_vcpu()
    with pytest.raises(HostError, match="vCPUs exist"):
        Interrupts(host.vm)


def test_lines_need_a_controller(host: Host) -> None:
    with pytest.raises(HostError, match="no interrupt controller in the kernel"):
        ioctl.put(host.vm.fd, ioctl.IRQ_LINE, IrqLevel())


def test_the_kernels_timer(host: Host) -> None:
    # mov al, 0x34; out 0x43, al; mov al, 0; out 0x40, al; out 0x40, al; in al, 0x40 twice; done
    host.code("b0 34 e6 43 b0 00 e6 40 e6 40 e4 40 e4 40 ba 12 05 ee eb fe")
    interrupts = Interrupts(host.vm)
    interrupts.add_timer()
    cpu = host.add_cpu()
    start.real_mode(cpu.vcpu, ENTRY)
    with deadline(cpu):
        assert cpu.run() == Stopped()
    assert host.bus.unclaimed() == []
    assert len(host.probe.log) == 1


@pytest.mark.parametrize("size", [0, 1])
def test_a_doorbell_rings_without_an_exit(host: Host, size: int) -> None:
    # mov dx, PROBE; mov cx, 100; out dx, al; loop; inc al; out dx, al; hlt
    host.code("ba 00 05 b9 64 00 ee e2 fd fe c0 ee f4")
    cpu = host.add_cpu()
    start.real_mode(cpu.vcpu, ENTRY)
    doorbell = Doorbell(Space.PIO, 0x500, size, match=0 if size else None)
    with eventfd() as descriptor:
        doorbell.tie(host.vm, descriptor)
        with pytest.raises(HostError, match="that register and value have one already"):
            doorbell.tie(host.vm, descriptor)
        cpu.run()
        assert os.eventfd_read(descriptor) == (100 if size else 101)
        # A value that does not match goes to the bus.
        assert host.written() == ([1] if size else [])
        assert cpu.loop.entries == (2 if size else 1)
        doorbell.untie(host.vm, descriptor)


def test_a_doorbell_in_memory(host: Host) -> None:
    # mov dword [PROBE_MEMORY], eax, ten times; hlt
    host.code("b9 0a 00 00 00 a3 00 00 00 d0 e2 f9 f4")
    cpu = host.add_cpu()
    start.flat_32bit(cpu.vcpu, ENTRY)
    with eventfd() as descriptor:
        Doorbell(Space.MMIO, 0xD000_0000, 4).tie(host.vm, descriptor)
        cpu.run()
        assert os.eventfd_read(descriptor) == 10
    assert host.probe.log == []


def test_a_doorbell_that_interrupts(host: Host) -> None:
    """Guest to doorbell to eventfd to interrupt to guest, and never out of the kernel."""
    # mov word [0x94], 0x2000 (vector 0x25); mov word [0x96], 0; the PIC as `pic` sets it;
    # sti; then, until the count is 20: out PROBE, al; wait for the handler. done.
    setup = "c7 06 94 00 00 20 c7 06 96 00 00 00 b0 11 e6 20 b0 20 e6 21 b0 04 e6 21 b0 01 e6 21"
    body = "b0 df e6 21 fb 30 db ba 00 05 ee fe c3 38 1e 00 06 75 fa 80 fb 14 75 f2"
    done = "ba 12 05 ee eb fe"
    host.memory.ram[0x2000:0x200A] = bytes.fromhex("fe 06 00 06 b0 20 e6 20 cf 90")
    host.code(f"{setup} {body} {done}")
    interrupts = Interrupts(host.vm)
    cpu = host.add_cpu()
    start.real_mode(cpu.vcpu, ENTRY, stack=0x8000)
    with eventfd() as descriptor, deadline(cpu):
        Doorbell(Space.PIO, 0x500, 1).tie(host.vm, descriptor)
        interrupts.tie(descriptor, 5)
        assert cpu.run() == Stopped()
    assert host.memory.ram[0x600] == 20
    assert [entry[1] for entry in host.probe.log] == [0x12]


def test_one_vcpu_wakes_another(host: Host) -> None:
    host.load("smp")
    Interrupts(host.vm)
    cpus = [host.add_cpu(), host.add_cpu()]

    def stop_all() -> None:
        for cpu in cpus:
            cpu.request_stop()

    host.probe.done = stop_all
    with deadline(cpus[0]), deadline(cpus[1]):
        assert run_together(cpus, lambda cpu, exit: False) == [Stopped(), Stopped()]
    assert host.written() == [1, 2]
