# SPDX-License-Identifier: Apache-2.0
"""The tables of names: text files of this package, one a source.

Words are separated by spaces, "#" begins a comment. A map of addresses has `include TABLE`, then
sections `pio`, `mmio` and `msr` of windows, `FIRST[-LAST] DEVICE [REGISTER]`; lines that begin with
a space give registers of the window above, `OFFSET REGISTER`. `FIRST DEVICE @KIND[/WINDOW]` has all
registers of our device KIND, and `FIRST[-LAST] DEVICE REGISTER @KIND` one of them.
"""

from __future__ import annotations

from collections.abc import Iterator


def lines_of(table: str) -> Iterator[tuple[bool, list[str]]]:
    """The words of each line of a table, and whether the line is indented."""
    from importlib import resources

    text = resources.files(__package__).joinpath("tables", f"{table}.txt").read_text("utf-8")
    return lines(text)


def lines(text: str) -> Iterator[tuple[bool, list[str]]]:
    """The same, of a table's text."""
    for line in text.splitlines():
        words = line.partition("#")[0].split()
        if words:
            yield line[0].isspace(), words
