# SPDX-License-Identifier: Apache-2.0
"""Probes at KVM's tracepoints, by bpf(2) alone: who accesses which register of any VM, and where
that is answered. Needs CAP_BPF and CAP_PERFMON, and Linux 5.15."""

from __future__ import annotations

from collections.abc import Collection

from lightexit.trace.probes.counting import Probes

__all__ = ["Probes", "open_probes"]


def open_probes(pids: Collection[int] = ()) -> Probes:
    """Count the accesses of these processes' VMs, or of every VM. Raises HostError where the host
    has no KVM, where the process lacks the rights, and where the kernel lacks the tracepoints."""
    return Probes(pids)
