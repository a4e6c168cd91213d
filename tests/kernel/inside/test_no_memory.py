# SPDX-License-Identifier: Apache-2.0
"""Closing where the kernel has no memory, and will have none: it neither waits nor fails.

A memory cgroup with a limit of 0 and nobody in it whom the kernel may kill.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path

import pytest

from kernel.inside.machine import HLT, Access, Machine, port_in
from kernel.inside.programs import READER, Cell
from lightexit.abi import Space
from lightexit.engine.kernel import KernelEngine
from lightexit.vm.kvm.attach import AttachedProgram, Attachment, AttachRange, KernelModule
from lightexit.vm.kvm.system import Kvm

PORT = 0x500
GROUPS = Path("/sys/fs/cgroup")
#: What the child and its parent tell each other, each in a byte of shared memory.
GO, CLOSED, AGAIN = 0, 1, 2
WAIT_S = 10
#: Enough for a bus of some pages: a kernel keeps less than one charged ahead for small objects.
OTHERS = 400


@pytest.fixture
def group() -> Iterator[Path]:
    if not (GROUPS / "cgroup.controllers").exists():
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.mount(b"none", bytes(GROUPS), b"cgroup2", 0, None) != 0:
            pytest.skip(f"no cgroup2: {os.strerror(ctypes.get_errno())}")
    if "memory" not in (GROUPS / "cgroup.controllers").read_text():
        pytest.skip("no memory cgroups")
    (GROUPS / "cgroup.subtree_control").write_text("+memory")
    made = GROUPS / "tight"
    made.mkdir()
    yield made
    made.rmdir()


def refusals(group: Path) -> int:
    """How often somebody in it was refused memory, or would have been."""
    lines = (group / "memory.events").read_text().splitlines()
    return int(dict(line.split() for line in lines)["max"])


def wait_for(flags: mmap.mmap, which: int) -> bool:
    end = time.monotonic() + WAIT_S
    while not flags[which] and time.monotonic() < end:
        time.sleep(0.05)
    return bool(flags[which])


def close_when_told(flags: mmap.mmap, fd: int) -> None:
    wait_for(flags, GO)
    os.close(fd)
    flags[CLOSED] = 1


def child(flags: mmap.mmap, ready: int, module: KernelModule) -> int:
    """Close an attachment when told, then attach another: 0 if a guest saw nothing but that."""
    machine = Machine(Kvm())
    answer = AttachedProgram(KernelEngine().load(READER), [KernelEngine().memory(Cell)])
    with ExitStack() as crowd:
        for n in range(OTHERS):
            other = AttachRange(machine.vm.fd, Space.PIO, 0x1000 + 4 * n, 4)
            crowd.enter_context(module.attach(other, answer))
        attach = partial(module.attach, AttachRange(machine.vm.fd, Space.PIO, PORT, 4), answer)
        return close_and_attach(flags, ready, machine, attach)


def close_and_attach(
    flags: mmap.mmap, ready: int, machine: Machine, attach: Callable[[], Attachment]
) -> int:
    vcpu = machine.load(port_in(PORT, 1) + HLT)
    attachment = attach()
    # Once for nothing: then all that closing takes in this process is in memory of its own.
    flags[GO] = 1
    close_when_told(flags, os.open("/dev/null", os.O_RDONLY))
    flags[GO] = flags[CLOSED] = 0
    attachment.close.detach()
    os.write(ready, b"!")
    close_when_told(flags, attachment.fd)
    if not wait_for(flags, AGAIN):
        return 2
    if machine.run(vcpu, lambda access: 0) != [Access(PORT, 1)]:
        return 3
    with attach():
        machine.enter(vcpu)
        return 4 if machine.run(vcpu, lambda access: 0) else 0


def start(flags: mmap.mmap, module: KernelModule, group: Path) -> int:
    """A child in the group, that the kernel does not kill for want of memory."""
    waits, ready = os.pipe()
    pid = os.fork()
    if pid == 0:
        Path("/proc/self/oom_score_adj").write_text("-1000")
        (group / "cgroup.procs").write_text(str(os.getpid()))
        with suppress(BaseException):
            os._exit(child(flags, ready, module))
        os._exit(1)
    os.close(ready)
    assert os.read(waits, 1) == b"!"
    os.close(waits)
    return pid


def test_closing_without_memory(module: KernelModule, group: Path) -> None:
    flags = mmap.mmap(-1, mmap.PAGESIZE)
    pid = start(flags, module, group)
    try:
        (group / "memory.max").write_text("0")
        before = refusals(group)
        flags[GO] = 1
        has_closed = wait_for(flags, CLOSED)
        refused = refusals(group) - before
        (group / "memory.max").write_text("max")
        flags[AGAIN] = 1
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    finally:
        (group / "memory.max").write_text("max")
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    assert refused, "there was memory for everything"
    assert (has_closed, status) == (True, 0)
