# SPDX-License-Identifier: Apache-2.0
"""The questions that a report asks a database. All but times are answered from one table of cells,
in which accesses that differ in time, value and duration only are counted together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lightexit.abi import Space
from lightexit.trace.names import RegisterName, name_of
from lightexit.trace.recording.schema import MappedDevice
from lightexit.trace.report.database import Database
from lightexit.trace.report.latencies import CLASS_SQL, Latencies
from lightexit.trace.report.values import Cost, RegisterSummary, TimeBins, VmSummary
from lightexit.trace.vms import Vm

#: What is told apart; all else is summed up. Registers have latencies up to TIMED.
REGISTERS, VMS, TIMED, BINS = 100, 100, 12, 120
NARROWEST_NS = 100_000
SPACES = {space.name.lower(): space for space in Space}
_VM = "host, vm, vmm, machine, pid"
_REGISTER = "vmm, machine, space, address, write"
_SUMS = "sum(accesses)::HUGEINT, sum(timed)::HUGEINT, sum(ns)::HUGEINT"
_CELLS = f"""
    CREATE TEMP TABLE cells AS
    SELECT {_VM}, vcpu, space, address, size, write, answer, count(*) AS accesses,
        count(duration_ns) AS timed, coalesce(sum(duration_ns), 0) AS ns,
        min(time_ns) AS first_ns, max(time_ns) AS last_ns
    FROM accesses GROUP BY ALL
"""
_Vm = tuple[str, str, str, str, int]
_Place = tuple[RegisterName, str, int, bool]


def count_cells(database: Database) -> None:
    """To be called first: it reads all files."""
    database.rows(_CELLS)


def interval(database: Database) -> tuple[int, int]:
    """Times of the first access and of the last, in ns since the epoch; zeros without any."""
    ((first, last),) = database.rows("SELECT min(first_ns), max(last_ns) FROM cells")
    return first or 0, last or 0


def answers(database: Database) -> dict[str, Cost]:
    """All accesses, by who answered."""
    found = database.rows(f"SELECT answer, {_SUMS} FROM cells GROUP BY 1 ORDER BY 2 DESC")
    return {answer: Cost(*sums) for answer, *sums in found}


def counts(database: Database) -> tuple[int, int]:
    """How many VMs there are, and how many registers, reads and writes apart."""
    ((vms, registers),) = database.rows(
        f"SELECT (SELECT count(*) FROM (SELECT DISTINCT {_VM} FROM cells)),"
        " (SELECT count(*) FROM (SELECT DISTINCT space, address, write FROM cells))"
    )
    return vms, registers


def _busiest(database: Database, columns: str, more: str, most: int) -> list[tuple[Any, ...]]:
    """Rows of `columns`, answer, sums and `more`, of those with the most accesses."""
    return database.rows(
        f"SELECT {columns}, answer, {_SUMS}{more} FROM cells"
        f" SEMI JOIN (SELECT {columns} FROM cells GROUP BY ALL"
        f" ORDER BY sum(accesses) DESC, {columns} LIMIT {most}) AS top USING ({columns})"
        f" GROUP BY {columns}, answer ORDER BY ALL"
    )


def vms(database: Database) -> list[VmSummary]:
    """The VMs with the most accesses, those first."""
    found: dict[_Vm, dict[str, Cost]] = defaultdict(dict)
    times: dict[_Vm, list[int]] = defaultdict(list)
    for host, vm, vmm, machine, pid, answer, accesses, timed, ns, first, last in _busiest(
        database, _VM, ", min(first_ns), max(last_ns)", VMS
    ):
        key = host, vm, vmm, machine, pid
        found[key][answer] = Cost(accesses, timed, ns)
        times[key] += first, last
    every = [
        VmSummary(*key, min(times[key]), max(times[key]), answered)
        for key, answered in found.items()
    ]
    return sorted(every, key=lambda vm: -vm.cost.accesses)


def registers(database: Database, devices: Iterable[MappedDevice]) -> list[RegisterSummary]:
    """The registers with the most accesses, those first; without latencies."""
    found: dict[_Place, dict[str, Cost]] = defaultdict(lambda: defaultdict(Cost))
    for row in _busiest(database, _REGISTER, "", 2 * REGISTERS):
        vmm, machine, space, address, is_write, answer, *sums = row
        name = _name(Vm(0, "", vmm, machine=machine), space, address, is_write, devices)
        found[name, space, address, is_write][answer] += Cost(*sums)
    every = [RegisterSummary(*place, dict(answered)) for place, answered in found.items()]
    return sorted(every, key=lambda register: -register.cost.accesses)[:REGISTERS]


def _name(
    vm: Vm, space: str, address: int, is_write: bool, devices: Iterable[MappedDevice]
) -> RegisterName:
    if space not in SPACES:
        return RegisterName("", "", "")
    name = name_of(vm, SPACES[space], address, is_write)
    if name.device or vm.vmm != "lightexit":
        return name
    at = (each for each in devices if each.space == space)
    within = [each.device for each in at if each.base <= address < each.base + each.size]
    return RegisterName(within[0], "", "") if len(within) == 1 else name


def bins(database: Database, first_ns: int, last_ns: int) -> TimeBins:
    """Accesses over time. It reads all files."""
    width = max(-(-(last_ns - first_ns + 1) // BINS), NARROWEST_NS)
    rows = database.rows(
        "SELECT answer, (time_ns - ?) // ? AS bin, count(*) FROM accesses GROUP BY ALL",
        first_ns,
        width,
    )
    length = (last_ns - first_ns) // width + 1
    found: dict[str, list[int]] = defaultdict(lambda: [0] * length)
    for answer, number, count in rows:
        found[answer][number] += count
    return TimeBins(first_ns, width, dict(sorted(found.items())))


_Registers = Sequence[RegisterSummary]


def latencies(
    database: Database, hot: _Registers
) -> tuple[dict[str, Latencies], dict[int, Latencies]]:
    """How long accesses took: by who answered, and those of the registers `hot`, by their place in
    it. It reads all files."""
    rows = [(i, each.space, each.address, each.is_write) for i, each in enumerate(hot)]
    columns = "number INTEGER, space VARCHAR, address UBIGINT, write BOOLEAN"
    database.table("hot", columns, rows)
    found = database.rows(
        f"SELECT number, answer, {CLASS_SQL} AS class, count(*)"
        " FROM accesses LEFT JOIN hot USING (space, address, write)"
        " WHERE duration_ns IS NOT NULL GROUP BY ALL"
    )
    by_answer: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    by_number: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for number, answer, of_class, count in found:
        by_answer[answer][of_class] += count
        if number is not None:
            by_number[number][of_class] += count
    return _latencies(by_answer), _latencies(by_number)


def _latencies(found: Mapping[Any, Mapping[int, int]]) -> dict[Any, Latencies]:
    return {key: Latencies(dict(counts)) for key, counts in found.items()}
