# SPDX-License-Identifier: Apache-2.0
"""What `lightexit top` shows of an interval, as lines of plain text: which rows, in which order, in
which columns.

Names of VMs come from their owners: what leaves here is printable, and one line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from lightexit.abi import Space
from lightexit.cli.topsavings import Savings
from lightexit.shown import one_line
from lightexit.trace.access import Answer
from lightexit.trace.names import apic_name
from lightexit.trace.rates import Rates, Row
from lightexit.trace.watching import ListedVm

_SPACES = {Space.PIO: "port", Space.MMIO: "memory", Space.MSR: "MSR"}
_ANSWERS = {Answer.KVM: "KVM", Answer.USER: "user"}
#: Characters of a VM's name, the least of a register's, and those from which a table has more.
_VM, _REGISTER, WIDE = 10, 12, 112


class SortKey(StrEnum):
    """What rows are sorted by."""

    PER_SECOND = "accesses a second"
    TIME = "time"
    NAME = "register"
    ADDRESS = "address"
    VM = "VM"


@dataclass(frozen=True, slots=True)
class View:
    """What is to be seen. `vm` is the process of the only VM shown, None for all; `words` are what
    a row has to have, and `merged` shows all vCPUs of a VM together."""

    sort: SortKey = SortKey.PER_SECOND
    reverse: bool = False
    words: str = ""
    vm: int | None = None
    merged: bool = False


def shown_rows(rows: Sequence[Row], view: View) -> list[Row]:
    """Those that the view has, in its order."""
    kept = [row for row in rows if view.vm is None or row.vm.pid == view.vm]
    if view.merged:
        kept = _merged(kept)
    words = view.words.lower().split()
    if words:
        kept = [row for row in kept if all(word in _text(row) for word in words)]
    return sorted(kept, key=_ORDERS[view.sort], reverse=view.reverse)


def _text(row: Row) -> str:
    """What is searched for the words of a filter."""
    answer = "KVM" if row.answer is Answer.KVM else "user space"
    way = "write" if row.is_write else "read"
    parts = (row.vm.name, str(row.name), _SPACES[row.space], f"{row.address:#x}", answer, way)
    return " ".join((*parts, row.name.filter)).lower()


def _merged(rows: Sequence[Row]) -> list[Row]:
    """The rows of all vCPUs together, the vCPU -1 where there were several."""
    found: dict[tuple[object, ...], Row] = {}
    for row in rows:
        key = (row.vm.pid, row.space, row.address, row.size, row.is_write, row.answer)
        known = found.get(key)
        found[key] = row if known is None else _both(known, row)
    return list(found.values())


def _both(one: Row, other: Row) -> Row:
    times = [(each.ns_each, each.accesses) for each in (one, other) if each.ns_each is not None]
    timed = sum(accesses for _, accesses in times)
    return replace(
        one,
        vcpu=-1,
        accesses=one.accesses + other.accesses,
        per_second=one.per_second + other.per_second,
        share=one.share + other.share,
        ns_each=sum(ns * accesses for ns, accesses in times) / timed if timed else None,
    )


_Order = Callable[[Row], tuple[float | str, ...]]
_ORDERS: dict[SortKey, _Order] = {
    SortKey.PER_SECOND: lambda row: (-row.accesses, *_place(row)),
    SortKey.TIME: lambda row: (-row.accesses * (row.ns_each or 0), -row.accesses, *_place(row)),
    SortKey.NAME: lambda row: (str(row.name) or "~", *_place(row)),
    SortKey.ADDRESS: lambda row: (row.space, row.address, *_place(row)),
    SortKey.VM: lambda row: (row.vm.name, -row.accesses, *_place(row)),
}


def _place(row: Row) -> tuple[float | str, ...]:
    return (row.vm.pid, row.vcpu, row.space, row.address, row.is_write, row.size, row.answer.value)


# Columns


@dataclass(frozen=True, slots=True)
class Column:
    """`least` to `most` characters; the column `is_elastic` gives way, and gets what is left."""

    title: str
    cell: Callable[[Row], str]
    least: int
    most: int
    is_left: bool = False
    is_elastic: bool = False


def _register(row: Row) -> str:
    name = str(row.name) if row.name.device != "msr" else row.name.register
    return one_line(name or f"({_SPACES[row.space]})", 60)


def number(value: float | None, none: str = "-", millions: int = 10**7) -> str:
    """At most 9 characters: what is small with a fraction, from `millions` on in millions."""
    if value is None:
        return none
    if value >= millions - 0.5:
        return f"{value / 1e6:,.1f}M"
    return f"{value:,.0f}" if value >= 9.95 or not value else f"{value:.1f}"


def columns(view: View, savings: Savings | None, is_wide: bool) -> list[Column]:
    """The columns of a table: in a narrow one, whether there is a filter is a mark."""
    found = [
        Column("VM", lambda row: one_line(row.vm.name, _VM), 4, _VM, is_left=True),
        Column("vCPU", lambda row: "" if row.vcpu < 0 else str(row.vcpu), 4, 4),
        Column("register", _register, _REGISTER, 60, is_left=True, is_elastic=True),
        Column("address", lambda row: f"{row.address:#x}", 10, 18),
        Column("rw", lambda row: f"{'w' if row.is_write else 'r'}{row.size}", 2, 4, is_left=True),
        Column("per s", lambda row: number(row.per_second), 9, 9),
        Column("in", lambda row: _ANSWERS.get(row.answer, row.answer.value), 4, 6, is_left=True),
        Column("ns each", lambda row: number(row.ns_each, millions=10**6), 7, 7),
        Column("%", lambda row: f"{100 * row.share:.1f}", 5, 5),
    ]
    if is_wide:
        found.insert(-1, Column("ms/s", lambda row: number(_ms_per_second(row)), 6, 9))
        found.append(Column("filter", lambda row: row.name.filter, 20, 30, is_left=True))
    elif savings is None:
        found.append(Column("F", lambda row: "F" if row.name.filter else "", 1, 1))
    if savings is not None:
        found.append(Column("~saves", lambda row: number(savings.ms_per_second(row), ""), 6, 9))
    left_out = {"VM"} if view.vm is not None else set()
    return [each for each in found if each.title not in left_out]


def _ms_per_second(row: Row) -> float | None:
    """The time that these accesses take: of a second of one CPU."""
    return None if row.ns_each is None else row.per_second * row.ns_each / 1e6


def table_lines(
    rows: Sequence[Row],
    view: View,
    width: int,
    savings: Savings | None = None,
    *,
    fills: bool = False,
) -> list[str]:
    """A title and a line a row, of `width` characters at most; with `fills`, of as many, so that
    columns stay where they are whatever the rows."""
    chosen = columns(view, savings, is_wide=width >= WIDE)
    cells = [
        [each.title for each in chosen],
        *([each.cell(row) for each in chosen] for row in rows),
    ]
    widths = _widths(chosen, cells, width, fills)
    return [_line(chosen, line, widths)[:width] for line in cells]


def _widths(chosen: list[Column], cells: list[list[str]], width: int, fills: bool) -> list[int]:
    found = [
        min(max(each.least * fills, *(len(line[place]) for line in cells)), each.most)
        for place, each in enumerate(chosen)
    ]
    elastic = next(place for place, each in enumerate(chosen) if each.is_elastic)
    left = width - sum(found) - (len(chosen) - 1)
    if left < 0 or fills:
        found[elastic] = max(found[elastic] + left, chosen[elastic].least)
    return found


def _line(chosen: list[Column], cells: list[str], widths: list[int]) -> str:
    parts = []
    for column, cell, width in zip(chosen, cells, widths, strict=True):
        text = cell if len(cell) <= width else one_line(cell, max(width, 3))
        parts.append(text.ljust(width) if column.is_left else text.rjust(width))
    return " ".join(parts).rstrip()


# What stands above the table


def header_lines(
    found: Rates, vms: Sequence[ListedVm], width: int, missing: Sequence[str] = ()
) -> list[str]:
    """How many accesses there are, where they are answered, and what is missing in the counts, as
    what the tracepoints `missing` would tell."""
    per_second = sum(row.per_second for row in found.rows)
    by_kvm = sum(row.per_second for row in found.rows if row.answer is Answer.KVM)
    running = sum(not each.has_ended for each in vms)
    sums = f"{number(per_second)} accesses/s: {number(by_kvm)} in KVM"
    others = f"{number(per_second - by_kvm)} in user space"
    lines = [f"{running} VM{'s' * (running != 1)}  {sums}, {others}", counted(found)]
    if missing:
        lines.append(f"not counted, as this kernel lacks the tracepoint: {', '.join(missing)}")
    ended = [one_line(each.vm.name, 40) for each in vms if each.has_ended]
    if ended:
        lines.append(f"ended while watched: {', '.join(ended)}")
    return [one_line(line, width) for line in lines]


def counted(found: Rates) -> str:
    """Whether all accesses were looked at, and what was lost."""
    looked = "each access counted" if found.sampled <= 1 else f"1 in {found.sampled} looked at"
    lost = found.lost
    if not (lost.recursive or lost.no_room):
        return f"{looked}, none lost"
    return f"{looked}, lost: {lost.recursive:,} recursive, {lost.no_room:,} without room"


def interrupt_lines(found: Rates, vms: Sequence[ListedVm], view: View, width: int) -> list[str]:
    """What no row tells: inputs of interrupt controllers that were set, and registers of local
    APICs, where KVM tells them; the busiest of each."""
    names = {each.vm.pid: each.vm.name for each in vms}
    seconds = found.seconds or 1.0
    inputs: dict[str, tuple[float, str]] = {}
    for line, count in found.lines.items():
        if view.vm in (None, line.pid):
            masked = f" ({100 * count.masked // count.changes}% masked)" if count.changes else ""
            what = f"{_owner(names, line.pid, view)}GSI {line.gsi}"
            inputs[what] = count.changes / seconds, masked
    apics: dict[str, tuple[float, str]] = {}
    for key, accesses in found.apic.items():
        if view.vm in (None, key.pid):
            way = "w" if key.is_write else "r"
            register = apic_name(key.offset) or f"{key.offset:#x}"
            what = f"{_owner(names, key.pid, view)}{register} {way}"
            apics[what] = apics.get(what, (0.0, ""))[0] + accesses / seconds, ""
    lines = [_busiest("interrupt inputs/s", inputs), _busiest("APIC/s", apics)]
    return [one_line(line, width) for line in lines if line]


def _owner(names: dict[int, str], pid: int, view: View) -> str:
    return "" if view.vm is not None else f"{one_line(names.get(pid, f'pid {pid}'), _VM)} "


def _busiest(title: str, entries: dict[str, tuple[float, str]]) -> str:
    """The three most frequent, if any."""
    order = sorted(entries.items(), key=lambda each: -each[1][0])[:3]
    shown = [f"{what} {number(rate)}{more}" for what, (rate, more) in order]
    return f"{title}: {', '.join(shown)}" if shown else ""
