# SPDX-License-Identifier: Apache-2.0
"""Probes at KVM's tracepoints, by bpf(2) alone: who accesses which register of any VM, and where
that is answered. Needs CAP_BPF and CAP_PERFMON, and Linux 5.15."""

from __future__ import annotations

from collections.abc import Callable, Collection

from lightexit.trace.probes.counting import Probes
from lightexit.trace.probes.dropping import drop_rights
from lightexit.trace.probes.loading import ProbeOptions
from lightexit.trace.probes.recording import RING_SIZE, EventProbes
from lightexit.trace.vms import vcpu_of

__all__ = [
    "CEILING",
    "UNKNOWN_MSR",
    "EventProbes",
    "Probes",
    "drop_rights",
    "open_events",
    "open_probes",
]


#: The address of accesses to MSRs that the VMM answers: KVM does not tell which they were.
UNKNOWN_MSR = 2**32 - 1
#: Percent of each CPU's time.
CEILING = 5.0


def open_probes(
    pids: Collection[int] = (), ceiling: float = CEILING, *, whole_exits: bool = False
) -> Probes:
    """Count the accesses of these processes' VMs, or of every VM.

    Where looking at each would take more than `ceiling` percent of a CPU's time, some are looked at
    and count for several (`Counts.sampled`); 0 is no ceiling. Reads that the VMM answers are timed
    from KVM's exit to user space on; with `whole_exits` all accesses are, from the exit of the
    guest to its entry, which costs two events more at each exit, whatever it is about.

    Raises HostError where the host has no KVM, where the process lacks the rights, and where the
    kernel lacks the tracepoints.
    """
    return Probes(pids, ProbeOptions(ceiling, whole_exits))


def open_events(
    pids: Collection[int] = (),
    number_of: Callable[[int, int], int] = vcpu_of,
    ring_size: int = RING_SIZE,
) -> EventProbes:
    """Have their accesses told one by one.

    `number_of` gives the vCPU that a thread of a process is, by number. `ring_size` is a power of
    two: 64 bytes an access wait there to be read. Raises HostError as `open_probes` does.
    """
    return EventProbes(pids, number_of, ring_size)
