# SPDX-License-Identifier: Apache-2.0
"""Explanations as one page of HTML that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from lightexit import __version__
from lightexit.errors import AuthorError
from lightexit.explain import phrases
from lightexit.explain.picture import pictures
from lightexit.explain.values import ExplainedLine, Explanation
from lightexit.pages import drawn, render
from lightexit.shown import visible


def page(found: Sequence[Explanation], refused: Sequence[AuthorError] = ()) -> str:
    """The page; `refused` says why others are not on it. All texts are escaped: sources and
    objects are anybody's. Raises HostError where jinja2 is missing."""
    return render(
        "lightexit.explain",
        found=found,
        refused=refused,
        subject=", ".join(each.title for each in found) or "no filter",
        version=__version__,
        answers=phrases.ANSWERS,
        pictures=lambda registers: [drawn(each) for each in pictures(registers)],
        heat=_heat,
        marked=_marked,
        short=_short,
        show=visible,
        site=phrases.site,
    )


def _heat(line: ExplainedLine, found: Explanation) -> int:
    """How much of the colour a line gets, in percent."""
    if not line.cost:
        return 0
    return 12 + 58 * line.cost // found.dearest


def _marked(line: ExplainedLine) -> list[str]:
    """What may fault there."""
    told = []
    for each in line.faults:
        text = each.where.text[each.where.column : each.where.end_column]
        told.append(f"{text}: PASS if {each.when}")
    return told


def _short(file: str) -> str:
    return "/".join(PurePath(file).parts[-2:])
