# SPDX-License-Identifier: Apache-2.0
"""What this thread may do: its effective capabilities (capabilities(7)), given up for a moment."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager

from lightexit.errors import HostError

#: Bits of a set of capabilities.
CAP_SYS_ADMIN, CAP_PERFMON, CAP_BPF = 1 << 21, 1 << 38, 1 << 39
_VERSION_3 = 0x20080522
_LOW = 2**32 - 1


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
