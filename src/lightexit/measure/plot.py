# SPDX-License-Identifier: Apache-2.0
"""What was measured of a filter, drawn: a bar for each way, on a logarithmic scale."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lightexit import __version__
from lightexit.measure.filter_series import FilterSeries
from lightexit.measure.filters import MeasuredFilter
from lightexit.measure.ways import Way
from lightexit.pages import drawn, render
from lightexit.pages.plots import COLOURS, INK, plot

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: What a way is called.
Titled = Callable[[Way], str]


def picture(subject: MeasuredFilter, series: FilterSeries, titled: Titled) -> str:
    """SVG by itself. Raises HostError where matplotlib is missing."""
    return _svg(series, titled, f"{subject.title}: {subject.access}")


def _svg(series: FilterSeries, titled: Titled, title: str) -> str:
    def draw(axes: Axes) -> None:
        axes.set_title(title, loc="left", fontsize=11)
        _draw(axes, series, titled)

    return plot("filter", (7.0, 1.1 + 0.38 * max(len(series.rows), 1)), draw)


def _draw(axes: Axes, series: FilterSeries, titled: Titled) -> None:
    rows = list(reversed(series.rows))
    for at, row in enumerate(rows):
        is_model = row.way in (Way.MODEL, Way.UNICORN_MODEL, Way.KVM_MODEL)
        colour = COLOURS["model" if is_model else "filter"]
        axes.barh(at, row.ns.median, color=colour, height=0.62)
        axes.plot([row.ns.low, row.ns.high], [at, at], color=INK, linewidth=1.4)
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
