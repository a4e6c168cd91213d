# SPDX-License-Identifier: Apache-2.0
"""What the prototype for KVM refuses: programs that do more than compute, ranges that are none."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from engine.translated import INDEXING, masks, masks_in, unprotected
from kernel.device_filters import entries
from kernel.inside import raw
from kernel.inside.machine import Machine
from kernel.inside.programs import READER, Cell
from kernel.inside.raw import EXIT, Btf, MapShape, Source
from kernel.inside.struct_ops import (
    COUNTS,
    EVENTFD,
    PROLOGUE,
    RANGE,
    SHARE,
    FilterDevice,
    Ops,
    Range,
    as_struct_ops,
    load,
    load_module,
)
from kernel.inside.test_purity import ATTACKS, ATTACKS_BY_MAPS, DONE
from lightexit.abi import IoContext, Space
from lightexit.engine.kernel import KernelMemory, bpf
from lightexit.engine.kernel.bpf import ArrayMap
from lightexit.engine.kernel.rights import CAP_BPF, CAP_PERFMON, only

PORT = 0x500
#: The module knows a context of its own, so that one more is for it alone.
MORE_THAN_COMPUTE = {
    name: source
    for name, source in (ATTACKS | ATTACKS_BY_MAPS).items()
    if name != "a context that may be too large"
}
OFFSETS = {each.name: each.offset for each in IoContext.layout.fields}


@pytest.fixture(autouse=True, scope="module")
def _prototype() -> None:
    load_module()


@pytest.fixture
def filter(cell: KernelMemory[Cell]) -> Ops:
    return Ops(load(READER, [cell.map]))


@pytest.fixture
def device(machine: Machine) -> Iterator[FilterDevice]:
    with closing(FilterDevice(machine.vm.fd)) as made:
        yield made


def refusal(source: Source) -> str:
    """What the verifier says last but for its statistics."""
    with pytest.raises(bpf.Refused) as caught:
        as_struct_ops(source).load()
    return caught.value.log


def error(function: Callable[..., object], *arguments: object) -> int:
    """The number of the error that it ends with, or 0."""
    try:
        function(*arguments)
    except bpf.Refused as refused:
        return refused.number
    except OSError as failed:
        return failed.errno or -1
    return 0


# Programs


def test_what_computes_is_taken() -> None:
    as_struct_ops(Source(PROLOGUE + raw.read(2, 1) + DONE)).load()


@pytest.mark.parametrize("name", MORE_THAN_COMPUTE)
def test_what_does_more_than_compute(name: str) -> None:
    said = refusal(MORE_THAN_COMPUTE[name]())
    assert "attach to unsupported member access of struct kvm_io_filter_ops" in said


def test_what_lies_beyond_the_context() -> None:
    source = Source(PROLOGUE + raw.read(2, 1, IoContext.layout.size) + DONE)
    assert "access beyond struct lightexit_io_context" in refusal(source)


def test_what_may_sleep() -> None:
    source = replace(as_struct_ops(Source(DONE)), flags=raw.SLEEPABLE)
    assert error(source.load) == errno.EOPNOTSUPP


def test_a_function_that_is_verified_apart() -> None:
    for linkage, said in ((raw.STATIC, 0), (raw.GLOBAL, errno.EOPNOTSUPP)):
        types = Btf()
        whole = types.integer()
        main = types.function("main", raw.GLOBAL, types.pointer())
        inner = types.function("inner", linkage, whole)
        functions = [(0, main), (4, inner)]
        code = raw.move(1, 0) + raw.function(2) + raw.move(0, 0) + EXIT + DONE
        source = as_struct_ops(Source(code, btf=types.load(), functions=functions))
        assert error(source.load) == said


@pytest.mark.parametrize("field", OFFSETS)
def test_what_of_the_context_may_be_written(field: str) -> None:
    """What the filter is told stays as it is."""
    told = ("offset", "now_ns", "vcpu", "size", "is_write", "space", "abi_version", "reserved")
    sizes = {each.name: each.size for each in IoContext.layout.fields}
    store = {8: 0x7A, 4: 0x62, 1: 0x72}[sizes[field]]
    source = Source(PROLOGUE + raw.ins(store, 1, off=OFFSETS[field]) + DONE)
    if field in told:
        assert "only data and actions of the context can be written" in refusal(source)
    else:
        as_struct_ops(source).load()


def test_a_licence_that_is_not_the_gpls() -> None:
    source = replace(as_struct_ops(Source(DONE)), license=raw.FREE)
    with pytest.raises(bpf.Refused) as caught:
        source.load()
    assert "struct ops programs must have a GPL compatible license" in caught.value.log


def test_rights_that_a_loader_needs() -> None:
    """More than for the module."""
    source = as_struct_ops(Source(PROLOGUE + raw.read(2, 1) + DONE))
    with only(CAP_BPF):
        assert error(source.load) == errno.EPERM
    with only(CAP_BPF | CAP_PERFMON):
        source.load()


def test_with_them_no_index_is_masked() -> None:
    """As docs/upstream.md says of Spectre v1: BPF would have to be changed."""
    if reason := unprotected():
        pytest.skip(reason)
    found = [e for e in entries(SHARE) if e.name in INDEXING]
    assert len(found) == len(INDEXING)
    for entry in found:
        assert masks(entry.program) > 0
        maps = [ArrayMap(each.name, each.size) for each in entry.program.maps]
        with only(CAP_BPF | CAP_PERFMON):
            assert masks_in(load(entry.program, maps)) == 0


# The struct


def test_a_struct_without_a_function_and_one_with_unknown_flags(cell: KernelMemory[Cell]) -> None:
    program = load(READER, [cell.map])
    assert error(Ops, program, 2) == errno.EINVAL
    assert error(Ops, None) == errno.EINVAL


def test_a_struct_is_registered_once(filter: Ops) -> None:
    assert error(filter.register) == errno.EBUSY
    filter.link = None
    filter.link = filter.register()


def test_maps_that_a_state_is_not_in(device: FilterDevice) -> None:
    for shape in (MapShape(8), MapShape(flags=0)):
        made = shape.make()
        code = raw.address(2, raw.VALUE, made.number) + raw.read(3, 2) + DONE
        ops = Ops(as_struct_ops(Source(code)).load())
        assert error(device.set, RANGE, 0, bytes(Range(ops.map.number, PORT))) == (errno.EINVAL)


# The device


def test_ranges_that_are_none(device: FilterDevice, filter: Ops) -> None:
    good = Range(filter.map.number, PORT)
    bad = (
        replace(good, length=0),
        replace(good, length=0x10000 - PORT + 1),
        replace(good, length=2**64 - 1, space=Space.MMIO),
        replace(good, space=Space.MSR),
        replace(good, width=3),
        replace(good, width=16),
    )
    for asked in bad:
        assert error(device.set, RANGE, 0, bytes(asked)) == errno.EINVAL
    assert error(device.set, RANGE, 0, bytes(good)[:-1] + b"\1") == errno.EINVAL
    device.set(RANGE, 0, bytes(good))
    assert error(device.set, RANGE, 0, bytes(good)) == errno.EBUSY


def test_descriptors_that_are_no_filters(device: FilterDevice, filter: Ops) -> None:
    assert filter.link is not None
    cell = MapShape().make()
    for number, said in (
        (cell.number, errno.EINVAL),
        (filter.link.number, errno.EINVAL),
        (999, errno.EBADF),
    ):
        asked = bytes(Range(number, PORT))
        assert error(device.set, RANGE, 0, asked) == said
    filter.link = None  # no longer registered
    assert error(device.set, RANGE, 0, bytes(Range(filter.map.number, PORT))) == (errno.EINVAL)


def test_ranges_that_overlap(machine: Machine, device: FilterDevice, filter: Ops) -> None:
    device.set(RANGE, 0, bytes(Range(filter.map.number, PORT)))
    with closing(FilterDevice(machine.vm.fd)) as other:
        for base in (PORT - 3, PORT, PORT + 3):
            asked = bytes(Range(filter.map.number, base))
            assert error(other.set, RANGE, 0, asked) == errno.EEXIST
        other.set(RANGE, 0, bytes(Range(filter.map.number, PORT + 4)))


def test_doorbells_come_before_the_range(device: FilterDevice, filter: Ops) -> None:
    bell = os.eventfd(0)
    number = bell.to_bytes(4, "little")
    device.set(EVENTFD, 0, number)
    assert error(device.set, EVENTFD, 0, number) == errno.EBUSY
    assert error(device.set, EVENTFD, 32, number) == errno.ENXIO
    assert error(device.set, EVENTFD, 1, filter.map.number.to_bytes(4, "little")) == (errno.EINVAL)
    device.set(RANGE, 0, bytes(Range(filter.map.number, PORT)))
    assert error(device.set, EVENTFD, 1, number) == errno.EBUSY
    os.close(bell)


def test_attributes_are_told(device: FilterDevice) -> None:
    asked = ((EVENTFD, 31), (EVENTFD, 32), (RANGE, 0), (RANGE, 1), (COUNTS, 0), (COUNTS + 1, 0))
    assert [device.has(*each) for each in asked] == [True, False] * 2 + [True, False]
    assert error(device.set, COUNTS, 0, bytes(16)) == errno.ENXIO


def test_another_process_may_not(machine: Machine, device: FilterDevice, filter: Ops) -> None:
    child = os.fork()
    if child == 0:
        asked = bytes(Range(filter.map.number, PORT))
        os._exit(error(device.set, RANGE, 0, asked))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == errno.EIO
    device.set(RANGE, 0, bytes(Range(filter.map.number, PORT)))
