# SPDX-License-Identifier: Apache-2.0
"""The size of every device's fast path: lines of source, slots of bytecode, worst case proved.

Lines are what `lightexit.explain.size` says. A function that several filters share counts for each
of them, and once in the sum.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from lightexit import devices
from lightexit.explain.size import source_lines
from lightexit.filter import Filter

#: Modules of devices that stand for no chip: what test suites talk to.
NO_CHIP = {"testdev"}


@dataclass(frozen=True)
class Row:
    """One filter: the lines that it is made of as (file, number), and what came of them."""

    device: str
    name: str
    lines: frozenset[tuple[str, int]]
    slots: int
    cost: int


def main() -> None:
    """Print the table."""
    rows = [row_of(filter) for filter in filters()]
    print("  device         filter           lines  slots  worst case")
    for row in rows:
        sizes = f"{len(row.lines):5}  {row.slots:5}  {row.cost:10}"
        print(f"  {row.device:14} {row.name:15}  {sizes}")
    lines = frozenset[tuple[str, int]]().union(*(row.lines for row in rows))
    print(f"  {'all':14} {len(rows):<15}  {len(lines):5}  {sum(row.slots for row in rows):5}")


def modules() -> Iterator[ModuleType]:
    """Every file of the devices' folder, chip by chip."""
    for entry in pkgutil.iter_modules(devices.__path__):
        if entry.name not in NO_CHIP:
            yield importlib.import_module(f"{devices.__name__}.{entry.name}")


def filters() -> Iterator[Filter[Any]]:
    """Every filter, in the file that it is written in."""
    for module in modules():
        for value in vars(module).values():
            if isinstance(value, Filter) and value.function.__module__ == module.__name__:
                yield value


def row_of(filter: Filter[Any]) -> Row:
    """Measure one filter."""
    lines = source_lines(filter.function)
    device = filter.function.__module__.rpartition(".")[2]
    program = filter.program
    return Row(device, filter.name, lines, len(program.code) // 8, filter.report.cost)
