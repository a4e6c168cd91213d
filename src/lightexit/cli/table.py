# SPDX-License-Identifier: Apache-2.0
"""The tables of a run as a terminal shows them; the figures of two runs stand side by side."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from lightexit.cli.tally import Side, TallyRow, Unclaimed

if TYPE_CHECKING:
    from rich.table import Table

#: Registers beyond these are summed up in one line, and so are places where no device is.
SHOWN, SHOWN_UNCLAIMED = 20, 5
#: Columns of a table at most, whatever it is printed to.
_WIDEST = 200
_ONE_RUN = ("accesses", "of them by\nbytecode", "us", "ns each\nmodel", "ns each\nbytecode")
#: Columns that are left out in a narrow terminal, from the first on, by the first line of each.
_LEAST = ("us", "address", "ns each")
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
    print(table_text(rows, compares=compares, is_offloaded=is_offloaded))


def table_text(rows: Sequence[TallyRow], *, compares: bool, is_offloaded: bool) -> str:
    """What `print_table` prints."""
    names: tuple[str, ...] = _TWO_RUNS if compares else _ONE_RUN
    if is_offloaded:
        names = tuple(re.sub(r"(\nwith|(?<=^accesses))$", "\npast kernel", name) for name in names)
    cells = [
        [f"{row.name} {'write' if row.is_write else 'read'}", f"{row.address:#x}", *_cells(row)]
        for row in rows[:SHOWN]
    ]
    others = rows[SHOWN:]
    if others:
        cells.append([f"{len(others)} others", "", *_cells(_sum(others))])
    return columns_text(("register", "address", *names), cells)


def print_runs(rows: Iterable[tuple[str, str, str]]) -> None:
    """Print what both runs came to: each a name, without filters, with filters."""
    print_columns(("", "without filters", "with filters"), rows)


def print_unclaimed(places: Sequence[Unclaimed], *, compares: bool) -> None:
    """Print where no device is and the guest looked most; nothing where it never did."""
    if not places:
        return
    columns = ("accesses\nwithout", "accesses\nwith") if compares else ("accesses",)
    cells = [[_where(place), *_counts([place], compares)] for place in places[:SHOWN_UNCLAIMED]]
    others = places[SHOWN_UNCLAIMED:]
    if others:
        cells.append([f"{len(others)} other places", *_counts(others, compares)])
    print_columns(("answered by no device", *columns), cells)


def print_columns(
    names: Sequence[str], rows: Iterable[Sequence[str]], least: Sequence[str] = _LEAST
) -> None:
    """Print what `columns_text` makes."""
    print(columns_text(names, rows, least))


def columns_text(
    names: Sequence[str], rows: Iterable[Sequence[str]], least: Sequence[str] = _LEAST
) -> str:
    """A table; in a narrow terminal without some columns, and then it says which: those of
    `least`, by their first lines."""
    from rich.console import Console

    columns = list(zip(names, *rows, strict=True))
    console = Console(width=_WIDEST, highlight=False, force_terminal=False, color_system=None)
    width, left_out = terminal_width() or _WIDEST, []
    for name in least:
        if console.measure(_table(columns)).maximum <= width:
            break
        kept = [column for column in columns if column[0].split("\n")[0] != name]
        left_out += [name] * (len(kept) < len(columns))
        columns = kept
    with console.capture() as captured:
        console.print(_table(columns))
    if left_out:
        told = f"    ({width} columns are too few for: {', '.join(left_out)})"
        return captured.get() + told
    return captured.get().removesuffix("\n")


def _table(columns: Sequence[Sequence[str]]) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name, *_ in columns:
        table.add_column(name, justify="right" if table.columns else "left", no_wrap=True)
    for row in zip(*(cells for _, *cells in columns), strict=True):
        table.add_row(*row)
    return table


def terminal_width() -> int | None:
    """Columns of the terminal that standard output is; None where it is none."""
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or None
    except (OSError, ValueError):
        return None


def _cells(row: TallyRow) -> list[str]:
    shown, plain = row.shown, row.plain
    if plain is None:
        return [
            f"{shown.accesses:,}",
            f"{shown.handled:,}",
            _us(shown.ns),
            _ns(shown.per_passed),
            _ns(shown.per_handled),
        ]
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
