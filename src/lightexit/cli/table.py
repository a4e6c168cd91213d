# SPDX-License-Identifier: Apache-2.0
"""The tables of a run as a terminal shows them; the figures of two runs stand side by side."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from lightexit.cli.tally import Side, TallyRow, Unclaimed

if TYPE_CHECKING:
    from rich.table import Table

#: Registers beyond these are summed up in one line, and so are places where no device is.
SHOWN, SHOWN_UNCLAIMED = 20, 5
_WIDTH = 120
_ONE_RUN = ("accesses", "us", "ns each")
_TWO_RUNS = (
    "accesses\nwithout",
    "accesses\nwith",
    "of them by\nbytecode",
    "us\nwithout",
    "us\nwith",
    "ns each\nmodel",
    "ns each\nbytecode",
)


def print_table(rows: Sequence[TallyRow], *, compares: bool, is_offloaded: bool) -> None:
    """Print the busiest registers, and the others together; `compares` says of two runs.

    With `is_offloaded`, the second run's figures are of what the kernel did not answer.
    """
    names: tuple[str, ...] = _TWO_RUNS if compares else _ONE_RUN
    if is_offloaded:
        names = tuple(re.sub(r"with$", "past kernel", name) for name in names)
    table = _table("register", "address", *names)
    for row in rows[:SHOWN]:
        direction = "write" if row.is_write else "read"
        table.add_row(f"{row.name} {direction}", f"{row.address:#x}", *_cells(row))
    others = rows[SHOWN:]
    if others:
        table.add_row(f"{len(others)} others", "", *_cells(_sum(others)))
    _print(table)


def print_runs(rows: Iterable[tuple[str, str, str]]) -> None:
    """Print what both runs came to: each a name, without filters, with filters."""
    table = _table("", "without filters", "with filters")
    for row in rows:
        table.add_row(*row)
    _print(table)


def print_unclaimed(places: Sequence[Unclaimed], *, compares: bool) -> None:
    """Print where no device is and the guest looked most; nothing where it never did."""
    if not places:
        return
    columns = ("accesses\nwithout", "accesses\nwith") if compares else ("accesses",)
    table = _table("answered by no device", *columns)
    for place in places[:SHOWN_UNCLAIMED]:
        table.add_row(_where(place), *_counts([place], compares))
    others = places[SHOWN_UNCLAIMED:]
    if others:
        table.add_row(f"{len(others)} other places", *_counts(others, compares))
    _print(table)


def _table(first: str, *others: str) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(first, no_wrap=True)
    for name in others:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _print(table: Table) -> None:
    from rich.console import Console

    width = max(Console().width, _WIDTH)
    Console(width=width, highlight=False, force_terminal=False, color_system=None).print(table)


def _cells(row: TallyRow) -> list[str]:
    shown, plain = row.shown, row.plain
    if plain is None:
        return [f"{shown.accesses:,}", _us(shown.ns), _ns(shown.per_passed)]
    return [
        f"{plain.accesses:,}",
        f"{shown.accesses:,}",
        f"{shown.handled:,}",
        _us(plain.ns),
        _us(shown.ns),
        _ns(plain.per_passed),
        _ns(shown.per_handled),
    ]


def _us(ns: float) -> str:
    return f"{ns / 1e3:,.0f}"


def _ns(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}"


def _sum(rows: Sequence[TallyRow]) -> TallyRow:
    """All of them as one, whose name and address mean nothing."""
    shown = _add(row.shown for row in rows)
    plain = [row.plain for row in rows if row.plain is not None]
    return TallyRow("", "", 0, False, shown, _add(plain) if plain else None)


def _add(sides: Iterable[Side]) -> Side:
    every = list(sides)
    return Side(
        sum(side.handled for side in every),
        sum(side.passed for side in every),
        sum(side.handled_ns for side in every),
        sum(side.passed_ns for side in every),
    )


_SPACES = {"PIO": "port", "MMIO": "memory", "MSR": "MSR"}


def _where(place: Unclaimed) -> str:
    direction = "write" if place.is_write else "read"
    if place.address is None:
        return f"{_SPACES[place.space]} elsewhere, {direction}"
    return f"{_SPACES[place.space]} {place.address:#x} {direction}"


def _counts(places: Iterable[Unclaimed], compares: bool) -> list[str]:
    every = list(places)
    shown = f"{sum(place.accesses for place in every):,}"
    plain = f"{sum(place.plain_accesses or 0 for place in every):,}"
    return [plain, shown] if compares else [shown]
