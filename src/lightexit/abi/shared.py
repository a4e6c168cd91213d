# SPDX-License-Identifier: Apache-2.0
"""State that other processes map, too: in a memfd that nobody can shrink."""

from __future__ import annotations

import mmap
import os
import re
import weakref
from pathlib import Path
from typing import TypeVar

from lightexit.abi.memory import StateMemory, value_size
from lightexit.abi.struct import Struct
from lightexit.errors import AuthorError, HostError

S = TypeVar("S", bound=Struct)

_SEALS = ("F_SEAL_SHRINK", "F_SEAL_GROW", "F_SEAL_SEAL")
_MAP_TYPE_ARRAY, _MAP_MMAPABLE = 2, 1 << 10


class SharedMemory(StateMemory[S]):
    """A state that other processes map, too: a device's back end in a process of its own.

        memory = SharedMemory(QueueState)  # in the VMM; memory.fd goes to the back end
        memory = SharedMemory(QueueState, fd)  # there, with what the state holds

    Both sides have the same `state`. Whoever has the descriptor can write what it likes into it:
    filter and model take its words as they take a guest's. Only the VMM takes the state's lock. A
    VMM that goes on where a killed one was calls `release` first.

    The descriptor is duplicated. It is that of a memfd of at least `size` bytes, sealed with
    F_SEAL_SHRINK, or of an mmapable BPF array map: `KernelEngine.memory(...).map`. Raises
    AuthorError for any other, HostError where there are no memfds.
    """

    def __init__(self, kind: type[S], fd: int | None = None) -> None:
        size = value_size(kind)
        own = _made(kind.__name__, size) if fd is None else _duplicate(fd, kind.__name__)
        #: Of the memory, for another process; closed with this object.
        self.fd = own
        weakref.finalize(self, os.close, own)
        if fd is not None:
            _check(own, kind.__name__, size)
        super().__init__(kind, _mapped(own, kind.__name__, size), fresh=fd is None)

    def fileno(self) -> int:
        """The file descriptor."""
        return self.fd

    def release(self) -> None:
        """Release the state's lock, which a VMM that was killed within an access has left taken."""
        self.header.version += self.header.version & 1


def _made(name: str, size: int) -> int:
    if not hasattr(os, "memfd_create"):
        raise HostError(
            "this system has no memfds, which states that processes share are made of",
            expected="Linux",
        )
    import fcntl  # which not every system has

    fd = os.memfd_create(name, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    # With its pages: where there are none left, that is told now, and not by SIGBUS.
    os.posix_fallocate(fd, 0, size)
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, sum(getattr(fcntl, seal) for seal in _SEALS))
    return fd


def _duplicate(fd: int, name: str) -> int:
    try:
        return os.dup(fd)
    except OSError as error:
        raise AuthorError(f"the descriptor {fd}, for {name}: {error.strerror}") from None


def _mapped(fd: int, name: str, size: int) -> mmap.mmap:
    try:
        return mmap.mmap(fd, -(-size // mmap.PAGESIZE) * mmap.PAGESIZE if _is_map(fd) else size)
    except OSError as error:
        raise AuthorError(
            f"the memory for {name} cannot be mapped: {error.strerror}",
            expected="a descriptor that is open for reading and writing",
        ) from None


def _check(fd: int, name: str, size: int) -> None:
    """The seals first: from then on the size is what it is."""
    available = _map_size(fd) if _is_map(fd) else _sealed_size(fd, name)
    if available is None:
        raise AuthorError(
            f"the descriptor for {name} is that of no memory which processes can share",
            expected="a memfd, as SharedMemory.fd, or an mmapable BPF array map of one value",
        )
    if available < size:
        raise AuthorError(
            f"the memory for {name} has {available} bytes",
            expected=f"{size} bytes, the header included: the same Struct on both sides",
        )


def _sealed_size(fd: int, name: str) -> int | None:
    import fcntl

    try:
        seals = fcntl.fcntl(fd, fcntl.F_GET_SEALS)
    except OSError:
        return None
    if not seals & fcntl.F_SEAL_SHRINK:
        raise AuthorError(
            f"the memory for {name} can be cut off by whoever has it, and then an access to it "
            "ends this process",
            expected="a memfd that is sealed with F_SEAL_SHRINK, as SharedMemory makes it",
        )
    return os.fstat(fd).st_size


def _is_map(fd: int) -> bool:
    return Path(f"/proc/self/fd/{fd}").readlink().name == "anon_inode:bpf-map"


def _map_size(fd: int) -> int | None:
    """The size of a map's value, None for a map that is no state's."""
    text = Path(f"/proc/self/fdinfo/{fd}").read_text("ascii")
    told = re.findall(r"^((?:map|max|value)_\w+):\s+(\w+)$", text, re.M)
    facts = {key: int(value, 0) for key, value in told}
    is_state = facts["map_type"] == _MAP_TYPE_ARRAY and facts["max_entries"] == 1
    return facts["value_size"] if is_state and facts["map_flags"] & _MAP_MMAPABLE else None
