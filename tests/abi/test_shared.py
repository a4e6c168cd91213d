# SPDX-License-Identifier: Apache-2.0
"""States that processes share: the same bytes on both sides; other descriptors are refused."""

from __future__ import annotations

import fcntl
import gc
import mmap
import os
import signal

import pytest

from engine.running import needs_kernel
from lightexit.abi import SharedMemory, StateMemory, Struct, u32, u64
from lightexit.abi.memory import value_size
from lightexit.bus.clock import ManualClock
from lightexit.devices.device import Device
from lightexit.engine.kernel import KernelEngine
from lightexit.errors import AuthorError, HostError
from lightexit.vm.kvm.attach import shared

pytestmark = pytest.mark.skipif(
    not hasattr(os, "memfd_create"), reason="this host has no memfd_create(2)"
)


class Queue(Struct):
    tail: u32 = 7
    asleep: u32


class Other(Struct):
    tail: u64


class Model(Device[Queue]):
    name, regions = "queue", ()


def memfd(size: int = 4096, seals: int = fcntl.F_SEAL_SHRINK) -> int:
    fd = os.memfd_create("test", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(fd, size)
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, seals)
    return fd


def test_two_mappings_are_one_state() -> None:
    here = SharedMemory(Queue)
    here.state.asleep = 5
    there = SharedMemory(Queue, here.fd)
    assert there.address != here.address
    assert (there.state.tail, there.state.asleep) == (7, 5)
    there.state.tail = 9
    assert here.state.tail == 9
    assert here.fileno() == here.fd != there.fd


def test_another_process_has_it_too_and_cannot_cut_it_off() -> None:
    memory = SharedMemory(Queue)
    child = os.fork()
    if child == 0:
        state = SharedMemory(Queue, memory.fd).state
        try:
            os.ftruncate(memory.fd, 0)
        except PermissionError:
            state.tail = 1234
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    assert memory.state.tail == 1234


def test_a_device_works_on_it() -> None:
    memory = SharedMemory(Queue)
    device = Model(ManualClock(), memory)
    device.state.tail = 3
    assert SharedMemory(Queue, memory.fd).state.tail == 3
    device.reset()
    assert memory.state.tail == 7


def test_a_lock_that_was_left_taken_is_released() -> None:
    memory = SharedMemory(Queue)
    for before, after in ((5, 6), (6, 6)):
        memory.header.version = before
        memory.release()
        assert memory.header.version == after


def test_descriptors_are_closed_with_it() -> None:
    fd = SharedMemory(Queue).fd
    gc.collect()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(fd)


def refusal(fd: int) -> str:
    try:
        with pytest.raises(AuthorError) as caught:
            SharedMemory(Queue, fd)
    finally:
        os.close(fd)
    return str(caught.value)


def test_memory_that_can_shrink_is_refused() -> None:
    assert refusal(memfd(seals=0)) == (
        "the memory for Queue can be cut off by whoever has it, and then an access to it ends this"
        " process\n  expected: a memfd that is sealed with F_SEAL_SHRINK, as SharedMemory makes it"
    )


def test_memory_that_is_too_small_is_refused() -> None:
    assert refusal(memfd(size=value_size(Queue) - 1)) == (
        "the memory for Queue has 23 bytes\n"
        "  expected: 24 bytes, the header included: the same Struct on both sides"
    )


@pytest.mark.parametrize("path", ["/dev/zero", "/proc/self/exe"])
def test_what_is_no_memory_is_refused(path: str) -> None:
    assert refusal(os.open(path, os.O_RDONLY)) == (
        "the descriptor for Queue is that of no memory which processes can share\n"
        "  expected: a memfd, as SharedMemory.fd, or an mmapable BPF array map of one value"
    )


def test_a_descriptor_for_reading_only_is_refused() -> None:
    fd = memfd()
    read_only = os.open(f"/proc/self/fd/{fd}", os.O_RDONLY)
    os.close(fd)
    assert refusal(read_only) == (
        "the memory for Queue cannot be mapped: Permission denied\n"
        "  expected: a descriptor that is open for reading and writing"
    )


def test_a_closed_descriptor_is_refused() -> None:
    with pytest.raises(AuthorError, match="the descriptor 12345, for Queue: Bad file descriptor"):
        SharedMemory(Queue, 12345)


def test_memory_of_another_state_is_refused() -> None:
    with pytest.raises(AuthorError) as caught:
        Model(ManualClock(), StateMemory(Other))  # type: ignore[arg-type]
    assert str(caught.value) == (
        "Model was given memory of the state Other\n  expected: memory of Queue"
    )


def test_without_memfds_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "memfd_create")
    with pytest.raises(HostError, match="this system has no memfds"):
        SharedMemory(Queue)


@needs_kernel
def test_a_map_of_the_kernels_is_such_memory() -> None:
    here = KernelEngine().memory(Queue)
    there = SharedMemory(Queue, here.map.descriptor.number)
    there.state.tail = 11
    assert here.state.tail == 11
    assert len(here.map.mapping) == mmap.PAGESIZE


@needs_kernel
def test_the_kernel_is_not_given_a_copy_of_it() -> None:
    with pytest.raises(AuthorError, match="is in a memfd: filters in the kernel do not see it"):
        shared(SharedMemory(Queue))
