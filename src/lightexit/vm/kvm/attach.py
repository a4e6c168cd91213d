# SPDX-License-Identifier: Apache-2.0
"""The kernel module: programs that answer a VM's accesses inside KVM, until they are detached.

module = Module()
attachment = module.attach(Window(vm.fd, Space.PIO, 0x40, 4), Answer(program, [memory]))
attachment.statistics().handled
attachment.close()
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import mmap
import os
import time
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from lightexit.abi import (
    ABI_VERSION,
    DOORBELLS,
    NO_FD,
    Attach,
    AttachFlag,
    ClockState,
    Command,
    SharedMemory,
    Space,
    StateMemory,
    Statistics,
)
from lightexit.engine.kernel.bpf import ArrayMap
from lightexit.engine.kernel.engine import KernelMemory, KernelProgram, available
from lightexit.errors import AuthorError, HostError

DEVICE = "/dev/lightexit"
_OTHER_ENGINE = "another engine: native or interpreter"

_CANNOT_OPEN = {
    errno.ENOENT: ("is not there", "the kernel module: make -C kernel, then insmod lightexit.ko"),
    errno.ENODEV: ("exists, but its module is not loaded", "the kernel module, loaded"),
    errno.EACCES: ("is not open to this user", "root, or a user of the group kvm, as for /dev/kvm"),
}

_REFUSALS = {
    errno.EBADF: ("one of the descriptors is not open, or of another kind", ""),
    errno.EPERM: ("the virtual machine is gone or another process's", "one of this process"),
    errno.EEXIST: ("another in-kernel device has these addresses already", "a free range"),
    errno.ENOSPC: ("the virtual machine has the most in-kernel devices that KVM allows", ""),
    errno.ENODEV: (
        "KVM has lost its list of in-kernel devices: it was out of memory",
        "a new machine",
    ),
    errno.E2BIG: ("the module is older than this package, or the program has too many states", ""),
    errno.ENOMEM: ("the kernel is out of memory", ""),
    errno.EACCES: ("the clock's descriptor is not open for reading", "one that is"),
    errno.EOPNOTSUPP: (
        "the program may run code other than its own, now or later: see docs/kernel-trust.md",
        "a program without helpers, kfuncs and replaceable functions, licensed as Apache-2.0",
    ),
    errno.EINVAL: ("the range, a descriptor or the program is not valid", ""),
}


@dataclass(frozen=True)
class AttachRange:
    """`length` bytes of a space of a VM from `base` on, showing registers from `offset` on."""

    vm_fd: int
    space: Space
    base: int
    length: int
    offset: int = 0
    register_width: int = 0


@dataclass(frozen=True)
class AttachedProgram:
    """A program with its states, and what the verifier says that its host must know.

    A program that answers no reads, or no writes, is not run for them. `clock` is VM time for one
    that reads it. `doorbells` are eventfds by number: the
    module signals them; it can carry out no other action, and passes where a program asks.
    """

    program: KernelProgram
    states: Sequence[StateMemory[Any]] = ()
    writes_state: bool = False
    answers_reads: bool = True
    answers_writes: bool = True
    clock: StateMemory[ClockState] | None = None
    doorbells: Mapping[int, int] = field(default_factory=dict)


def unavailable() -> str | None:
    """Why nothing can be attached here; None if it can."""
    try:
        KernelModule().close()
    except HostError as error:
        return error.found
    return None


def require() -> None:
    """Raise HostError unless programs can be loaded and attached here."""
    KernelModule().close()
    reason = available()
    if reason is not None:
        raise HostError(reason, hint=_OTHER_ENGINE)


class KernelModule:
    """/dev/lightexit, open. Raises HostError where it cannot be used."""

    def __init__(self) -> None:
        try:
            self.fd = os.open(DEVICE, os.O_RDWR | os.O_CLOEXEC)
        except OSError as error:
            raise _cannot_open(error) from None
        #: Closes it, once; attachments live on.
        self.close = weakref.finalize(self, os.close, self.fd)
        version = fcntl.ioctl(self.fd, Command.VERSION)
        if version != ABI_VERSION:
            raise HostError(
                f"the kernel module speaks version {version} of its interface",
                expected=f"version {ABI_VERSION}: the module and this package from one release",
            )

    def attach(self, window: AttachRange, answer: AttachedProgram) -> Attachment:
        """Have the kernel answer a window. States become maps of the kernel, see `shared`.

        Raises AuthorError, HostError.
        """
        program = answer.program.bind(tuple(shared(state) for state in answer.states))
        request = _request(window, answer)
        request.program_fd = program.number
        if answer.clock is not None:
            request.clock_fd = _shared_clock(answer.clock).descriptor.number
        try:
            return Attachment(fcntl.ioctl(self.fd, Command.ATTACH, bytearray(bytes(request))))
        except OSError as error:
            raise _refused(window, error) from None


class Attachment:
    """A program at work in the kernel. Closing it, or losing the last reference, detaches."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        #: Detaches, once: when it returns, the program runs no more.
        self.close = weakref.finalize(self, os.close, fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def statistics(self) -> Statistics:
        """Accesses so far."""
        return Statistics.view(bytearray(os.read(self.fd, Statistics.layout.size)))


def _request(window: AttachRange, answer: AttachedProgram) -> Attach:
    request = Attach()
    request.size = Attach.layout.size
    request.flags = _flags(answer)
    request.vm_fd, request.space = window.vm_fd, window.space
    request.base, request.length, request.offset = window.base, window.length, window.offset
    request.register_width = window.register_width
    for number in range(DOORBELLS):
        request.doorbells[number] = answer.doorbells.get(number, NO_FD)
    return request


def _flags(answer: AttachedProgram) -> AttachFlag:
    flags = {
        AttachFlag.WRITES_STATE: answer.writes_state,
        AttachFlag.READS_CLOCK: answer.clock is not None,
        AttachFlag.PASSES_READS: not answer.answers_reads,
        AttachFlag.PASSES_WRITES: not answer.answers_writes,
    }
    return AttachFlag(sum(flag for flag, is_set in flags.items() if is_set))


def shared(memory: StateMemory[Any]) -> ArrayMap:
    """The map that is a state's memory. One in ordinary memory becomes a map, where it is: nobody
    may write it meanwhile."""
    if isinstance(memory, KernelMemory):
        return memory.map
    if memory not in _moved:
        _moved[memory] = _move(memory)
    return _moved[memory]


def is_shared(memory: StateMemory[Any]) -> bool:
    """Whether a state is a map already."""
    return isinstance(memory, KernelMemory) or memory in _moved


_moved: weakref.WeakKeyDictionary[StateMemory[Any], ArrayMap] = weakref.WeakKeyDictionary()


def _move(memory: StateMemory[Any]) -> ArrayMap:
    if isinstance(memory, SharedMemory):
        raise AuthorError(
            f"the state {memory.kind.__name__} is in a memfd: filters in the kernel do not see it",
            expected="a BPF map, which other processes can map, too: KernelEngine.memory",
        )
    if memory.address % mmap.PAGESIZE:
        raise AuthorError(
            f"the state {memory.kind.__name__} does not begin at a page boundary",
            expected="memory that StateMemory has made itself, or KernelEngine.memory",
        )
    target = ArrayMap(memory.kind.__name__, -(-memory.size // mmap.PAGESIZE) * mmap.PAGESIZE)
    target.mapping[: memory.size] = ctypes.string_at(memory.address, memory.size)
    _map_over(memory.address, target)
    return target


_MAP_FIXED = 0x10


def _map_over(address: int, target: ArrayMap) -> None:
    """Show a map's value at an address, instead of what has been there."""
    function = ctypes.CDLL(None, use_errno=True).mmap
    function.restype = ctypes.c_void_p
    function.argtypes = (
        *(ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int),
        *(ctypes.c_int, ctypes.c_int, ctypes.c_long),
    )
    rights, kind = mmap.PROT_READ | mmap.PROT_WRITE, mmap.MAP_SHARED | _MAP_FIXED
    found = function(address, len(target.mapping), rights, kind, target.descriptor.number, 0)
    if found != address:
        reason = os.strerror(ctypes.get_errno())
        raise HostError(f"mmap(2) of a BPF map failed: {reason}")


def _shared_clock(clock: StateMemory[ClockState]) -> ArrayMap:
    is_other = clock.state.gettime and clock.state.clock_id != time.CLOCK_MONOTONIC
    if is_other or clock.state.step_ns:
        raise HostError(
            "the kernel module cannot read this clock",
            expected="a HostClock, on the CPU's cycle counter or CLOCK_MONOTONIC",
            hint=_OTHER_ENGINE,
        )
    return shared(clock)


def _cannot_open(error: OSError) -> HostError:
    unknown = (f"cannot be opened: {error.strerror}", "a readable and writable device")
    found, expected = _CANNOT_OPEN.get(error.errno or 0, unknown)
    return HostError(f"{DEVICE} {found}", expected=expected, hint=_OTHER_ENGINE)


def _refused(window: AttachRange, error: OSError) -> HostError:
    name = errno.errorcode.get(error.errno or 0, str(error.errno))
    meaning, hint = _REFUSALS.get(error.errno or 0, (error.strerror or name, ""))
    last = window.base + window.length - 1
    return HostError(
        f"the kernel module does not attach to {window.space.name} {window.base:#x}..{last:#x}: "
        f"{meaning} ({name})",
        hint=hint,
    )
