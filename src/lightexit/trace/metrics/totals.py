# SPDX-License-Identifier: Apache-2.0
"""From what the probes count to the series of every VM."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from lightexit.abi import Space
from lightexit.shown import one_line
from lightexit.trace.access import AccessCount, AccessKey, Answer, Counts, LineCount
from lightexit.trace.metrics.series import APIC, APIC_OTHER, PERIOD_S, SeriesName, VmSeries
from lightexit.trace.names import RegisterName, name_of
from lightexit.trace.vms import UNKNOWN, Vm, Vms

#: VMs that have series of their own; the accesses of all others are told together.
MOST_VMS = 1000
#: How long the series of a VM that has ended stay, so that its last accesses are seen.
GRACE_S = 120.0
#: Characters of a label: a namespace and a name of Kubernetes, and what joins them.
LABEL = 128
#: Names of registers that are kept of one VM.
MOST_NAMES = 4096
_NO_COUNT, _NO_LINE = AccessCount(0), LineCount(0)


NameOf = Callable[[Vm | None, Space, int, bool], RegisterName]
_Register = tuple[Space, int, bool, Answer]


@dataclass(slots=True)
class Watched:
    """A VM, its labels and its series. `ended_ns` is None as long as it runs."""

    pid: str
    vm: Vm
    series: VmSeries
    ended_ns: int | None = None
    names: dict[_Register, tuple[SeriesName, bool]] = field(default_factory=dict)


def label(text: str) -> str:
    """A text that a VM's owner chose, as the value of a label: printable and bounded."""
    return one_line(text, LABEL)


class Metrics:
    """The series of all VMs. `update` is given what was counted; any thread may read.

    `vms` are not to be shared: those that have ended are forgotten.
    """

    def __init__(
        self,
        vms: Vms | None = None,
        name_of: NameOf = name_of,
        *,
        period_s: float = PERIOD_S,
        grace_s: float = GRACE_S,
    ) -> None:
        self.lock = threading.Lock()
        self.counts = Counts(0, {}, {}, {})
        self._found = vms or Vms()
        self._name_of = name_of
        self._period_s = period_s
        self._grace_s = grace_s
        self._period_began_ns: int | None = None
        self._vms: dict[int, Watched] = {}
        self._rest = Watched("", Vm(0, "other", ""), VmSeries(room=0))

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
            if watched.ended_ns is None:
                if self._found.has_ended(pid):
                    watched.ended_ns = now_ns
            elif now_ns - watched.ended_ns >= self._grace_s * 1e9 or self._is_there(pid):
                del self._vms[pid]  # at once where another process has its number
                self._found.forget([pid])

    def _is_there(self, pid: int) -> bool:
        self._found.forget([pid])
        return self._found.vm(pid).vmm != UNKNOWN

    def _watched(self, pid: int, now_ns: int) -> Watched:
        watched = self._vms.get(pid)
        if watched is not None:
            return watched
        if len(self._vms) >= MOST_VMS:
            return self._rest
        vm = self._found.vm(pid)
        ended_ns = now_ns if vm.vmm == UNKNOWN else None
        watched = self._vms[pid] = Watched(str(pid), vm, VmSeries(), ended_ns)
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
            found = self._name_of(watched.vm, key.space, key.address, key.is_write)
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
