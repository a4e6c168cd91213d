# SPDX-License-Identifier: Apache-2.0
"""Why there are no probes: one sentence each, and what to do."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from pathlib import Path

from lightexit.errors import HostError

_KVM = Path("/dev/kvm")
_LOCKDOWN = Path("/sys/kernel/security/lockdown")
_RIGHTS = "run it as root, or with the capabilities CAP_BPF and CAP_PERFMON"


def check_host() -> None:
    """Raises HostError where there cannot be a VM."""
    if not _KVM.exists():
        raise HostError(
            f"this host has no {_KVM}, so no VM runs on KVM here",
            expected="a host whose kernel has KVM",
            advice="load kvm_intel or kvm_amd, and have virtualization enabled in the firmware",
        )


def missing_tracepoints(names: Sequence[str]) -> HostError:
    """What it means that the kernel has none of these names."""
    return HostError(
        f"this kernel has no tracepoint {' and no '.join(names)}",
        expected="Linux 5.15 or later on x86 with CONFIG_TRACEPOINTS, and KVM loaded",
        advice="look for the module kvm in lsmod, and load kvm_intel or kvm_amd",
    )


def explained(purpose: str, number: int, log: str = "") -> HostError:
    """What it means that bpf(2) failed with this error number."""
    if number in (errno.EPERM, errno.EACCES):
        return _without_rights(purpose)
    if number == errno.ENOSYS:
        return HostError(
            f"the kernel did not {purpose}: it was built without bpf(2)",
            expected="a kernel with CONFIG_BPF_SYSCALL and CONFIG_BPF_EVENTS",
            advice="perf record -e kvm:kvm_pio,kvm:kvm_mmio shows accesses without BPF",
        )
    if number in (errno.ENOMEM, errno.ENOSPC):
        return HostError(
            f"the kernel did not {purpose}: it is out of memory",
            expected="about 16 MiB for the tables of registers",
        )
    said = next((line for line in reversed(log.splitlines()) if line.strip()), "")
    reason = f"{os.strerror(number)} (error {number})"
    return HostError(
        f"the kernel did not {purpose}: {reason}{f': {said}' if said else ''}",
        expected="Linux 5.15 or later",
    )


def _without_rights(purpose: str) -> HostError:
    if _is_locked_down():
        return HostError(
            f"the kernel did not {purpose}: it is locked down, and lets nobody read its memory",
            expected="a kernel whose lockdown is none or integrity",
            advice="cat /sys/kernel/security/lockdown shows it; Secure Boot may set it",
        )
    return HostError(
        f"the kernel did not {purpose}: this process has no right to",
        expected="CAP_BPF and CAP_PERFMON",
        advice=_RIGHTS,
    )


def _is_locked_down() -> bool:
    """In the mode in which BPF programs may not read the kernel's memory."""
    try:
        return "[confidentiality]" in _LOCKDOWN.read_text()
    except OSError:
        return False
