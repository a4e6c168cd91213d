# SPDX-License-Identifier: Apache-2.0
"""Attach arguments by somebody who means harm: refused, with the right error, nothing held."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kernel.inside.machine import Machine
from kernel.inside.programs import READER, TIMER, Cell, program
from kernel.inside.request import PORT, attach, load
from lightexit.abi import Attach, AttachFlag, ClockState, Command, Space, Statistics
from lightexit.engine.kernel import KernelEngine, bpf
from lightexit.engine.kernel.bpf import ArrayMap, Descriptor
from lightexit.errors import HostError
from lightexit.vm.kvm.attach import AttachedProgram, AttachRange, KernelModule
from lightexit.vm.kvm.interrupts import Interrupts

REFERENCES = Path("/sys/module/lightexit/refcnt")
Change = Callable[[Attach], object]


@pytest.fixture(autouse=True)
def nothing_is_held() -> Iterator[None]:
    before = REFERENCES.read_text()
    yield
    assert REFERENCES.read_text() == before


def put(name: str, value: int) -> Change:
    return lambda request: setattr(request, name, value)


BAD: dict[str, tuple[int, Change]] = {
    "no length": (errno.EINVAL, put("length", 0)),
    "beyond the last port": (errno.EINVAL, put("length", 0x10000 - PORT + 1)),
    "a base beyond the ports": (errno.EINVAL, put("base", 0x10000)),
    "a length beyond int": (errno.EINVAL, put("length", 1 << 31)),
    "a length that wraps": (errno.EINVAL, put("length", 2**64 - PORT)),
    "an unknown space": (errno.EINVAL, put("space", 2)),
    "registers of 3": (errno.EINVAL, put("register_width", 3)),
    "registers of 16": (errno.EINVAL, put("register_width", 16)),
    "an unknown flag": (errno.EINVAL, put("flags", 1 << 4)),
    "a reserved field": (errno.EINVAL, put("reserved", 1)),
    "a size too small": (errno.EINVAL, put("size", Attach.layout.size - 1)),
    "a size of 0": (errno.EINVAL, put("size", 0)),
    "a size of pages": (errno.E2BIG, put("size", 1 << 20)),
    "no such VM": (errno.EBADF, put("vm_fd", 999)),
    "no such program": (errno.EBADF, put("program_fd", 999)),
    "a clock flag without clock": (errno.EINVAL, put("flags", AttachFlag.READS_CLOCK)),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_values(module: KernelModule, request_: Attach, name: str) -> None:
    error, change = BAD[name]
    assert attach(module, bytes(request_)) == 0
    change(request_)
    data = bytes(request_).ljust(request_.size & 0xFFFF, b"\0")
    assert attach(module, data) == error


def test_longer_structs(module: KernelModule, request_: Attach) -> None:
    request_.size += 8
    assert attach(module, bytes(request_) + bytes(8)) == 0
    assert attach(module, bytes(request_) + bytes(7) + b"\1") == errno.E2BIG


def test_a_bad_address(module: KernelModule) -> None:
    for address in (0, 0x1000):
        with pytest.raises(OSError, match="Bad address"):
            fcntl.ioctl(module.fd, Command.ATTACH, address)


def test_what_is_not_a_vm(
    module: KernelModule, machine: Machine, request_: Attach, tmp_path: Path
) -> None:
    vcpu = machine.load("f4")
    named = os.open(tmp_path / "kvm-vm", os.O_CREAT | os.O_RDWR)
    event = os.eventfd(0)
    null = os.open("/dev/null", os.O_RDWR)
    for fd in (named, event, null, vcpu.fd, machine.vm.kvm.fd, module.fd, request_.program_fd):
        request_.vm_fd = fd
        assert attach(module, bytes(request_)) == errno.EINVAL
    for fd in (named, event, null):
        os.close(fd)


def test_another_process_s_vm(module: KernelModule, request_: Attach) -> None:
    child = os.fork()
    if child == 0:
        os._exit(attach(module, bytes(request_)))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == errno.EPERM


def load_socket_filter() -> Descriptor:
    code = struct.pack("<BBhiBBhi", 0xB7, 0, 0, 0, 0x95, 0, 0, 0)
    code_buffer = ctypes.create_string_buffer(code)
    license_buffer = ctypes.create_string_buffer(b"GPL")
    pointers = ctypes.addressof(code_buffer), ctypes.addressof(license_buffer)
    attributes = struct.pack("<IIQQ", 1, 2, *pointers).ljust(120, b"\0")
    return Descriptor(bpf.call(5, attributes))


def test_what_is_not_a_program(module: KernelModule, machine: Machine, request_: Attach) -> None:
    other = load_socket_filter()
    cell = KernelEngine().memory(Cell)
    for fd in (cell.map.descriptor.number, machine.vm.fd, other.number):
        request_.program_fd = fd
        assert attach(module, bytes(request_)) == errno.EINVAL


IMPURE = {
    "a context that is too large": "r0 = *(u64 *)(r1 + 64)\nexit",
    "a call of a helper": "call 5\nr0 = 0\nexit",
}


@pytest.mark.parametrize("name", IMPURE)
def test_programs_that_do_more_than_compute(
    module: KernelModule, request_: Attach, name: str
) -> None:
    loaded = load(program(IMPURE[name]))
    request_.program_fd = loaded.number
    assert attach(module, bytes(request_)) == errno.EOPNOTSUPP


_ARRAY, _RDONLY = 2, 1 << 7


class OtherMap(ArrayMap):
    """An array map with other flags and sizes."""

    def __init__(self, value_size: int, entries: int, flags: int) -> None:
        attributes = struct.pack("<6I", _ARRAY, 4, value_size, entries, flags, 0)
        self.descriptor = Descriptor(bpf.call(0, attributes))


@pytest.mark.parametrize(
    "shape", [(48, 1, 0), (8, 1, bpf._MAP_MMAPABLE), (48, 1, bpf._MAP_MMAPABLE | _RDONLY)], ids=str
)
def test_maps_that_cannot_hold_a_state(
    module: KernelModule, request_: Attach, shape: tuple[int, int, int]
) -> None:
    text = ".map m 48\nr1 = map_value(0) + 0\nr0 = 0\nexit"
    loaded = load(program(text), OtherMap(*shape))
    request_.program_fd = loaded.number
    assert attach(module, bytes(request_)) == errno.EINVAL


def test_clocks_that_are_none(module: KernelModule, request_: Attach) -> None:
    loaded = load(TIMER)
    request_.program_fd = loaded.number
    request_.flags = AttachFlag.READS_CLOCK
    short = OtherMap(16, 1, bpf._MAP_MMAPABLE)
    request_.clock_fd = short.descriptor.number
    assert attach(module, bytes(request_)) == errno.EINVAL
    request_.clock_fd = request_.program_fd
    assert attach(module, bytes(request_)) == errno.EINVAL
    clock = KernelEngine().memory(ClockState)
    request_.clock_fd = clock.map.descriptor.number
    assert attach(module, bytes(request_)) == 0


def test_a_doorbell_that_is_none(module: KernelModule, machine: Machine, request_: Attach) -> None:
    event = os.eventfd(0)
    request_.doorbells[0] = event
    assert attach(module, bytes(request_)) == 0
    request_.doorbells[31] = machine.vm.fd
    assert attach(module, bytes(request_)) == errno.EINVAL
    os.close(event)


def test_overlaps(module: KernelModule, machine: Machine) -> None:
    """With other attachments, and with what KVM has in the kernel; next to each other is fine."""
    Interrupts(machine.vm).add_timer()
    answer = AttachedProgram(KernelEngine().load(READER), [KernelEngine().memory(Cell)])

    def window(base: int, length: int) -> AttachRange:
        return AttachRange(machine.vm.fd, Space.PIO, base, length)

    with module.attach(window(PORT, 8), answer):
        for base, length in ((PORT, 8), (PORT - 1, 2), (PORT + 7, 1), (PORT - 8, 64), (0x41, 1)):
            with pytest.raises(HostError, match="has these addresses already"):
                module.attach(window(base, length), answer)
        memory = AttachRange(machine.vm.fd, Space.MMIO, PORT, 8)
        for free in (window(PORT - 8, 8), window(PORT + 8, 8), memory):
            module.attach(free, answer).close()
    module.attach(window(PORT, 8), answer).close()


def test_unknown_requests(module: KernelModule, machine: Machine) -> None:
    answer = AttachedProgram(KernelEngine().load(READER), [KernelEngine().memory(Cell)])
    with module.attach(AttachRange(machine.vm.fd, Space.PIO, PORT, 4), answer) as attachment:
        for fd, command in ((module.fd, 0xE102), (attachment.fd, Command.ATTACH)):
            with pytest.raises(OSError, match="Inappropriate ioctl"):
                fcntl.ioctl(fd, command, bytearray(256))


def test_reading_statistics(module: KernelModule, machine: Machine) -> None:
    """As many bytes as asked for, from the start; more than there are is no error."""
    answer = AttachedProgram(KernelEngine().load(READER), [KernelEngine().memory(Cell)])
    with module.attach(AttachRange(machine.vm.fd, Space.PIO, PORT, 4), answer) as attachment:
        size = Statistics.layout.size
        assert [len(os.read(attachment.fd, each)) for each in (0, 5, size, 4096)] == [
            *(0, 5, size, size)
        ]
        with pytest.raises(OSError, match="Invalid argument"):
            os.write(attachment.fd, b"1")
