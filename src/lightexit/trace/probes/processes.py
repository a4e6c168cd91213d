# SPDX-License-Identifier: Apache-2.0
"""Processes that events came from: whether they are there, and whom kernel threads serve."""

from __future__ import annotations

import os
from pathlib import Path

#: KVM's thread for the PIT of a VM, and the number of the VM's process behind it.
_PIT = "kvm-pit/"
#: The kernel's threads for work of anybody.
_WORKER = "kworker/"
#: Of /proc/PID/stat, behind the name: the flags, and PF_KTHREAD among them.
_FLAGS, _KERNEL_THREAD = 6, 0x200000
#: Where the process is not known.
NOBODY = 0


def has_ended(pid: int) -> bool:
    """Whether there is no such process any more."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def served_by(pid: int) -> int:
    """The process whose VM a thread of the kernel serves; `pid` itself for other processes."""
    try:
        before, _, behind = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")
    except OSError:
        return pid
    name = before.partition("(")[2]
    if not int(behind.split()[_FLAGS]) & _KERNEL_THREAD:
        return pid  # whatever its owner calls it
    if name.startswith(_PIT) and name.removeprefix(_PIT).isdecimal():
        return int(name.removeprefix(_PIT))
    return NOBODY if name.startswith(_WORKER) else pid
