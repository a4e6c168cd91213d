# SPDX-License-Identifier: Apache-2.0
"""VMs watched while they run: the rates of one interval after the other, and who has ended."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from lightexit.trace.access import CountSource
from lightexit.trace.qmp import ask
from lightexit.trace.rates import Rates, rates
from lightexit.trace.vms import Vm, Vms, running

#: VMs that access nothing are looked for that often.
_LOOK_S = 10.0


@dataclass(frozen=True, slots=True)
class ListedVm:
    """A VM of the list: what it accessed a second in the last interval, and whether it runs."""

    vm: Vm
    per_second: float
    has_ended: bool


def known_vms(monitors: Iterable[Path] = ()) -> Vms:
    """VMs that are not known yet, but for what these QMP sockets tell. Raises HostError."""
    known = Vms()
    for path in monitors:
        known.learn(*ask(path))
    return known


class VmWatch:
    """The VMs of processes `pids`, or all of the host. The source stays the caller's to close."""

    def __init__(
        self,
        source: CountSource,
        vms: Vms | None = None,
        pids: Collection[int] = (),
    ) -> None:
        self.known = vms or Vms()
        #: Tracepoints that the kernel lacks: what they would tell is in no count.
        self.missing: tuple[str, ...] = getattr(source, "missing", ())
        self._source, self._pids = source, pids
        self._seen: dict[int, Vm] = {pid: self.known.vm(pid) for pid in pids}
        self._looked = -_LOOK_S
        self._before = source.read()
        self._look()

    def next(self) -> Rates:
        """What has happened since the last call. Raises what the source raises."""
        after = self._source.read()
        found = rates(self._before, after, self.known)
        self._before = after
        for row in found.rows:
            self._seen.setdefault(row.vm.pid, row.vm)
        self._look()
        return found

    def vms(self, found: Rates) -> list[ListedVm]:
        """All that were seen, the busiest of this interval first, and at last those that ended."""
        sums: dict[int, float] = {}
        for row in found.rows:
            sums[row.vm.pid] = sums.get(row.vm.pid, 0.0) + row.per_second
        listed = [
            ListedVm(vm, sums.get(pid, 0.0), self.known.has_ended(pid))
            for pid, vm in self._seen.items()
        ]
        return sorted(listed, key=lambda each: (each.has_ended, -each.per_second, each.vm.pid))

    def _look(self) -> None:
        """VMs that access nothing are listed, too."""
        now = time.monotonic()
        if self._pids or now - self._looked < _LOOK_S:
            return
        self._looked = now
        for vm in running():
            if vm.pid in self._seen and self.known.has_ended(vm.pid):
                self.known.forget([vm.pid])  # another has that number now
            self._seen[vm.pid] = self.known.vm(vm.pid)
