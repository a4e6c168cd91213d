# SPDX-License-Identifier: Apache-2.0
"""A report as one page of HTML that needs nothing else: no script, no other file, no network."""

from __future__ import annotations

from collections.abc import Sequence

from lightexit import __version__
from lightexit.errors import AuthorError
from lightexit.extras import need
from lightexit.pages import drawn, render
from lightexit.trace.report import words
from lightexit.trace.report.plots import plots
from lightexit.trace.report.values import Summary, with_filter

#: Files that could not be read are told one by one up to these.
_MOST_REFUSED = 20
_WORDS = ("count", "duration", "moment", "percent", "place", "rate", "short", "title", "vm_title")


def check_page() -> None:
    """Raises HostError where jinja2 or matplotlib is missing."""
    need("a page", "jinja2", "matplotlib")


def page(summary: Summary, refused: Sequence[AuthorError] = ()) -> str:
    """The page; `refused` are files that it does not cover. All texts are escaped: files are
    anybody's. It needs what `check_page` looks for."""
    return render(
        "lightexit.trace.report",
        summary=summary,
        subject=_subject(summary),
        version=__version__,
        plots={name: drawn(svg) for name, svg in plots(summary).items()},
        refused=refused[:_MOST_REFUSED],
        not_shown=max(len(refused) - _MOST_REFUSED, 0),
        filtered=with_filter(summary),
        answer_titles=words.ANSWERS,
        **{name: getattr(words, name) for name in _WORDS},
    )


def _subject(summary: Summary) -> str:
    if summary.vm_count == 1 and summary.vms:
        return words.vm_title(summary.vms[0])
    return f"{summary.vm_count:,} VMs"
