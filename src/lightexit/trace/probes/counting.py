# SPDX-License-Identifier: Apache-2.0
"""`Probes`: accesses, counted in the kernel by thread and register."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from lightexit.abi import Space
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
from lightexit.trace.probes import layout
from lightexit.trace.probes.layout import AnsweredBy
from lightexit.trace.probes.loading import Attached, ProbeOptions
from lightexit.trace.probes.processes import served_by
from lightexit.trace.probes.unpacking import format_of
from lightexit.trace.probes.waiting import answered_by, waiting_writes

_REGISTER_KEY, _REGISTER = format_of(layout.RegisterKey), format_of(layout.AccessTally)
_LINE_KEY, _LINE = format_of(layout.LineTallyKey), format_of(layout.LineTally)
_APIC_KEY, _APIC = format_of(layout.ApicTallyKey), format_of(layout.ApicTally)
_NONE = AccessCount(0)
ANSWERS = (Answer.KVM, Answer.USER)  # by layout.AnsweredBy


#: The VGA's memory: windows of it are counted as one register each, as `tables.h` has it.
_VGA, _VGA_WINDOW = range(0xA0000, 0xC0000), 0x8000


def access_key(address: int, pid: int, tid: int, what: int, answer: AnsweredBy) -> AccessKey:
    """The key of what the programs tell."""
    space, size, is_write = Space(what & 0xFF), what >> 8 & 0xFF, bool(what >> 16 & 1)
    return AccessKey(pid, tid, space, address, size, is_write, ANSWERS[answer])


def counted_as(address: int, what: int) -> int:
    """The address that an access is counted under."""
    is_vga = what & 0xFF == Space.MMIO and address in _VGA
    return address // _VGA_WINDOW * _VGA_WINDOW if is_vga else address


class Probes:
    """Counts of all VMs of the host, or of the processes `pids`; see `open_probes`."""

    def __init__(self, pids: Collection[int], options: ProbeOptions) -> None:
        self._pids = frozenset(pids)
        self._attached = Attached(pids, options)
        self._keys: dict[bytes, tuple[AccessKey, AccessKey]] = {}
        self._owners: dict[int, int] = {}
        #: Of registers with a write that was waiting: what was told of them then.
        self._told: dict[AccessKey, AccessCount] = {}

    @property
    def missing(self) -> tuple[str, ...]:
        """Tracepoints that this kernel lacks: what they would tell is not counted."""
        return tuple(self._attached.missing)

    def read(self) -> Counts:
        """What was counted since the probes were attached. Of a process that has ended it is told
        once more, and then forgotten."""
        cpus = self._attached.cpus()
        counts = Counts(
            time_ns=time.monotonic_ns(),
            accesses=self._accesses(),
            apic=dict(self._apic()),
            lines=dict(self._lines()),
            lost=Lost(self._attached.recursive(), sum(each.no_room for each in cpus)),
            sampled=1 << max(each.shift for each in cpus),
        )
        self._forget_ended()
        return counts

    def close(self) -> None:
        """Take the probes away."""
        self._attached.close()

    def _accesses(self) -> dict[AccessKey, AccessCount]:
        counted = dict(self._counted())
        for key, told in self._told.items():
            if counted.get(key, _NONE).accesses < told.accesses:
                counted[key] = told
        self._told = {}
        for tid, thread in waiting_writes(self._attached.tables.threads):
            write = thread.access
            address = counted_as(write.address, write.what)
            key = access_key(address, thread.pid, tid, write.what, answered_by(thread))
            before = counted.get(key, _NONE)
            more = AccessCount(before.accesses + write.count, before.timed, before.time_ns)
            counted[key] = self._told[key] = more
        return counted

    def _counted(self) -> Iterator[tuple[AccessKey, AccessCount]]:
        keys, values = self._attached.tables.registers.read()
        size = _REGISTER_KEY.size
        for number, tally in enumerate(_REGISTER.iter_unpack(values)):
            raw = bytes(keys[number * size : (number + 1) * size])
            by_kvm, by_user = self._keys.get(raw) or self._new_keys(raw)
            if tally[0]:
                yield by_kvm, AccessCount(*tally[0:3])
            if tally[3]:
                yield by_user, AccessCount(*tally[3:6])

    def _new_keys(self, raw: bytes) -> tuple[AccessKey, AccessKey]:
        address, pid, tid, what, _ = _REGISTER_KEY.unpack(raw)
        by_kvm = access_key(address, pid, tid, what, AnsweredBy.KVM)
        made = by_kvm, replace(by_kvm, answer=Answer.USER)
        self._keys[raw] = made
        return made

    def _apic(self) -> Iterator[tuple[ApicKey, int]]:
        keys, values = self._attached.tables.apic.read()
        both = zip(_APIC_KEY.iter_unpack(keys), _APIC.iter_unpack(values), strict=True)
        for (pid, tid, offset, is_write), (count,) in both:
            yield ApicKey(pid, tid, offset, bool(is_write)), count

    def _lines(self) -> Iterable[tuple[LineKey, LineCount]]:
        """By VM: threads of the kernel set inputs, too."""
        keys, values = self._attached.tables.lines.read()
        found: dict[LineKey, LineCount] = {}
        both = zip(_LINE_KEY.iter_unpack(keys), _LINE.iter_unpack(values), strict=True)
        for (pid, gsi), (changes, masked) in both:
            owner = self._owner(pid)
            if self._pids and owner not in self._pids:
                continue
            before = found.get(LineKey(owner, gsi), LineCount(0))
            found[LineKey(owner, gsi)] = LineCount(before.changes + changes, before.masked + masked)
        return found.items()

    def _owner(self, pid: int) -> int:
        if pid not in self._owners:
            self._owners[pid] = served_by(pid)
        return self._owners[pid]

    def _forget_ended(self) -> None:
        ended = self._attached.forget_ended()
        if not ended:
            return
        self._keys = {raw: keys for raw, keys in self._keys.items() if keys[0].pid not in ended}
        self._told = {key: told for key, told in self._told.items() if key.pid not in ended}
        for pid in ended:
            self._owners.pop(pid, None)
