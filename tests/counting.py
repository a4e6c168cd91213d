# SPDX-License-Identifier: Apache-2.0
"""Counts of VMs that a test makes up, and `lightexit` on them:

python -m counting WORDS...
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from unittest.mock import patch

from lightexit import cli
from lightexit.abi import Space
from lightexit.cli import top
from lightexit.cli.topoptions import TopOptions
from lightexit.errors import HostError
from lightexit.trace import selecting, watching
from lightexit.trace.access import (
    AccessCount,
    AccessKey,
    Answer,
    ApicKey,
    Counts,
    LineCount,
    LineKey,
    Lost,
)
from lightexit.trace.vms import Vm, Vms

#: A name that would clear the screen, set the title and make the terminal answer, if it were sent.
EVIL = "evil\x1b[2J\x1b]0;owned\x07\x1b[c\u202e\x9b31m\n"
VMS = {
    1: Vm(1, "web", "qemu", machine="pc-q35-7.2", labels={"namespace": "shop", "vmi": "web"}),
    2: Vm(2, EVIL, "qemu"),
    3: Vm(3, "idle", "firecracker"),
}
PM_TIMER = AccessKey(1, 11, Space.PIO, 0x608, 4, False, Answer.USER)
HPET = AccessKey(2, 21, Space.MMIO, 0xFED0_00F0, 4, False, Answer.USER)
TSC = AccessKey(2, 22, Space.MSR, 0x10, 8, False, Answer.KVM)
UNNAMED = AccessKey(1, 12, Space.MMIO, 0x38_0000_1000, 8, True, Answer.USER)
#: Accesses in each interval, and ns of each; 0: not timed.
EACH = {
    PM_TIMER: (1000, 5000),
    HPET: (300, 8000),
    TSC: (200, 0),
    UNNAMED: (10, 1_234_567),
}


class Scripted:
    """Each look is one second after the last, and finds `each` of every key more."""

    def __init__(self, each: Mapping[AccessKey, tuple[int, int]], sampled: int = 1) -> None:
        self.each, self.sampled = dict(each), sampled
        self.looks, self.is_closed = 0, False
        self.fails_at = -1
        self.missing: tuple[str, ...] = ()

    def read(self) -> Counts:
        n = self.looks
        self.looks += 1
        if n == self.fails_at:
            raise HostError("the probes are gone", advice="start it again")
        return Counts(
            n * 10**9,
            {
                key: AccessCount(n * count, n * count if ns else 0, n * count * ns)
                for key, (count, ns) in self.each.items()
            },
            {ApicKey(2, 21, 0xB0, True): 50 * n},
            {LineKey(1, 0): LineCount(1000 * n, 1000 * n)},
            Lost(3 * n, 0) if self.sampled > 1 else Lost(),
            self.sampled,
        )

    def close(self) -> None:
        self.is_closed = True


class FakeVms(Vms):
    """The VMs above. Threads are vCPUs by their last digit, 3 and more are not known."""

    def __init__(self, there: Mapping[int, Vm] = VMS) -> None:
        self.there = dict(there)
        super().__init__(self.there.get, lambda pid, tid: tid % 10 - 1 if tid % 10 < 3 else -1)

    def has_ended(self, pid: int) -> bool:
        return pid not in self.there


@contextmanager
def counted() -> Iterator[list[Scripted]]:
    """Within, `lightexit top` finds these VMs and counts; gives the sources that it has opened."""
    sources = []

    def opened(wanted: TopOptions) -> Scripted:
        pids = wanted.pids
        kept = {key: count for key, count in EACH.items() if not pids or key.pid in pids}
        sources.append(Scripted(kept))
        return sources[-1]

    def running() -> list[Vm]:
        return [*VMS.values()]

    with (
        patch.object(top, "open_counts", opened),
        patch.object(watching, "Vms", FakeVms),
        patch.object(watching, "running", running),
        patch.object(selecting, "running", running),
    ):
        yield sources


if __name__ == "__main__":
    sys.argv[0] = "lightexit"
    with counted():
        cli.main()
