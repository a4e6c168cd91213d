# SPDX-License-Identifier: Apache-2.0
"""What rules look at: one VM's part of an interval, and sums over its registers."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from lightexit.abi import Space
from lightexit.trace.access import Answer, LineCount
from lightexit.trace.rates import Rates, Row
from lightexit.trace.vms import Vm, Vms

#: Registers that evidence names one by one; the others are in its total.
_NAMED = 3
#: Rows of a VM that are looked at, the busiest: a guest that probes all ports has many thousands.
_LOOKED_AT = 1000


@dataclass(frozen=True, slots=True)
class Seen:
    """What one VM did in `seconds`: its rows, its interrupt lines by GSI, and accesses to its local
    APICs by offset in the xAPIC page and whether they were writes."""

    vm: Vm
    seconds: float
    rows: tuple[Row, ...]
    lines: Mapping[int, LineCount]
    apic: Mapping[tuple[int, bool], int]


def by_vm(rates: Rates, vms: Vms) -> list[Seen]:
    """The interval, one VM after the other; those that access nothing are asked for in `vms`."""
    rows: dict[Vm, list[Row]] = {}
    for row in rates.rows:
        if row.answer is not Answer.FILTER:  # what costs little already needs no advice
            rows.setdefault(row.vm, []).append(row)
    by_pid = {vm.pid: vm for vm in rows}
    pids = {key.pid for key in rates.lines} | {key.pid for key in rates.apic}
    others = [vms.vm(pid) for pid in sorted(pids - by_pid.keys())]
    return [_part(rates, vm, rows.get(vm, [])) for vm in (*rows, *others)]


def _part(rates: Rates, vm: Vm, rows: list[Row]) -> Seen:
    busiest = heapq.nlargest(_LOOKED_AT, rows, key=lambda row: row.per_second)
    lines = {key.gsi: count for key, count in rates.lines.items() if key.pid == vm.pid}
    apic: dict[tuple[int, bool], int] = {}
    for key, accesses in rates.apic.items():
        if key.pid == vm.pid:
            register = key.offset, key.is_write
            apic[register] = apic.get(register, 0) + accesses
    return Seen(vm, rates.seconds, tuple(busiest), lines, apic)


@dataclass(frozen=True, slots=True)
class RegisterRate:
    """One register, read or written: accesses of all vCPUs and sizes together."""

    space: Space
    address: int
    name: str
    is_write: bool
    per_second: float
    #: How much of one core the timed ones would take if all took as long; None if none was timed.
    cores: float | None

    def __str__(self) -> str:
        where = f"MSR {self.address:#x}" if self.space is Space.MSR else f"{self.address:#x}"
        doing = "writes" if self.is_write else "reads"
        return f"{where}{self.name and f' ({self.name})'} {self.per_second:,.0f} {doing}/s"


def registers(rows: Iterable[Row]) -> list[RegisterRate]:
    """Rows, one a register and direction, the most accessed first."""
    together: dict[tuple[Space, int, bool], list[Row]] = {}
    for row in rows:
        together.setdefault((row.space, row.address, row.is_write), []).append(row)
    found = [_register(each) for each in together.values()]
    return sorted(found, key=lambda register: -register.per_second)


def _register(rows: list[Row]) -> RegisterRate:
    first = rows[0]
    name = " ".join(filter(None, (first.name.device, first.name.register)))
    timed = [row.per_second * row.ns_each / 1e9 for row in rows if row.ns_each is not None]
    return RegisterRate(
        first.space,
        first.address,
        name,
        first.is_write,
        sum(row.per_second for row in rows),
        sum(timed) if timed else None,
    )


def evidence(found: list[RegisterRate]) -> str:
    """The figures, as text: the registers by name, their accesses a second and what they took."""
    named = ", ".join(str(register) for register in found[:_NAMED])
    total = sum(register.per_second for register in found)
    if len(found) > _NAMED:
        named += f", and {len(found) - _NAMED} more; {total:,.0f} accesses/s in all"
    return named + cost(found)


def cost(found: list[RegisterRate]) -> str:
    """What the accesses took: time each and share of a core; nothing where none was timed."""
    timed = [register for register in found if register.cores is not None]
    per_second = sum(register.per_second for register in timed)
    if not per_second:
        return ""
    cores = sum(register.cores or 0.0 for register in timed)
    return f"; {cores / per_second * 1e6:,.1f} us each, {cores:.0%} of a core"


def rate(found: Iterable[RegisterRate]) -> float:
    """Accesses a second, of all together."""
    return sum(register.per_second for register in found)


def picked(seen: Seen, wanted: Callable[[Row], bool]) -> list[RegisterRate]:
    """The VM's registers that are wanted, the most accessed first."""
    return registers(row for row in seen.rows if wanted(row))
