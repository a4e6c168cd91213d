# SPDX-License-Identifier: Apache-2.0
"""Doorbells that a thread waits for: eventfds where the host has them, which native code rings.

Anything callable may be a doorbell of a device; an `EventFd` is rung without entering Python.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import select
import threading
import weakref
from collections.abc import Callable, Sequence

from lightexit.abi import DOORBELLS
from lightexit.errors import AuthorError


class Bell:
    """A counter of rings: calling it rings, waiting takes all rings so far. On any host."""

    def __init__(self) -> None:
        self._rings = 0
        self._changed = threading.Condition()

    def __call__(self) -> None:
        """Ring."""
        with self._changed:
            self._rings += 1
            self._changed.notify_all()

    def wait(self, seconds: float | None = None) -> int:
        """Rings since the last wait; waits for one, at most that long, if there was none."""
        with self._changed:
            self._changed.wait_for(lambda: self._rings, seconds)
            rings, self._rings = self._rings, 0
            return rings


class EventFd:
    """A counter of rings in the kernel, eventfd(2), of Linux; closed with its last reference.

    `fd` is one that another process has made, and duplicated: with it, both have one counter.
    Raises AuthorError for another kind of descriptor.
    """

    def __init__(self, fd: int | None = None) -> None:
        # Ringing never blocks: a full counter stays as it is, and its reader still wakes.
        #: The descriptor, for KVM, poll(2) or another process.
        self.fd = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK) if fd is None else _own(fd)
        weakref.finalize(self, os.close, self.fd)

    def __call__(self) -> None:
        """Ring."""
        with contextlib.suppress(BlockingIOError):
            os.eventfd_write(self.fd, 1)

    def fileno(self) -> int:
        """The file descriptor, to wait for several doorbells at once."""
        return self.fd

    def wait(self, seconds: float | None = None) -> int:
        """Rings since the last wait; waits for one, at most that long, if there was none."""
        poll = select.poll()
        poll.register(self.fd, select.POLLIN)
        if not poll.poll(None if seconds is None else 1000 * seconds):
            return 0
        try:
            return os.eventfd_read(self.fd)
        except BlockingIOError:  # another waiter has read it
            return 0


def _own(fd: int) -> int:
    try:
        kind = os.readlink(f"/proc/self/fd/{fd}")
    except OSError:
        kind = "none that is open"
    if kind != "anon_inode:[eventfd]":
        raise AuthorError(
            f"the descriptor {fd} is no eventfd but {kind}", expected="EventFd.fd, or eventfd(2)"
        )
    os.set_blocking(fd, False)
    return os.dup(fd)


def bell() -> Bell | EventFd:
    """The best doorbell that this host has."""
    return EventFd() if hasattr(os, "eventfd") else Bell()


def eventfds(doorbells: Sequence[Callable[[], object]]) -> dict[int, EventFd]:
    """The eventfds among a device's doorbells, by number."""
    return {
        number: doorbell
        for number, doorbell in enumerate(doorbells[:DOORBELLS])
        if isinstance(doorbell, EventFd)
    }


@functools.cache
def write_address() -> int:
    """The C library's `ssize_t write(int, const void *, size_t)`, where there are eventfds."""
    return ctypes.cast(ctypes.CDLL(None).write, ctypes.c_void_p).value or 0
