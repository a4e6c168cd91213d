# SPDX-License-Identifier: Apache-2.0
"""VM time inside the kernel is the VMM's clock: offset, rate, pause."""

from __future__ import annotations

import time

from kernel.inside.machine import HLT, Machine, keep, port_in
from kernel.inside.programs import TIMER
from kernel.inside.request import load, request, send
from lightexit.abi import NO_FD, AttachFlag, ClockState, Space, StateMemory
from lightexit.bus.clock import HostClock
from lightexit.engine.kernel import KernelEngine
from lightexit.vm.kvm.attach import AttachedProgram, Attachment, AttachRange, KernelModule

PORT, KEPT = 0x500, 0x3000
ONE = 1 << 32


def attach(module: KernelModule, machine: Machine, clock: StateMemory[ClockState]) -> Attachment:
    answer = AttachedProgram(KernelEngine().load(TIMER), clock=clock)
    return module.attach(AttachRange(machine.vm.fd, Space.PIO, PORT, 4), answer)


def read(machine: Machine, times: int) -> list[int]:
    """What the guest reads, one after the other: the low 32 bits."""
    code = "".join(port_in(PORT, 4) + keep(KEPT + 4 * i) for i in range(times))
    vcpu = machine.load(code + HLT)
    assert machine.run(vcpu, lambda access: 0) == []
    ram = machine.memory.ram
    return [int.from_bytes(ram[KEPT + 4 * i : KEPT + 4 * i + 4], "little") for i in range(times)]


def test_a_paused_clock_stands(module: KernelModule, machine: Machine) -> None:
    clock = StateMemory(ClockState)
    clock.state.base_ns, clock.state.origin, clock.state.rate = 0xABCDE, 12345, 0
    with attach(module, machine, clock):
        assert read(machine, 2) == [0xABCDE] * 2


def test_a_running_clock_has_the_given_rate(module: KernelModule, machine: Machine) -> None:
    """At 2**-16 of the cycle counter's rate, from 1000 on."""
    clock = StateMemory(ClockState)
    clock.state.base_ns, clock.state.rate = 1000, ONE >> 16
    with attach(module, machine, clock):
        first, *_, last = read(machine, 100)
        assert 1000 < first <= last < first + 2**20
    clock.state.rate = ONE >> 15
    with attach(module, machine, clock):
        (twice,) = read(machine, 1)
        assert 2 * (last - 1000) <= twice - 1000 < 3 * (last - 1000)


def test_a_reading_from_before_the_origin_is_the_origin(
    module: KernelModule, machine: Machine
) -> None:
    clock = StateMemory(ClockState)
    clock.state.base_ns, clock.state.origin, clock.state.rate = 77, (1 << 63) - 1, ONE
    with attach(module, machine, clock):
        assert read(machine, 1) == [77]


def test_a_clock_that_is_being_adjusted_passes(module: KernelModule, machine: Machine) -> None:
    clock = StateMemory(ClockState)
    vcpu = machine.load(port_in(PORT, 4) + HLT)
    with attach(module, machine, clock) as attachment:
        clock.header.version = 1
        assert len(machine.run(vcpu, lambda access: 0)) == 1
        assert attachment.statistics().passed == 1


def test_a_clock_may_run_on_clock_monotonic(module: KernelModule, machine: Machine) -> None:
    clock = StateMemory(ClockState)
    clock.state.gettime, clock.state.clock_id, clock.state.rate = 1, time.CLOCK_MONOTONIC, ONE
    clock.state.origin = time.monotonic_ns()
    with attach(module, machine, clock):
        first, last = read(machine, 2)
        assert 0 < first < last <= time.monotonic_ns() - clock.state.origin


def test_of_other_clocks_the_module_knows_nothing(module: KernelModule, machine: Machine) -> None:
    clock = StateMemory(ClockState)
    vcpu = machine.load(port_in(PORT, 4) + HLT)
    with attach(module, machine, clock) as attachment:
        clock.state.gettime, clock.state.clock_id = 1, time.CLOCK_MONOTONIC_RAW
        assert len(machine.run(vcpu, lambda access: 0)) == 1
        assert attachment.statistics().passed == 1


def test_without_a_clock_time_is_clock_monotonic(module: KernelModule, machine: Machine) -> None:
    program = load(TIMER)
    asked = request(machine.vm.fd, program.number)
    asked.flags, asked.clock_fd = AttachFlag.READS_CLOCK, NO_FD
    with Attachment(send(module, asked)):
        before = time.monotonic_ns()
        seen = read(machine, 2)
        elapsed = time.monotonic_ns() - before
        assert (seen[0] - before) % ONE <= (seen[1] - before) % ONE <= elapsed


def test_a_moved_clock_keeps_its_state(module: KernelModule, machine: Machine) -> None:
    clock = StateMemory(ClockState)
    clock.state.base_ns = time.monotonic_ns()
    before, address = bytes(clock.state), clock.address
    with attach(module, machine, clock):
        assert (bytes(clock.state), clock.address) == (before, address)
        clock.state.base_ns = 4242
        assert read(machine, 1) == [4242]
    assert clock.state.base_ns == 4242


def test_it_is_the_clock_of_the_machine(module: KernelModule, machine: Machine) -> None:
    """Reads fall between two looks at a HostClock, to the nanosecond where that is paused."""
    clock = HostClock()
    vcpu = machine.load(port_in(PORT, 4) + keep(KEPT) + HLT)

    def guest_read() -> int:
        machine.enter(vcpu)
        assert machine.run(vcpu, lambda access: 0) == []
        return int.from_bytes(machine.memory.ram[KEPT : KEPT + 4], "little")

    with attach(module, machine, clock.memory):
        for _ in range(20):
            before, seen, after = clock.now_ns(), guest_read(), clock.now_ns()
            assert (seen - before) % ONE <= after - before
        clock.pause()
        assert guest_read() == guest_read() == clock.now_ns() % ONE
        paused = clock.now_ns()
        clock.resume()
        assert 0 < (guest_read() - paused) % ONE <= clock.now_ns() - paused
