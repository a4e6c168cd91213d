# SPDX-License-Identifier: Apache-2.0
"""Programs with read-only data: answered in the kernel, and what does not pass for such data."""

from __future__ import annotations

import errno

import pytest

from kernel.inside import raw
from kernel.inside.machine import HLT, Machine, keep, port_in
from kernel.inside.programs import PASS, program
from kernel.inside.raw import EXIT, MapShape, Source
from kernel.inside.request import attach
from lightexit.abi import Attach, Space
from lightexit.engine.kernel import KernelEngine, bpf
from lightexit.engine.kernel.bpf import Descriptor, FrozenMap
from lightexit.vm.kvm.attach import AttachedProgram, AttachRange, KernelModule

PORT, KEPT, SIZE = 0x500, 0x3000, 4096
TABLE = bytes(range(0xA0, 0xC0))

#: Reads give the byte of the table at the offset, and half a table further on another.
LOOKUP = program(
    f"""
    .rodata {TABLE.hex(" ")}
    r2 = *(u8 *)(r1 + {{is_write}})
    if r2 != 0 goto pass
    r2 = *(u64 *)(r1 + {{offset}})
    r2 &= 15
    r3 = map_value(0) + 0
    r3 += r2
    r0 = *(u8 *)(r3 + 0)
    r4 = map_value(0) + 16
    r4 += r2
    r2 = *(u8 *)(r4 + 0)
    r2 <<= 8
    r0 |= r2
    *(u64 *)(r1 + {{data}}) = r0
    r0 = 1
    exit
    {PASS}"""
)


def test_a_table_is_read_in_the_kernel(module: KernelModule, machine: Machine) -> None:
    vcpu = machine.load("6631c0" + port_in(PORT + 4, 2) + keep(KEPT) + HLT)
    window = AttachRange(machine.vm.fd, Space.PIO, PORT, 16)
    with module.attach(window, AttachedProgram(KernelEngine().load(LOOKUP), [])) as attachment:
        assert machine.run(vcpu, lambda access: 0) == []
        assert attachment.statistics().handled == 1
    assert machine.memory.ram[KEPT : KEPT + 2] == bytes((TABLE[4], TABLE[20]))


def attach_with(module: KernelModule, request: Attach, *maps: Descriptor) -> int:
    code = b"".join(raw.address(1, raw.VALUE, each.number) for each in maps)
    loaded = Source(code + raw.move(0, 0) + EXIT).load()
    request.program_fd = loaded.number
    return attach(module, bytes(request))


def test_maps_of_constants_are_taken(module: KernelModule, request_: Attach) -> None:
    frozen = [FrozenMap("frozen", bytes(size)).descriptor for size in (SIZE, 8, 8)]
    state = MapShape(SIZE).make()
    assert attach_with(module, request_, frozen[0], state) == 0
    assert attach_with(module, request_, state, frozen[1]) == 0
    assert attach_with(module, request_, *frozen, state) == 0


def test_what_is_bound_later_is_looked_at_too(module: KernelModule, request_: Attach) -> None:
    loaded = Source(raw.move(0, 0) + EXIT).load()
    request_.program_fd = loaded.number
    frozen = [FrozenMap("frozen", bytes(8)).descriptor for _ in range(100)]
    for each in frozen:
        raw.bind(loaded, each)
    assert attach(module, bytes(request_)) == 0
    raw.bind(loaded, MapShape(SIZE, bpf._MAP_READ_ONLY_FOR_PROGRAMS).make())
    assert attach(module, bytes(request_)) == errno.EINVAL


@pytest.mark.parametrize("flags", [0, bpf._MAP_READ_ONLY_FOR_PROGRAMS])
def test_what_may_change_is_no_constant(module: KernelModule, request_: Attach, flags: int) -> None:
    assert attach_with(module, request_, MapShape(SIZE, flags).make()) == errno.EINVAL


def test_states_have_a_limit(module: KernelModule, request_: Attach) -> None:
    states = [MapShape(SIZE).make() for _ in range(9)]
    constants = FrozenMap("constants", bytes(8)).descriptor
    assert attach_with(module, request_, *states[:8], constants) == 0
    assert attach_with(module, request_, *states) == errno.E2BIG
