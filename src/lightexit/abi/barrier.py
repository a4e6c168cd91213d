# SPDX-License-Identifier: Apache-2.0
"""`full_barrier`: what orders a store before a later load, as CPUs by themselves do not."""

from __future__ import annotations

import ctypes
import functools
import platform
import sys
import threading
from collections.abc import Callable

#: membarrier(2): its number, and the command that is a barrier for the caller itself.
_NUMBERS = {"x86_64": 324, "aarch64": 283, "riscv64": 283}
_GLOBAL_EXPEDITED = 1 << 1


def full_barrier() -> None:
    """Order all accesses to memory before it before all after it: smp_mb() in the words of Linux.

    A CPU may do a load before an earlier store to another place. So two sides that each store
    a word and then read the other's need this between: a filter that stores a value and reads
    whether its consumer sleeps, and the consumer that says that it sleeps and reads the value.

    In a compiled filter it is an instruction. In CPython it is a system call where Linux has
    membarrier(2), and otherwise a lock that is taken and released.
    """
    _barrier()()


@functools.cache
def _barrier() -> Callable[[], object]:
    number = _NUMBERS.get(platform.machine()) if sys.platform == "linux" else None
    if number is not None:
        call = functools.partial(ctypes.CDLL(None).syscall, number, _GLOBAL_EXPEDITED, 0, 0)
        if call() == 0:
            return call
    return _by_lock()


def _by_lock() -> Callable[[], object]:
    lock = threading.Lock()

    def barrier() -> None:
        with lock:
            pass

    return barrier
