# SPDX-License-Identifier: Apache-2.0
"""`lightexit devices`: the devices there are, and what there is to know of one."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from lightexit import plugins
from lightexit.cli.completing import names_of
from lightexit.cli.schemas import DEVICES

if TYPE_CHECKING:
    from lightexit.cli.sheets import DeviceSheet, FilterRow


def devices(
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="[TARGET]",
            help="One device only: its name, FILE.py:CLASS or PACKAGE.MODULE:CLASS, and values as "
            "`run --device` takes them.",
            autocompletion=names_of(plugins.DEVICES),
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print all of it as one JSON document.")
    ] = False,
) -> None:
    """List devices, or show the windows, registers and filters of one.

    Addresses of lightexit's own are those of the PC. A filter's cost is the most instructions that
    one run of it can take, as the verifier has proved.
    """
    from lightexit.cli.sheets import listed, sheet

    if target is None:
        sheets = [listed(name) for name in plugins.names(plugins.DEVICES)]
    else:
        sheets = [sheet(target)]
    if as_json:
        document = {"schema": DEVICES, "devices": [each.to_json() for each in sheets]}
        print(json.dumps(document, indent=2))
    elif target is None:
        _print_list(sheets)
    else:
        print("\n".join(_page(sheets[0])))


def _print_list(sheets: Sequence[DeviceSheet]) -> None:
    """Broken ones are told on standard error; they keep no other from being listed."""
    rows = [("device", "from", "state", "filters (cost)", "windows")]
    for each in sheets:
        if each.error is not None:
            print(f"lightexit: {each.error}", file=sys.stderr)
            continue
        filters = ", ".join(f"{row.name} ({_cost(row)})" for row in each.filters)
        windows = ", ".join(row.where for row in each.windows)
        rows.append((each.name, each.origin, f"{each.state_bytes:,} B", filters or "none", windows))
    print("\n".join(_aligned(rows)))


def _cost(row: FilterRow) -> str:
    return "no proof" if row.cost is None else str(row.cost)


def _aligned(rows: Sequence[Sequence[str]], indent: str = "") -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield (indent + "  ".join(cells)).rstrip()


def _page(sheet: DeviceSheet) -> Iterator[str]:
    yield f"{sheet.name}, of {sheet.origin}: {sheet.title}".rstrip(": ")
    yield f"  state: {sheet.state}, {_bytes(sheet.state_bytes)}"
    if sheet.lines:
        yield f"  lines that it drives: {sheet.lines}"
    for window in sheet.windows:
        width = window.register_width
        told = f", registers of {_bytes(width)}" if width else ""
        yield f"  window: {window.where}{told}; filter: {window.filter or 'none'}"
    for parameter in sheet.parameters:
        needed = "" if parameter.is_required else ", may be left out"
        yield f"  parameter: {parameter.name}: {parameter.type}{needed}"
    for row in sheet.filters:
        yield from _filter(row)
    if sheet.registers:
        yield ""
        names = ("register", "offset", "reads by", "writes by")
        rows = [
            (each.name, f"{each.offset:#x}", each.reads or "model", each.writes or "model")
            for each in sheet.registers
        ]
        yield from _aligned([names, *rows], "  ")


def _filter(row: FilterRow) -> Iterator[str]:
    if row.error is not None:
        yield f"  filter {row.name}: no proof"
        yield from (f"    {line}" for line in row.error.split("\n"))
        return
    uses = [
        text
        for text, is_so in (
            ("reads the clock", row.reads_clock),
            ("writes state", row.writes_state),
        )
        if is_so
    ]
    size = [] if row.lines is None else [f"{row.lines} lines"]
    cost = f"at most {row.cost} instructions"
    yield f"  filter {row.name}: " + ", ".join([*size, cost, *uses])
    for what, ranges in (("reads", row.handled_reads), ("writes", row.handled_writes)):
        told = ", ".join(_offsets(*each) for each in ranges) or "none"
        yield f"    {what} that it may answer: {told}"


def _offsets(first: int, last: int) -> str:
    if (first, last) == (0, (1 << 64) - 1):
        return "all"
    return f"{first:#x}" if first == last else f"{first:#x}..{last:#x}"


def _bytes(count: int) -> str:
    return "1 byte" if count == 1 else f"{count:,} bytes"
