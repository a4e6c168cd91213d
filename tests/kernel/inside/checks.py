# SPDX-License-Identifier: Apache-2.0
"""The kernel's own checks: faults on demand, and a look for memory that nothing points to.

See Documentation/fault-injection and Documentation/dev-tools/kmemleak.rst of Linux 6.1. Only the
debug kernel has them.
"""

from __future__ import annotations

import ctypes
import errno
import gc
import itertools
import os
import time
from contextlib import suppress
from pathlib import Path

DEBUGFS = Path("/sys/kernel/debug")
FAIL_NTH = Path("/proc/thread-self/fail-nth")
_FAILSLAB = DEBUGFS / "failslab"
_USERCOPY = DEBUGFS / "fail_usercopy"
_KMEMLEAK = DEBUGFS / "kmemleak"
#: What kmemleak calls a leak is at least five seconds old.
_AGE_S = 6


def mount_debugfs() -> None:
    """Have /sys/kernel/debug, if this kernel knows it."""
    if not any(DEBUGFS.iterdir()):
        ctypes.CDLL(None).mount(b"none", os.fsencode(DEBUGFS), b"debugfs", 0, None)


def no_faults() -> str:
    """Why faults cannot be injected here; empty if they can."""
    mount_debugfs()
    return "" if FAIL_NTH.exists() and _FAILSLAB.exists() else "this kernel injects no faults"


def prepare_faults() -> None:
    """Let allocations fail that may wait for memory, and say nothing of each."""
    (_FAILSLAB / "ignore-gfp-wait").write_text("N")
    for kind in (_FAILSLAB, _USERCOPY):
        (kind / "verbose").write_text("0")


class Trial:
    """What is done once for each fault; `act` alone meets it, in one of its system calls."""

    def begin(self) -> None:
        """Get ready."""

    def act(self) -> None:
        """Raises OSError where the kernel says no."""

    def end(self, outcome: int) -> None:
        """Look at what came of it: 0, or the number of the error."""


def every_fault(trial: Trial) -> list[int]:
    """Try with the first allocation or copy from or to user space failing inside the kernel, then
    with the second, until there is no further. The outcomes; no fault was left for the last.
    """
    outcomes = []
    gc.collect()
    control = os.open(FAIL_NTH, os.O_RDWR)
    try:
        for number in itertools.count(1):
            trial.begin()
            os.pwrite(control, b"%d" % number, 0)
            outcomes.append(_outcome(trial))
            failed = _has_failed(control)
            trial.end(outcomes[-1])
            if not failed:
                return outcomes
        raise AssertionError
    finally:
        os.close(control)


def _outcome(trial: Trial) -> int:
    try:
        trial.act()
    except OSError as error:
        return error.errno or -1
    return 0


def _has_failed(control: int) -> bool:
    """Whether the fault has been used up; in any case there is none to come any more."""
    left = "1"
    # To ask may itself be what fails.
    with suppress(OSError):
        left = os.pread(control, 16, 0).decode()
    with suppress(OSError):
        os.pwrite(control, b"0", 0)
    return int(left) == 0


def leaks() -> str:
    """What kmemleak finds; empty without it."""
    mount_debugfs()
    if not _KMEMLEAK.exists():
        return ""
    time.sleep(_AGE_S)
    for _ in range(2):
        _KMEMLEAK.write_text("scan")
    return _KMEMLEAK.read_text()


def unload(module: str) -> str:
    """Remove a module; why that cannot be, or nothing."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.delete_module(module.encode(), os.O_NONBLOCK) == 0:
        return ""
    number = ctypes.get_errno()
    return f"{module} cannot be removed: {errno.errorcode.get(number, number)}"
