# SPDX-License-Identifier: Apache-2.0
"""What was measured of a filter, drawn: a bar for each way, on a logarithmic scale."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from typing import Any

from lightexit import __version__
from lightexit.extras import optional
from lightexit.measure.filter_series import FilterSeries
from lightexit.measure.filters import MeasuredFilter
from lightexit.measure.ways import Way
from lightexit.pages import drawn, render

#: What matplotlib is told, and what stands for it: the page's colour, or ours where there is none.
_COLOURS = {
    "#010101": "var(--ink, #1b1f24)",
    "#020202": "var(--faint, #8a9099)",
    "#030301": "var(--filter, #2f8f5b)",
    "#030302": "var(--model, #8a5cc2)",
}
_INK, _FAINT, _FILTER, _MODEL = _COLOURS
_SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "lightexit",
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": _INK,
    "text.parse_math": False,
    "axes.edgecolor": _FAINT,
    "axes.labelcolor": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.color": _FAINT,
    "ytick.color": _FAINT,
    "xtick.labelcolor": _INK,
    "ytick.labelcolor": _INK,
    "grid.color": _FAINT,
    "grid.linewidth": 0.4,
}
#: What a way is called.
Titled = Callable[[Way], str]


def picture(subject: MeasuredFilter, series: FilterSeries, titled: Titled) -> str:
    """SVG by itself. Raises HostError where matplotlib is missing."""
    return _svg(series, titled, f"{subject.title}: {subject.access}")


def _svg(series: FilterSeries, titled: Titled, title: str) -> str:
    with optional("a plot"):
        import matplotlib
        import matplotlib.figure
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    with matplotlib.rc_context({**matplotlib.rcParamsDefault, **_SETTINGS}):
        figure = matplotlib.figure.Figure((5.6, 1.1 + 0.38 * max(len(series.rows), 1)))
        axes = figure.add_subplot()
        axes.set_title(title, loc="left", fontsize=11)
        _draw(axes, series, titled)
        out = io.StringIO()
        figure.savefig(
            out, format="svg", transparent=True, bbox_inches="tight", metadata={"Date": None}
        )
    svg = out.getvalue()
    svg = svg[svg.index("<svg") :]
    for colour, variable in _COLOURS.items():
        svg = svg.replace(colour, variable)
    return svg


def _draw(axes: Any, series: FilterSeries, titled: Titled) -> None:
    rows = list(reversed(series.rows))
    for at, row in enumerate(rows):
        colour = _MODEL if row.way in (Way.MODEL, Way.UNICORN_MODEL, Way.KVM_MODEL) else _FILTER
        axes.barh(at, row.ns.median, color=colour, height=0.62)
        axes.plot([row.ns.low, row.ns.high], [at, at], color=_INK, linewidth=1.4)
        axes.annotate(
            f"{row.ns.median:,.0f}" if row.ns.median >= 100 else f"{row.ns.median:.1f}",
            (max(row.ns.high, row.ns.median), at),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
        )
    axes.set_yticks(range(len(rows)), [titled(row.way).partition(":")[0] for row in rows])
    axes.tick_params(axis="y", length=0)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(lambda ns, _: f"{ns:,.0f}" if ns >= 1 else f"{ns:g}")
    axes.xaxis.set_minor_formatter(lambda _ns, _: "")
    if rows:
        axes.set_xlim(min(row.ns.low for row in rows) / 3, max(row.ns.high for row in rows) * 6)
    axes.set_xlabel("ns an access; the line has half of the rounds")
    axes.grid(axis="x")


def page(subject: MeasuredFilter, series: FilterSeries, titled: Titled) -> str:
    """The same as a page of HTML, with the figures. Raises HostError where jinja2 is missing."""
    return render(
        "lightexit.measure",
        subject=subject,
        series=series,
        titled=titled,
        plot=drawn(_svg(series, titled, "")),
        version=__version__,
    )
