# SPDX-License-Identifier: Apache-2.0
"""What happened between two looks at the counts: accesses by register, and how many a second."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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
from lightexit.trace.names import RegisterName
from lightexit.trace.vms import Vm, Vms

_NONE, _NO_LINE = AccessCount(0), LineCount(0)


@dataclass(frozen=True, slots=True)
class Row:
    """Accesses of one vCPU to one register, of one size and direction, answered at one place.

    `vcpu` is -1 where it is not known. `ns_each` is the mean of those that were timed, None where
    none was; `share` is of all accesses of the interval, 0..1.
    """

    vm: Vm
    vcpu: int
    name: RegisterName
    space: Space
    address: int
    size: int
    is_write: bool
    answer: Answer
    accesses: int
    per_second: float
    ns_each: float | None
    share: float


@dataclass(frozen=True, slots=True)
class Rates:
    """What happened within `seconds`; rows with the most accesses come first.

    `lines` and `apic` have how much was counted within. `sampled` is N where each Nth access was
    looked at, and the figures are N times that.
    """

    seconds: float
    rows: tuple[Row, ...] = ()
    lines: Mapping[LineKey, LineCount] = field(default_factory=dict)
    apic: Mapping[ApicKey, int] = field(default_factory=dict)
    lost: Lost = field(default_factory=Lost)
    sampled: int = 1

    @property
    def accesses(self) -> int:
        """All that were counted."""
        return sum(row.accesses for row in self.rows)


_Place = tuple[Vm, int, Space, int, int, bool, Answer]


def rates(before: Counts, after: Counts, vms: Vms) -> Rates:
    """What was counted after `before`, until `after`.

    What is no longer counted (its VM has ended) happened before; nothing is ever negative.
    """
    seconds = max((after.time_ns - before.time_ns) / 1e9, 0.0)
    return Rates(
        seconds,
        _rows(_counted(before.accesses, after.accesses, vms), seconds, vms),
        _lines(before.lines, after.lines),
        _apic(before.apic, after.apic),
        Lost(
            max(after.lost.recursive - before.lost.recursive, 0),
            max(after.lost.no_room - before.lost.no_room, 0),
        ),
        after.sampled,
    )


def _counted(
    before: Mapping[AccessKey, AccessCount], after: Mapping[AccessKey, AccessCount], vms: Vms
) -> dict[_Place, AccessCount]:
    """By what a row shows; threads whose vCPU is not known share one."""
    found: dict[_Place, AccessCount] = {}
    vcpus: dict[tuple[int, int], int] = {}  # each is asked for once
    for key, count in after.items():
        old = before.get(key, _NONE)
        if old.accesses == count.accesses:  # most registers, in most intervals
            continue
        new = _since(old, count)
        thread = key.pid, key.tid
        vcpu = vcpus[thread] if thread in vcpus else vcpus.setdefault(thread, vms.vcpu(*thread))
        place = (vms.vm(key.pid), vcpu, key.space, key.address, key.size, key.is_write, key.answer)
        known = found.get(place)
        found[place] = new if known is None else _sum(known, new)
    return found


def _since(before: AccessCount, after: AccessCount) -> AccessCount:
    if after.accesses < before.accesses:  # the table was emptied meanwhile
        return after
    timed, time_ns = after.timed - before.timed, after.time_ns - before.time_ns
    return AccessCount(after.accesses - before.accesses, max(timed, 0), max(time_ns, 0))


def _sum(one: AccessCount, other: AccessCount) -> AccessCount:
    return AccessCount(
        one.accesses + other.accesses, one.timed + other.timed, one.time_ns + other.time_ns
    )


def _rows(counted: Mapping[_Place, AccessCount], seconds: float, vms: Vms) -> tuple[Row, ...]:
    total = sum(count.accesses for count in counted.values())
    rows = [
        _row(place, count, vms.name(*_register(place)), (seconds, total))
        for place, count in counted.items()
    ]
    return tuple(sorted(rows, key=_order))


def _register(place: _Place) -> tuple[Vm, Space, int, bool]:
    vm, _, space, address, _, is_write, _ = place
    return vm, space, address, is_write


def _row(place: _Place, count: AccessCount, name: RegisterName, of: tuple[float, int]) -> Row:
    """`of` is the interval's seconds, and all its accesses."""
    vm, vcpu, space, address, size, is_write, answer = place
    seconds, total = of
    return Row(
        vm=vm,
        vcpu=vcpu,
        name=name,
        space=space,
        address=address,
        size=size,
        is_write=is_write,
        answer=answer,
        accesses=count.accesses,
        per_second=count.accesses / seconds if seconds else 0.0,
        ns_each=count.time_ns / count.timed if count.timed else None,
        share=count.accesses / total,
    )


def _order(row: Row) -> tuple[int, int, int, int, int, bool, str, int]:
    place = (row.vm.pid, row.vcpu, row.space, row.address, row.is_write, row.answer, row.size)
    return -row.accesses, *place


def _lines(
    before: Mapping[LineKey, LineCount], after: Mapping[LineKey, LineCount]
) -> dict[LineKey, LineCount]:
    found = {}
    for key, count in after.items():
        old = before.get(key, _NO_LINE)
        old = old if old.changes <= count.changes else _NO_LINE
        changes = count.changes - old.changes
        if changes:
            # A look may come between the two counts of one change.
            found[key] = LineCount(changes, min(max(count.masked - old.masked, 0), changes))
    return found


def _apic(before: Mapping[ApicKey, int], after: Mapping[ApicKey, int]) -> dict[ApicKey, int]:
    changes = {key: _grown(before.get(key, 0), count) for key, count in after.items()}
    return {key: change for key, change in changes.items() if change}


def _grown(before: int, after: int) -> int:
    return after - before if after >= before else after
