# SPDX-License-Identifier: Apache-2.0
"""Advice on recordings: cut into intervals, host by host, as `top` would have seen them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from lightexit.trace.access import Answer
from lightexit.trace.advice import advise_all
from lightexit.trace.names import name_of
from lightexit.trace.rates import Rates, Row
from lightexit.trace.report.database import Database
from lightexit.trace.report.queries import SPACES
from lightexit.trace.report.values import Cost, HostAdvice
from lightexit.trace.vms import Vm

#: An interval is 1 s, or more where a host would have more intervals than these.
INTERVALS = 600
#: No rule is about fewer accesses of a register in an interval.
_FEWEST = 20
_INTERVALS = f"""
    WITH hosts AS (
        SELECT host, min(first_ns) AS begun,
            greatest(1000000000, (max(last_ns) - min(first_ns)) // {INTERVALS}) AS width
        FROM cells GROUP BY host
    )
    SELECT host, (time_ns - begun) // width AS number, min(time_ns), max(time_ns),
        vm, vmm, machine, pid, vcpu, space, address, size, write, answer,
        count(*), count(duration_ns), coalesce(sum(duration_ns), 0)::HUGEINT
    FROM accesses JOIN hosts USING (host) WHERE space != 'other' AND answer != 'other'
    GROUP BY ALL HAVING count(*) >= {_FEWEST} ORDER BY host, number
"""


def advice(database: Database) -> list[HostAdvice]:
    """What the rules say of each host's VMs. It reads all files."""
    found: list[HostAdvice] = []
    for host, rows in groupby(database.stream(_INTERVALS), itemgetter(0)):
        found += (HostAdvice(host, each) for each in advise_all(_intervals(rows)))
    return found


def _intervals(rows: Iterator[Sequence[Any]]) -> Iterator[Rates]:
    for _number, cells in groupby(rows, itemgetter(1)):
        every = [*cells]
        first, last = min(cell[2] for cell in every), max(cell[3] for cell in every)
        seconds = max((last - first) / 1e9, 1.0)  # of a wide one, what was recorded of it
        total = sum(cell[14] for cell in every)
        yield Rates(seconds, tuple(_row(cell[4:], seconds, total) for cell in every))


def _row(cell: Sequence[Any], seconds: float, total: int) -> Row:
    name, vmm, machine, pid, vcpu, space, address, size, is_write, answer, *cost = cell
    vm, of = Vm(pid, name, vmm, machine=machine), Cost(*cost)
    return Row(
        vm=vm,
        vcpu=vcpu,
        name=name_of(vm, SPACES[space], address, is_write),
        space=SPACES[space],
        address=address,
        size=size,
        is_write=is_write,
        answer=Answer(answer),
        accesses=of.accesses,
        per_second=of.accesses / seconds,
        ns_each=of.ns_each,
        share=of.accesses / total,
    )
