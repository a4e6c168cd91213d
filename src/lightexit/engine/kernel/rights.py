# SPDX-License-Identifier: Apache-2.0
"""What this thread may do: its capabilities (capabilities(7)), given up for a while or for good."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lightexit.errors import HostError, InternalError

#: Bits of a set of capabilities.
CAP_SYS_ADMIN, CAP_PERFMON, CAP_BPF = 1 << 21, 1 << 38, 1 << 39
_VERSION_3 = 0x20080522
_LOW = 2**32 - 1
_PR_SET_NO_NEW_PRIVS = 38


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Half(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_uint32) for name in ("effective", "permitted", "inheritable"))


@contextmanager
def only(kept: int) -> Iterator[None]:
    """Give up this thread's effective capabilities but for these; afterwards it has them again.

    Other threads keep theirs. Raises HostError where the system does not let them be given up.
    """
    before = _sets("capget")
    _change(before, effective(before) & kept)
    try:
        yield
    finally:
        _change(before, effective(before))


def give_up(kept: int = 0) -> None:
    """Give up all capabilities but these, for good: of this process, and of what it starts.

    Linux knows capabilities of threads, and a thread can give up its own only. Raises InternalError
    where another thread has some, HostError where the system does not let them be given up.
    """
    low, high = _sets("capget")
    halves = kept & _LOW, kept >> 32
    fewer = (
        _Half(low.effective & halves[0], low.permitted & halves[0], 0),
        _Half(high.effective & halves[1], high.permitted & halves[1], 0),
    )
    _sets("capset", (_Half * 2)(*fewer))
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise HostError(f"prctl(2) failed: {os.strerror(ctypes.get_errno())}")
    if more := [each for each in Path("/proc/self/task").iterdir() if _permitted(each) & ~kept]:
        raise InternalError(f"{len(more)} threads were started before rights were given up")


def _permitted(task: Path) -> int:
    """The capabilities that a thread may make effective; 0 where it has ended."""
    try:
        status = (task / "status").read_text()
    except OSError:
        return 0
    return int(status.partition("\nCapPrm:")[2].split()[0], 16)


def effective(sets: ctypes.Array[_Half] | None = None) -> int:
    """The effective capabilities in `sets`; without it, this thread's."""
    low, high = sets or _sets("capget")
    return int(low.effective) | int(high.effective) << 32


def _change(sets: ctypes.Array[_Half], wanted: int) -> None:
    low, high = sets
    halves = (wanted & _LOW, wanted >> 32)
    after = (_Half * 2)(
        _Half(halves[0], low.permitted, low.inheritable),
        _Half(halves[1], high.permitted, high.inheritable),
    )
    _sets("capset", after)


def _sets(call: str, sets: ctypes.Array[_Half] | None = None) -> ctypes.Array[_Half]:
    """capget(2) or capset(2) of this thread."""
    sets = sets or (_Half * 2)()
    function = getattr(ctypes.CDLL(None, use_errno=True), call)
    if function(ctypes.byref(_Header(_VERSION_3, 0)), sets) != 0:
        raise HostError(
            f"{call}(2) failed: {os.strerror(ctypes.get_errno())}",
            expected="a system that lets a thread give up capabilities to load a program",
            hint="another engine: native or interpreter",
        )
    return sets
