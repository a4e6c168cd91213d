# SPDX-License-Identifier: Apache-2.0
"""The table of registers, as a terminal shows it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lightexit.cli.tally import Row

if TYPE_CHECKING:
    from rich.table import Table

#: Registers beyond these are summed up in one line.
SHOWN = 20
_COLUMNS = ("accesses", "by bytecode", "by model", "ns bytecode", "ns model", "saved us")


def print_table(rows: Iterable[Row]) -> None:
    """Print the busiest registers, and the others together."""
    from rich.console import Console
    from rich.table import Table

    every = list(rows)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("register", no_wrap=True)
    table.add_column("address", justify="right")
    for name in _COLUMNS:
        table.add_column(name, justify="right")
    for row in every[:SHOWN]:
        table.add_row(*_cells(row))
    _add_others(table, every[SHOWN:])
    width = max(Console().width, 110)
    Console(width=width, highlight=False, force_terminal=False, color_system=None).print(table)


def _cells(row: Row) -> list[str]:
    direction = "write" if row.is_write else "read"
    figures = (row.accesses, row.handled, row.passed)
    return [
        f"{row.name} {direction}",
        f"{row.address:#x}",
        *(f"{figure:,}" for figure in figures),
        _ns(row.per_handled),
        _ns(row.per_model),
        f"{row.saved_ns / 1e3:,.1f}" if row.handled else "",
    ]


def _ns(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}"


def _add_others(table: Table, others: list[Row]) -> None:
    if not others:
        return
    sums = [sum(row.accesses for row in others), sum(row.handled for row in others)]
    saved = sum(row.saved_ns for row in others)
    table.add_row(
        f"{len(others)} others",
        "",
        *(f"{figure:,}" for figure in (*sums, sums[0] - sums[1])),
        "",
        "",
        f"{saved / 1e3:,.1f}",
    )
