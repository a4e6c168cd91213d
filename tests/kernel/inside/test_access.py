# SPDX-License-Identifier: Apache-2.0
"""Ports and memory, every size, handled in the kernel or passed to user space."""

from __future__ import annotations

from dataclasses import replace

import pytest

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
    rep_in,
    rep_out,
    store,
)
from kernel.inside.programs import READER, WRITER, Cell
from lightexit.abi import Space
from lightexit.engine.kernel import KernelEngine, KernelMemory
from lightexit.vm.kvm.attach import AttachedProgram, AttachRange, KernelModule

PORT = 0x500
KEPT = 0x3000
SIZES = (1, 2, 4)


def kept(machine: Machine, count: int, size: int = 4) -> list[int]:
    ram = machine.memory.ram
    starts = range(KEPT, KEPT + 4 * count, 4)
    return [int.from_bytes(ram[start : start + size], "little") for start in starts]


def answer(cell: KernelMemory[Cell], *, writes: bool = False) -> AttachedProgram:
    program = KernelEngine().load(WRITER if writes else READER)
    return AttachedProgram(program, [cell], writes_state=writes)


@pytest.mark.parametrize("size", SIZES)
def test_ports_are_read_in_the_kernel(
    module: KernelModule, machine: Machine, cell: KernelMemory[Cell], size: int
) -> None:
    code = port_in(PORT + 4, size) + keep(KEPT) + port_in(PORT + 12, size) + keep(KEPT + 4) + HLT
    vcpu = machine.load("6631c0" + code)
    window = AttachRange(machine.vm.fd, Space.PIO, PORT, 16, offset=0x100)
    with module.attach(window, answer(cell)) as attachment:
        assert machine.run(vcpu, lambda access: 0) == []
        counts = attachment.statistics()
        assert (counts.handled, counts.passed) == (2, 0)
    mask = (1 << 8 * size) - 1
    assert kept(machine, 2, size) == [0x1234_5678 + 0x104 & mask, 0x1234_5678 + 0x10C & mask]


@pytest.mark.parametrize("size", SIZES)
def test_memory_is_read_and_written_in_the_kernel(
    module: KernelModule, machine: Machine, cell: KernelMemory[Cell], size: int
) -> None:
    code = DS_TO_MMIO + load(8, size) + keep(KEPT) + store(16, size, 0xA1B2_C3D4)
    vcpu = machine.load(code + HLT)
    window = AttachRange(machine.vm.fd, Space.MMIO, MMIO, 0x100)
    with module.attach(window, answer(cell, writes=True)) as attachment:
        assert machine.run(vcpu, lambda access: 0) == []
        assert attachment.statistics().handled == 2
    mask = (1 << 8 * size) - 1
    assert kept(machine, 1, size) == [0x1234_5678 & mask]
    assert (cell.state.value, cell.state.writes) == (0x1234_5679, 1)
    assert cell.state.last == 0xA1B2_C3D4 & mask


@pytest.mark.parametrize("size", SIZES)
def test_what_passes_goes_to_user_space(
    module: KernelModule, machine: Machine, cell: KernelMemory[Cell], size: int
) -> None:
    cell.state.is_off = 1
    mask = (1 << 8 * size) - 1
    vcpu = machine.load(
        port_in(PORT, size)
        + keep(KEPT)
        + port_out(PORT + 4, size, 0x1122_3344)
        + DS_TO_MMIO
        + load(0, size)
        + keep(KEPT + 4)
        + store(4, size, 0x5566_7788)
        + HLT
    )
    ports = AttachRange(machine.vm.fd, Space.PIO, PORT, 16)
    memory = AttachRange(machine.vm.fd, Space.MMIO, MMIO, 16)
    with module.attach(ports, answer(cell)) as one, module.attach(memory, answer(cell)) as two:
        out = machine.run(vcpu, lambda access: 0xCAFE_BABE & mask)
        assert (one.statistics().passed, two.statistics().passed) == (2, 2)
    assert out == [
        Access(PORT, size),
        Access(PORT + 4, size, True, 0x1122_3344 & mask),
        Access(MMIO, size),
        Access(MMIO + 4, size, True, 0x5566_7788 & mask),
    ]
    assert kept(machine, 2, size) == [0xCAFE_BABE & mask] * 2


@pytest.mark.parametrize("answers", [(True, False), (False, True), (False, False)])
def test_a_program_is_not_run_for_directions_that_it_never_answers(
    module: KernelModule, machine: Machine, cell: KernelMemory[Cell], answers: tuple[bool, bool]
) -> None:
    """The flags are believed: this one would answer both."""
    reads, writes = answers
    vcpu = machine.load(port_in(PORT, 4) + keep(KEPT) + port_out(PORT, 4, 0x1122_3344) + HLT)
    told = replace(answer(cell, writes=True), answers_reads=reads, answers_writes=writes)
    with module.attach(AttachRange(machine.vm.fd, Space.PIO, PORT, 16), told) as attachment:
        out = machine.run(vcpu, lambda access: 0xCAFE_BABE)
        counts = attachment.statistics()
    assert (counts.handled, counts.passed) == (reads + writes, 2 - reads - writes)
    wanted = [Access(PORT, 4), Access(PORT, 4, True, 0x1122_3344)]
    assert out == [
        each for each, is_answered in zip(wanted, answers, strict=True) if not is_answered
    ]
    assert kept(machine, 1) == [0x1234_5678 if reads else 0xCAFE_BABE]
    assert cell.state.writes == writes


def test_user_space_switches_it_off_and_on_to_the_access(
    module: KernelModule, machine: Machine, cell: KernelMemory[Cell]
) -> None:
    """The control port is not attached: at each write to it, user space turns the switch."""
    reads = port_in(PORT, 1) * 3
    vcpu = machine.load((reads + port_out(0x600, 1, 0)) * 4 + HLT)

    def model(access: Access) -> int:
        if access.address == 0x600:
            cell.state.is_off ^= 1
        return 0

    with module.attach(AttachRange(machine.vm.fd, Space.PIO, PORT, 4), answer(cell)) as attachment:
        out = machine.run(vcpu, model)
        counts = attachment.statistics()
    assert [access.address for access in out] == [0x600, PORT, PORT, PORT, 0x600] * 2
    assert (counts.handled, counts.passed) == (6, 6)


def test_a_busy_state_passes(
    module: KernelModule, machine: Machine, cell: KernelMemory[Cell]
) -> None:
    vcpu = machine.load(port_in(PORT, 1) + port_in(PORT + 8, 1) + HLT)
    fd = machine.vm.fd
    with (
        module.attach(AttachRange(fd, Space.PIO, PORT, 4), answer(cell)) as reader,
        module.attach(AttachRange(fd, Space.PIO, PORT + 8, 4), answer(cell, writes=True)) as writer,
    ):
        cell.header.version = 7
        assert len(machine.run(vcpu, lambda access: 0)) == 2
        assert cell.header.version == 7
        assert [each.statistics().passed for each in (reader, writer)] == [1, 1]
        cell.header.version = 8
        machine.enter(vcpu)
        assert machine.run(vcpu, lambda access: 0) == []
        assert cell.header.version == 10


def test_accesses_are_cut_into_registers(
    module: KernelModule, machine: Machine, cell: KernelMemory[Cell]
) -> None:
    """Value plus offset, byte by byte; a part of a register, and a writer's two, pass."""
    cell.state.value = 0x10
    code = port_in(PORT, 4) + keep(KEPT) + port_in(PORT + 8, 2) + port_in(PORT + 0x11, 2)
    vcpu = machine.load(code + port_in(PORT + 0x20, 2) + HLT)
    fd = machine.vm.fd
    bytes_ = AttachRange(fd, Space.PIO, PORT, 0x10, register_width=1)
    words = AttachRange(fd, Space.PIO, PORT + 0x10, 0x10, register_width=2)
    written = AttachRange(fd, Space.PIO, PORT + 0x20, 0x10, register_width=1)
    with (
        module.attach(bytes_, answer(cell)) as one,
        module.attach(words, answer(cell)),
        module.attach(written, answer(cell, writes=True)),
    ):
        out = machine.run(vcpu, lambda access: 0)
        assert one.statistics().handled == 2
    assert out == [Access(PORT + 0x11, 2), Access(PORT + 0x20, 2)]
    assert kept(machine, 1) == [0x13121110]
    assert cell.state.value == 0x10


def test_straddling_accesses_go_whole_to_user_space(
    module: KernelModule, machine: Machine, cell: KernelMemory[Cell]
) -> None:
    code = port_in(PORT + 3, 2) + port_in(PORT - 1, 2) + DS_TO_MMIO + load(6, 4)
    vcpu = machine.load(code + HLT)
    fd = machine.vm.fd
    with (
        module.attach(AttachRange(fd, Space.PIO, PORT, 4), answer(cell)) as one,
        module.attach(AttachRange(fd, Space.MMIO, MMIO, 8), answer(cell)) as two,
    ):
        out = machine.run(vcpu, lambda access: 0)
        assert [each.statistics().handled for each in (one, two)] == [0, 0]
    assert out == [Access(PORT + 3, 2), Access(PORT - 1, 2), Access(MMIO + 6, 4)]


@pytest.mark.parametrize("size", SIZES)
def test_strings_lose_nothing(
    module: KernelModule, machine: Machine, cell: KernelMemory[Cell], size: int
) -> None:
    """The program would handle some elements and pass others; every one arrives, in order."""
    count = 100
    numbers = iter(range(1, 1000))
    source = bytes(range(1, 4 * count + 1 & 0xFF)).ljust(4 * count, b"\x55")
    machine.memory.ram[0x4000 : 0x4000 + len(source)] = source
    code = rep_in(PORT, size, count, KEPT) + rep_out(PORT, size, count, 0x4000)
    vcpu = machine.load(code + HLT)

    def model(access: Access) -> int:
        cell.state.is_off ^= 1
        return next(numbers) & (1 << 8 * size) - 1

    window = AttachRange(machine.vm.fd, Space.PIO, PORT, 4)
    with module.attach(window, answer(cell, writes=True)):
        out = machine.run(vcpu, model)
    ram = machine.memory.ram
    got = [bytes(ram[KEPT + i * size : KEPT + (i + 1) * size]) for i in range(count)]
    assert got == [number.to_bytes(size, "little") for number in range(1, count + 1)]
    given = [source[i * size : (i + 1) * size] for i in range(count)]
    assert [a.data.to_bytes(size, "little") for a in out if a.is_write] == given
    assert (cell.state.value, cell.state.writes) == (0x1234_5678, 0)
