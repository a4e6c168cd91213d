# SPDX-License-Identifier: Apache-2.0
"""The register map as a picture: a row for each register, a column for each kind of access.

Offsets that are treated alike by all accesses, and those that are all passed, share a row. The
picture is narrow, so that its text can be read on a phone; its colours are the page's.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from lightexit.explain import phrases
from lightexit.explain.values import Handling, RegisterAnswer, RegisterMap, RegisterWindow

_LABELS, _CELL, _ROW, _HEAD = 196, 26, 22, 34
#: Between reads and writes.
_GAP = 12
#: Rows of a window at most; what is left out is said.
MOST_ROWS = 64
_LONGEST_NAME = 20
_CLASSES = {Handling.HANDLED: "handled", Handling.DEPENDS: "depends", Handling.PASSED: "passed"}

#: Direction and size, in the order of the columns.
_Column = tuple[bool, int]


class MapRow(NamedTuple):
    """Offsets that are treated alike, with the answer of each column: None for no such access."""

    first: int
    last: int
    cells: tuple[RegisterAnswer | None, ...]

    @property
    def is_passed(self) -> bool:
        """Whether the filter answers none of it."""
        return all(each is None or each.handling is Handling.PASSED for each in self.cells)


def pictures(registers: RegisterMap) -> list[str]:
    """SVG, one for each window."""
    return [_picture(registers, number) for number in range(len(registers.windows))]


def rows(registers: RegisterMap, number: int) -> tuple[list[_Column], list[MapRow]]:
    """The columns and rows of a window."""
    answers = [each for each in registers.answers if each.window == number]
    columns = sorted({(each.is_write, each.size) for each in answers})
    window = registers.windows[number]
    ends = {each.last + each.step for each in answers if each.handling is not Handling.PASSED}
    cuts = sorted({each.first for each in answers} | {end for end in ends if end < window.end})
    made: list[MapRow] = []
    for first, following in zip(cuts, [*cuts[1:], window.end], strict=True):
        cells = tuple(_answer(answers, column, first) for column in columns)
        row = MapRow(first, following - 1, cells)
        if made and made[-1].is_passed and row.is_passed:
            made[-1] = made[-1]._replace(last=row.last)
        else:
            made.append(row)
    return columns, made


def _answer(
    answers: Sequence[RegisterAnswer], column: _Column, offset: int
) -> RegisterAnswer | None:
    for each in answers:
        if (each.is_write, each.size) == column and each.first <= offset < each.last + each.step:
            return each
    return None


def _picture(registers: RegisterMap, number: int) -> str:
    columns, every = rows(registers, number)
    shown = every[:MOST_ROWS]
    width = _left(columns, len(columns) - 1) + _CELL + 4
    height = _HEAD + _ROW * (len(shown) + (len(every) > len(shown)))
    parts = [*_heads(columns)]
    for at, row in enumerate(shown):
        parts += _row(registers, row, columns, _HEAD + _ROW * at)
    if len(every) > len(shown):
        left = f"and {len(every) - len(shown)} more rows"
        parts.append(_text(0, height - 7, left, "start", "quiet"))
    title = escape(_title(registers.windows[number]))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'style="max-width: {width * 1.4:.0f}px" role="img"><title>{title}</title>'
        f"{''.join(parts)}</svg>"
    )


def _title(window: RegisterWindow) -> str:
    space = phrases.space(window.space)
    return f"{space} registers" if space else "registers"


def _heads(columns: Sequence[_Column]) -> list[str]:
    parts = []
    for is_write in (False, True):
        own = [at for at, column in enumerate(columns) if column[0] == is_write]
        if own:
            middle = (_left(columns, own[0]) + _left(columns, own[-1]) + _CELL) / 2
            word = "write" if is_write else "read"
            parts.append(_text(middle, 12, word, "middle", ""))
    for at, (_, size) in enumerate(columns):
        middle = _left(columns, at) + _CELL / 2
        parts.append(_text(middle, 27, str(size), "middle", "quiet"))
    parts.append(_text(_LABELS - 8, 27, "bytes", "end", "quiet"))
    return parts


def _left(columns: Sequence[_Column], at: int) -> int:
    """Where a column begins."""
    is_first = columns[0][0] == columns[at][0]
    return _LABELS + _CELL * at + (0 if is_first else _GAP)


def _row(registers: RegisterMap, row: MapRow, columns: Sequence[_Column], top: int) -> list[str]:
    name = "" if row.is_passed else phrases.named(registers, row.first, row.last)
    if len(name) > _LONGEST_NAME:
        name = f"{name[: _LONGEST_NAME - 1]}…"
    place = phrases.offsets(row.first, row.last)
    parts = [_text(0, top + 15, place, "start", "quiet" if row.is_passed else "")]
    if name and not name.startswith("+"):
        parts.append(_text(_LABELS - 8, top + 15, name, "end", ""))
    for at, each in enumerate(row.cells):
        if each is not None:
            parts += _cell(each, _left(columns, at), top)
    return parts


def _cell(each: RegisterAnswer, left: int, top: int) -> list[str]:
    kind = _CLASSES[each.handling]
    word = phrases.ANSWERS[each.handling]
    cost = f", at most {each.cost} instructions"
    said = escape(f"{'write' if each.is_write else 'read'} of {each.size}: {word}{cost}")
    box = (
        f'<rect x="{left + 1}" y="{top + 1}" width="{_CELL - 2}" height="{_ROW - 2}" rx="3" '
        f'class="{kind}"><title>{said}</title></rect>'
    )
    if each.handling is Handling.PASSED:
        return [box]
    return [box, _text(left + _CELL / 2, top + 15, str(each.cost), "middle", "cost")]


def _text(x: float, y: float, text: str, anchor: str, kind: str) -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}"{named}>{escape(text)}</text>'
