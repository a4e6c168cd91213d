# SPDX-License-Identifier: Apache-2.0
"""The prototype for KVM itself (kernel/upstream): a filter as struct_ops, on a KVM device."""

from __future__ import annotations

import os
import random
from contextlib import closing

import pytest

from kernel.carried import states
from kernel.device_filters import Entry, entries
from kernel.inside.machine import (
    DS_TO_MMIO,
    HLT,
    MMIO,
    Access,
    Machine,
    keep,
    port_in,
    port_out,
    rep_in,
)
from kernel.inside.machine import load as load_byte
from kernel.inside.programs import BELL, LINE, READER, WRITER, Cell
from kernel.inside.struct_ops import (
    EVENTFD,
    RANGE,
    SHARE,
    WRITES_STATE,
    FilterDevice,
    Ops,
    Range,
    answering,
    load,
    load_module,
)
from kernel.inside.test_device_filters import access, code, contents, expected, steps
from lightexit.abi import STATE_OFFSET, Space
from lightexit.devices.port92 import Port92State
from lightexit.engine.kernel import KernelEngine, KernelMemory
from lightexit.engine.kernel.bpf import ArrayMap
from lightexit.isa.program import Program

PORT, KEPT = 0x500, 0x3000
LIBRARY, LENGTH, COUNT = 0x1000, 0x1000, 14
#: Those that read no clock: the prototype's is the host's own.
NAMES = (
    "debugcon.read_presence",
    "fw_cfg.read_data",
    "i440fx.access_configuration",
    "ioapic.access_redirections",
    "pic.read_mask_or_end",
    "port92.read_control",
    "ps2.read_status",
    "uart.read_status",
    "virtio_mmio.notify",
    "virtio_mmio.read_interrupts",
    "virtio_mmio.acknowledge",
    "tables.look_up",
)


@pytest.fixture(autouse=True, scope="module")
def _prototype() -> None:
    load_module()


def entry(name: str) -> Entry:
    (found,) = (e for e in entries(SHARE) if e.name == name)
    return found


def ops(program: Program, *memories: KernelMemory[Cell], flags: int = 0) -> Ops:
    return Ops(load(program, [each.map for each in memories]), flags)


def test_port_92_is_answered_as_its_state_says(machine: Machine) -> None:
    memory = KernelEngine().memory(Port92State)
    filter = Ops(load(entry("port92.read_control").program, [memory.map]))
    vcpu = machine.load(port_in(0x92, 1) + keep(KEPT) + port_out(0x92, 1, 3) + HLT)
    memory.state.control = 0x5A
    with answering(machine.vm.fd, Range(filter.map.number, 0x92, length=1)) as device:
        assert machine.run(vcpu, lambda access: 0) == [Access(0x92, 1, True, 3)]
        assert device.counts() == (1, 1)
    assert machine.memory.ram[KEPT] == 0x5A


def test_what_writes_state_does_so_under_its_version(
    machine: Machine, cell: KernelMemory[Cell]
) -> None:
    filter = ops(WRITER, cell, flags=WRITES_STATE)
    vcpu = machine.load(port_in(PORT, 4) * 2 + port_out(PORT, 4, 7) + HLT)
    with answering(machine.vm.fd, Range(filter.map.number, PORT)) as device:
        assert machine.run(vcpu, lambda access: 0) == []
        assert (cell.state.value, cell.state.writes, cell.state.last) == (0x1234_567A, 1, 7)
        assert cell.header.version == 6
        cell.header.version = 7  # somebody is writing
        machine.enter(vcpu)
        assert len(machine.run(vcpu, lambda access: 0)) == 3
        assert device.counts() == (3, 3)


def test_a_reader_passes_while_somebody_writes(machine: Machine, cell: KernelMemory[Cell]) -> None:
    filter = ops(READER, cell)
    vcpu = machine.load(port_in(PORT, 1) + HLT)
    cell.header.version = 1
    with answering(machine.vm.fd, Range(filter.map.number, PORT)):
        assert machine.run(vcpu, lambda access: 0) == [Access(PORT, 1)]


def test_doorbells_signal_their_eventfds(machine: Machine) -> None:
    """Bit 2 has no eventfd: that write goes to user space, and signals nobody."""
    bells = {number: os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC) for number in (0, 31)}
    filter = ops(BELL)
    vcpu = machine.load("".join(port_out(PORT, 4, value) for value in (1, 5, 1 << 31, 1)) + HLT)
    with closing(FilterDevice(machine.vm.fd)) as device:
        for number, bell in bells.items():
            device.set(EVENTFD, number, bell.to_bytes(4, "little"))
        device.set(RANGE, 0, bytes(Range(filter.map.number, PORT)))
        assert machine.run(vcpu, lambda access: 0) == [Access(PORT, 4, True, 5)]
    assert [os.eventfd_read(bell) for bell in bells.values()] == [2, 1]
    for bell in bells.values():
        os.close(bell)


def test_what_the_prototype_cannot_do_passes(machine: Machine) -> None:
    filter = ops(LINE)
    vcpu = machine.load(port_in(PORT, 1) + HLT)
    with answering(machine.vm.fd, Range(filter.map.number, PORT)):
        assert machine.run(vcpu, lambda access: 0) == [Access(PORT, 1)]


def test_memory_offset_and_width(machine: Machine, cell: KernelMemory[Cell]) -> None:
    """Two bytes of a register of four are for user space."""
    filter = ops(READER, cell)
    vcpu = machine.load(DS_TO_MMIO + load_byte(4, 4) + keep(KEPT) + load_byte(4, 2) + HLT)
    asked = Range(filter.map.number, MMIO, length=8, space=Space.MMIO, offset=0x10, width=4)
    with answering(machine.vm.fd, asked):
        assert machine.run(vcpu, lambda access: 0) == [Access(MMIO + 4, 2)]
    assert machine.memory.ram[KEPT] == 0x78 + 0x14


def test_strings_reach_user_space_whole(machine: Machine, cell: KernelMemory[Cell]) -> None:
    filter = ops(READER, cell)
    vcpu = machine.load(rep_in(PORT, 1, 3, KEPT) + HLT)
    with answering(machine.vm.fd, Range(filter.map.number, PORT)):
        assert machine.run(vcpu, lambda access: 0x33) == [Access(PORT, 1)] * 3
    assert machine.memory.ram[KEPT : KEPT + 3] == b"\x33" * 3


def test_a_range_keeps_its_filter_and_is_gone_with_its_device(
    machine: Machine, cell: KernelMemory[Cell]
) -> None:
    filter = ops(READER, cell)
    vcpu = machine.load(port_in(PORT, 1) + HLT)
    with answering(machine.vm.fd, Range(filter.map.number, PORT)) as device:
        del filter
        assert machine.run(vcpu, lambda access: 0) == []
        assert device.counts() == (1, 0)
    machine.enter(vcpu)
    assert machine.run(vcpu, lambda access: 0) == [Access(PORT, 1)]


@pytest.mark.parametrize("name", NAMES)
def test_a_filter_of_the_library_does_what_the_interpreter_says(
    machine: Machine, name: str
) -> None:
    found, generator = entry(name), random.Random(name)
    content, wanted = contents(found, generator), steps(found, generator)
    ours, maps = states(content), state_maps(found, content)
    results = expected(found, Space.PIO, wanted, ours)
    vcpu = machine.load(code(Space.PIO, wanted))
    filter = Ops(load(found.program, maps), WRITES_STATE if found.writes_state else 0)
    with answering(machine.vm.fd, Range(filter.map.number, LIBRARY, LENGTH)) as device:
        out = machine.run(vcpu, lambda access: 0)
        assert device.counts() == (COUNT - len(out), len(out))
    pairs = zip(wanted, results, strict=True)
    assert out == [access(Space.PIO, step) for step, result in pairs if result is None]
    kept = memoryview(machine.memory.ram)[KEPT : KEPT + 4 * COUNT].cast("I")
    assert list(kept) == [result or 0 for result in results]
    for memory, map in zip(ours, maps, strict=True):
        state = bytes(memory.state)
        assert map.mapping[STATE_OFFSET : STATE_OFFSET + len(state)] == state


def state_maps(found: Entry, contents: list[bytes]) -> list[ArrayMap]:
    maps = [ArrayMap(each.name, each.size) for each in found.program.maps]
    for made, content in zip(maps, contents, strict=True):
        made.mapping[STATE_OFFSET : STATE_OFFSET + len(content)] = content
    return maps
