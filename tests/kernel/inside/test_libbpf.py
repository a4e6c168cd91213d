# SPDX-License-Identifier: Apache-2.0
"""What libbpf has loaded from an object of ours is attached, and answers accesses."""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from doorbell.filter import DoorbellState, Reg
from isa.clang import compile_c
from kernel.inside import libbpf
from kernel.inside.libbpf import LibbpfObject
from kernel.inside.machine import HLT, Access, Machine, keep, port_in, port_out
from kernel.inside.programs import CELL, PASS, Cell, program
from kernel.inside.request import PORT, attach, request
from lightexit.abi import STATE_OFFSET, Attach, AttachFlag, Command, StateHeader
from lightexit.build.bpf import program_object
from lightexit.isa.elf_file import ALLOCATED, EXECUTABLE, FUNCTION, NewSymbol, ObjectFile
from lightexit.isa.instruction import SLOT_SIZE
from lightexit.isa.program import Program
from lightexit.vm.kvm.attach import KernelModule

KEPT = 0x3000

#: Reads give value plus a constant by offset, which a function fetches, and are counted.
ALL_PARTS = program(
    f"""
    .map cell 48
    .rodata 10 20 30 40
    {CELL.partition("cell 48")[2]}
    r2 = *(u8 *)(r6 + {{is_write}})
    if r2 != 0 goto pass
    r1 = *(u64 *)(r6 + {{offset}})
    call constant
    r3 = *(u64 *)(r7 + 0)
    r3 += r0
    r3 &= 255
    *(u64 *)(r6 + {{data}}) = r3
    r2 = *(u64 *)(r7 + 16)
    r2 += 1
    *(u64 *)(r7 + 16) = r2
    r0 = 1
    exit
    {PASS}
    constant:
        r1 &= 3
        r2 = map_value(1) + 0
        r2 += r1
        r0 = *(u8 *)(r2 + 0)
        exit
    """
)


@pytest.fixture(autouse=True)
def has_libbpf() -> None:
    try:
        libbpf.loaded()
    except OSError as error:
        pytest.skip(f"libbpf is missing: {error}")


@contextmanager
def attached(module: KernelModule, asked: Attach) -> Iterator[int]:
    """The descriptor of an attachment."""
    number = fcntl.ioctl(module.fd, Command.ATTACH, bytearray(bytes(asked)))
    try:
        yield number
    finally:
        os.close(number)


def statistics(attachment: int) -> tuple[int, ...]:
    """How many accesses were handled, and how many passed."""
    return struct.unpack("<2Q", os.read(attachment, 16))


@pytest.mark.parametrize("states", [(), (Cell,)], ids=["bytes", "struct"])
def test_it_answers_and_shares_its_state(
    module: KernelModule, machine: Machine, states: tuple[type[Cell], ...]
) -> None:
    vcpu = machine.load("6631c0" + port_in(PORT + 2, 1) + keep(KEPT) + HLT)
    with closing(LibbpfObject(program_object(ALL_PARTS, states))) as loaded:
        value = loaded.state("cell")
        header = StateHeader.view(memoryview(value))
        cell = Cell.view(memoryview(value)[STATE_OFFSET:])
        cell.value = 5
        asked = request(machine.vm.fd, loaded.program(ALL_PARTS.name))
        asked.flags = AttachFlag.WRITES_STATE
        with attached(module, asked) as attachment:
            assert machine.run(vcpu, lambda access: 0) == []
            assert statistics(attachment) == (1, 0)
    assert machine.memory.ram[KEPT] == 0x35
    assert cell.writes == 1
    assert (header.version & 1, header.version > 0) == (0, True)


def test_a_filter_in_c_rings_and_shares_its_state(module: KernelModule, machine: Machine) -> None:
    source = Path(__file__).parents[3] / "examples/doorbell/doorbell.c"
    vcpu = machine.load(port_out(PORT, 4, 3) * 2 + port_out(PORT, 4, 9) + HLT)
    bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
    with closing(LibbpfObject(compile_c(source.read_text("utf-8")))) as loaded:
        state = DoorbellState.view(memoryview(loaded.state("device"))[STATE_OFFSET:])
        state.reset()
        state.ready = 1
        asked = request(machine.vm.fd, loaded.program("notify"))
        asked.flags, asked.doorbells[3] = AttachFlag.WRITES_STATE, bell
        asked.offset = Reg.QUEUE_NOTIFY
        with attached(module, asked) as attachment:
            assert machine.run(vcpu, lambda access: 0) == [Access(PORT, 4, True, 9)]
            assert statistics(attachment) == (2, 1)
        assert (state.queues[3].rings, state.queues[3].asleep) == (2, False)
    assert os.eventfd_read(bell) == 1
    os.close(bell)


def object_with_constants(code: Program, count: int) -> bytes:
    """An object with sections of constants that its program has no use for."""
    file = ObjectFile()
    section = file.section("syscall", code.code, ALLOCATED | EXECUTABLE)
    for number in range(count):
        file.section(f".rodata.of{number}", bytes(8 + number), ALLOCATED)
    file.section("license", b"Apache-2.0\0", ALLOCATED)
    size = len(code.code) // SLOT_SIZE * SLOT_SIZE
    file.symbol(NewSymbol("main", FUNCTION, section, 0, size, is_global=True))
    return file.data()


def test_constants_of_which_it_uses_none_are_taken(module: KernelModule, request_: Attach) -> None:
    with closing(LibbpfObject(object_with_constants(program("r0 = 0\nexit"), 5))) as loaded:
        request_.program_fd = loaded.program("main")
        assert attach(module, bytes(request_)) == 0
