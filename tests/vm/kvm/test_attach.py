# SPDX-License-Identifier: Apache-2.0
"""Attaching, as far as it goes without the module: moving states, and clear words. The rest is
in tests/kernel.
"""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path

import pytest

from engine.running import needs_kernel
from lightexit.abi import ABI_VERSION, ClockState, Space, StateMemory, Struct, u64
from lightexit.engine.kernel import KernelEngine
from lightexit.errors import AuthorError, HostError
from lightexit.isa import assemble
from lightexit.vm.kvm import attach
from lightexit.vm.kvm.attach import AttachedProgram, AttachRange, KernelModule, shared

PROGRAM = assemble(".map counter 24\nr0 = 0\nexit", "pass.s")


class Counter(Struct):
    count: u64 = 40


@needs_kernel
def test_a_state_becomes_a_map_where_it_is() -> None:
    memory = StateMemory(Counter)
    memory.header.version = 5
    address = memory.address
    moved = shared(memory)
    assert (memory.address, memory.state.count, memory.header.version) == (address, 40, 5)
    memory.state.count = 41
    assert Counter.view(memoryview(moved.mapping)[16:]).count == 41
    assert shared(memory) is moved


@needs_kernel
def test_a_state_of_the_engine_s_stays_as_it_is() -> None:
    memory = KernelEngine().memory(Counter)
    assert shared(memory) is memory.map


def test_a_state_within_a_page_cannot_be_moved() -> None:
    memory = StateMemory(Counter)
    memory.address += 8
    with pytest.raises(AuthorError, match="Counter does not begin at a page boundary"):
        shared(memory)


def test_without_the_module(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(attach, "DEVICE", str(tmp_path / "lightexit"))
    with pytest.raises(HostError) as raised:
        KernelModule()
    assert str(raised.value) == (
        f"{tmp_path}/lightexit is not there\n"
        "  expected: the kernel module: make -C kernel, then insmod lightexit.ko\n"
        "  try: another engine: native or interpreter"
    )
    assert attach.unavailable() == f"{tmp_path}/lightexit is not there"


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> KernelModule:
    """A module that knows its version only."""
    monkeypatch.setattr(attach, "DEVICE", os.devnull)
    monkeypatch.setattr(fcntl, "ioctl", lambda *request: ABI_VERSION)
    return KernelModule()


def test_with_the_module(module: KernelModule) -> None:
    assert attach.unavailable() is None


def test_a_module_of_another_release(module: KernelModule, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fcntl, "ioctl", lambda *request: ABI_VERSION + 1)
    with pytest.raises(HostError, match=f"speaks version {ABI_VERSION + 1} of its interface"):
        KernelModule()


REFUSALS = {
    errno.EEXIST: "another in-kernel device has these addresses already (EEXIST)",
    errno.EPERM: "the virtual machine is gone or another process's (EPERM)",
    errno.EINVAL: "the range, a descriptor or the program is not valid (EINVAL)",
    errno.EACCES: "the clock's descriptor is not open for reading (EACCES)",
    errno.EOPNOTSUPP: "the program may run code other than its own, now or later: see "
    f"docs/kernel-trust.md ({errno.errorcode[errno.EOPNOTSUPP]})",
    errno.ETXTBSY: "Text file busy (ETXTBSY)",
}


@needs_kernel
@pytest.mark.parametrize("number", REFUSALS)
def test_refusals(module: KernelModule, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refuse(*request: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "ioctl", refuse)
    answer = AttachedProgram(KernelEngine().load(PROGRAM), [StateMemory(Counter)])
    with pytest.raises(HostError) as raised:
        module.attach(AttachRange(3, Space.PIO, 0x40, 4), answer)
    assert raised.value.found == (
        f"the kernel module does not attach to PIO 0x40..0x43: {REFUSALS[number]}"
    )


@needs_kernel
def test_a_clock_that_steps_is_not_the_kernel_s(module: KernelModule) -> None:
    clock = StateMemory(ClockState)
    clock.state.step_ns = 1
    answer = AttachedProgram(KernelEngine().load(PROGRAM), [StateMemory(Counter)], clock=clock)
    with pytest.raises(HostError, match="cannot read this clock"):
        module.attach(AttachRange(3, Space.PIO, 0x40, 4), answer)


def test_the_module_alone_is_not_enough(
    module: KernelModule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attach, "available", lambda: "bpf(2) did not create a map: no right")
    with pytest.raises(HostError) as raised:
        attach.require()
    assert str(raised.value) == (
        "bpf(2) did not create a map: no right\n  try: another engine: native or interpreter"
    )
