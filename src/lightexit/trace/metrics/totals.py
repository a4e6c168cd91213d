# SPDX-License-Identifier: Apache-2.0
"""From what the probes count to the series of every VM."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from lightexit.abi import Space
from lightexit.shown import one_line
from lightexit.trace.access import AccessCount, AccessKey, Answer, Counts, LineCount
from lightexit.trace.metrics.series import APIC, APIC_OTHER, PERIOD_S, SeriesName, VmSeries

#: VMs that have series of their own; the accesses of all others are told together.
MOST_VMS = 1000
#: How long the series of a VM that has ended stay, so that its last accesses are seen.
GRACE_S = 120.0
#: Characters of a label: a namespace and a name of Kubernetes, and what joins them.
LABEL = 128
#: Names of registers that are kept of one VM.
MOST_NAMES = 4096
_NO_COUNT, _NO_LINE = AccessCount(0), LineCount(0)


class SeenVm(Protocol):
    """What is told of a VM: `trace.vms.Vm`."""

    @property
    def pid(self) -> int:
        """The VMM's process."""
        ...

    @property
    def name(self) -> str:
        """What the VMM calls it."""
        ...

    @property
    def vmm(self) -> str:
        """What the VMM is."""
        ...

    @property
    def labels(self) -> Mapping[str, str]:
        """Of KubeVirt: namespace and name."""
        ...


class NamedRegister(Protocol):
    """What a register is called: `trace.names.RegisterName`."""

    @property
    def device(self) -> str:
        """Of which device."""
        ...

    @property
    def register(self) -> str:
        """Empty where it has no name."""
        ...


VmOf = Callable[[int], SeenVm | None]
NameOf = Callable[[SeenVm | None, Space, int, bool], NamedRegister]
_Register = tuple[Space, int, bool, Answer]


@dataclass(slots=True)
class Watched:
    """A VM, its labels and its series. `ended_ns` is None as long as it runs."""

    pid: str
    seen: SeenVm | None
    series: VmSeries
    ended_ns: int | None = None
    names: dict[_Register, tuple[SeriesName, bool]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Safe to show; "unknown" of a process that ended before it was looked at."""
        return label(self.seen.name if self.seen else "") or "unknown"


def label(text: str) -> str:
    """A text that a VM's owner chose, as the value of a label: printable and bounded."""
    return one_line(text, LABEL)


class Metrics:
    """The series of all VMs. `update` is given what was counted; any thread may read.

    `vm_of` and `name_of` are those of `trace.vms` and `trace.names`.
    """

    def __init__(
        self, vm_of: VmOf, name_of: NameOf, *, period_s: float = PERIOD_S, grace_s: float = GRACE_S
    ) -> None:
        self.lock = threading.Lock()
        self.counts = Counts(0, {}, {}, {})
        self._vm_of = vm_of
        self._name_of = name_of
        self._period_s = period_s
        self._grace_s = grace_s
        self._period_began_ns: int | None = None
        self._vms: dict[int, Watched] = {}
        self._rest = Watched("", None, VmSeries(room=0))

    def update(self, counts: Counts) -> None:
        """Take over what was counted since the last call. Counts that are older do nothing."""
        with self.lock:
            if counts.time_ns < self.counts.time_ns:
                return
            self._look_for_ended(counts.time_ns)
            self._add_accesses(counts)
            self._add_apic(counts)
            self._add_lines(counts)
            self.counts = counts
            self._end_period(counts.time_ns)

    def watched(self) -> list[Watched]:
        """VMs that were seen, until some time after their end."""
        return list(self._vms.values())

    @property
    def rest(self) -> VmSeries | None:
        """The VMs that found no room; None as long as there are none."""
        series = self._rest.series
        return series if series.other or series.line_changes or any(series.apic.values()) else None

    def _look_for_ended(self, now_ns: int) -> None:
        for pid, watched in list(self._vms.items()):
            if watched.ended_ns is None and self._vm_of(pid) is None:
                watched.ended_ns = now_ns
            elif watched.ended_ns is not None:
                gone_s = (now_ns - watched.ended_ns) / 1e9
                if gone_s >= self._grace_s or self._vm_of(pid) is not None:
                    del self._vms[pid]  # the process's number may be another's by now

    def _watched(self, pid: int, now_ns: int) -> Watched:
        watched = self._vms.get(pid)
        if watched is not None:
            return watched
        if len(self._vms) >= MOST_VMS:
            return self._rest
        seen = self._vm_of(pid)
        watched = Watched(str(pid), seen, VmSeries(), None if seen else now_ns)
        self._vms[pid] = watched
        return watched

    def _add_accesses(self, counts: Counts) -> None:
        before = self.counts.accesses
        for key, count in counts.accesses.items():
            old = before.get(key, _NO_COUNT)
            if count == old:
                continue
            watched = self._watched(key.pid, counts.time_ns)
            name, is_named = self._name(watched, key)
            watched.series.add(name, is_named, _since(old, count))

    def _name(self, watched: Watched, key: AccessKey) -> tuple[SeriesName, bool]:
        """Labels, and whether the register has a name: one that has none is its address."""
        register = (key.space, key.address, key.is_write, key.answer)
        known = watched.names.get(register)
        if known is None:
            if len(watched.names) >= MOST_NAMES:
                watched.names.clear()
            found = self._name_of(watched.seen, key.space, key.address, key.is_write)
            called = label(found.register) or f"{key.address:#x}"
            direction = "write" if key.is_write else "read"
            space = key.space.name.lower()
            name = SeriesName(space, label(found.device), called, direction, key.answer.value)
            known = watched.names[register] = name, bool(found.register)
        return known

    def _add_apic(self, counts: Counts) -> None:
        for key, count in counts.apic.items():
            more = count - self.counts.apic.get(key, 0)
            if more > 0:
                apic = self._watched(key.pid, counts.time_ns).series.apic
                apic[APIC.get(key.offset, APIC_OTHER)] += more

    def _add_lines(self, counts: Counts) -> None:
        for key, count in counts.lines.items():
            old = self.counts.lines.get(key, _NO_LINE)
            if count != old:
                series = self._watched(key.pid, counts.time_ns).series
                series.line_changes += max(count.changes - old.changes, 0)
                series.masked += max(count.masked - old.masked, 0)

    def _end_period(self, now_ns: int) -> None:
        if self._period_began_ns is None:
            self._period_began_ns = now_ns
        seconds = (now_ns - self._period_began_ns) / 1e9
        if seconds >= self._period_s:
            self._period_began_ns = now_ns
            for watched in self._vms.values():
                watched.series.end_period(seconds)


def _since(old: AccessCount, new: AccessCount) -> AccessCount:
    """What was counted between; all of it where the probes began anew."""
    if new.accesses < old.accesses or new.timed < old.timed or new.time_ns < old.time_ns:
        return new
    return AccessCount(
        new.accesses - old.accesses, new.timed - old.timed, new.time_ns - old.time_ns
    )


def running(watched: list[Watched]) -> Iterator[Watched]:
    """Those that have not ended."""
    return (each for each in watched if each.ended_ns is None)
