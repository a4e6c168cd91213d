# SPDX-License-Identifier: Apache-2.0
"""Plots of a report, as SVG to stand in a page: its colours are the page's, light or dark."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lightexit.pages.plots import COLOURS, FAINT, INK, plot
from lightexit.trace.report import words
from lightexit.trace.report.latencies import CLASSES, upper
from lightexit.trace.report.values import RegisterSummary, Summary

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WIDTH = 8.0
#: Registers that have a bar.
BARS = 12


def plots(summary: Summary) -> dict[str, str]:
    """SVG by name: "time", "registers", "latencies", "registers-latencies"; without those for
    which there is nothing to show."""
    hot = summary.registers[:BARS]
    timed = [each for each in hot if each.latencies.timed]
    made: dict[str, str] = {}
    if summary.cost.accesses:
        made["time"] = _plot("time", 2.8, lambda axes: _draw_time(axes, summary))
        height = 0.9 + 0.3 * len(hot)
        made["registers"] = _plot("registers", height, lambda axes: _draw_registers(axes, hot))
    if summary.latencies:
        made["latencies"] = _plot("latencies", 2.8, lambda axes: _draw_latencies(axes, summary))
    if timed:
        height = 0.9 + 0.3 * len(timed)
        made["registers-latencies"] = _plot("each", height, lambda axes: _draw_each(axes, timed))
    return made


def _plot(name: str, height: float, draw: Callable[[Axes], None]) -> str:
    return plot(name, (_WIDTH, height), draw)


@contextmanager
def _answers(axes: Axes, found: Mapping[str, object]) -> Iterator[list[str]]:
    """Those of the answers that there are, in their order; then the legend of what was drawn."""
    yield [answer for answer in words.ANSWERS if answer in found]
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=6, borderaxespad=0)


def _draw_time(axes: Axes, summary: Summary) -> None:
    bins = summary.bins
    length = max(map(len, bins.counts.values()))
    unit, name = next(
        (
            each
            for each in ((1e9 * 86400, "days"), (1e9 * 3600, "hours"), (1e9, "seconds"))
            if bins.width_ns * length > 2 * each[0]
        ),
        (1e6, "milliseconds"),
    )
    x = [bins.width_ns * i / unit for i in range(length)]
    per_second = 1e9 / bins.width_ns
    with _answers(axes, bins.counts) as answers:
        heights = [[count * per_second for count in bins.counts[each]] for each in answers]
        axes.stackplot(
            x,
            heights,
            colors=[COLOURS[each] for each in answers],
            labels=[words.ANSWERS[each] for each in answers],
            step="post",
            linewidth=0,
        )
    axes.margins(x=0)
    axes.set_ylim(bottom=0)
    axes.set_xlabel(f"{name} since {words.moment(bins.first_ns)}")
    axes.set_ylabel("accesses a second")
    axes.yaxis.set_major_formatter(_thousands)
    axes.grid(axis="y")


def _draw_registers(axes: Axes, hot: Sequence[RegisterSummary]) -> None:
    every = {answer: None for each in hot for answer in each.answers}
    left = [0] * len(hot)
    with _answers(axes, every) as answers:
        for answer in answers:
            widths = [
                each.answers[answer].accesses if answer in each.answers else 0 for each in hot
            ]
            axes.barh(
                range(len(hot)),
                widths,
                0.7,
                left,
                color=COLOURS[answer],
                label=words.ANSWERS[answer],
            )
            left = [sum(pair) for pair in zip(left, widths, strict=True)]
    _name_rows(axes, hot)
    axes.set_xlabel("accesses")
    axes.xaxis.set_major_formatter(_thousands)


def _name_rows(axes: Axes, registers: Sequence[RegisterSummary]) -> None:
    axes.set_yticks(range(len(registers)), [words.title(each)[:36] for each in registers])
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")


def _thousands(value: float, _position: float) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:g}"


def _time_axis(axes: Axes, shortest: float, longest: float) -> None:
    """Whole powers of ten, so that there is more than one to be read."""
    axes.set_xscale("log")
    axes.set_xlim(10 ** math.floor(math.log10(shortest)), 10 ** math.ceil(math.log10(longest)))
    axes.xaxis.set_major_formatter(lambda value, _position: words.duration(value))
    axes.xaxis.set_minor_formatter(lambda _value, _position: "")


def _draw_latencies(axes: Axes, summary: Summary) -> None:
    with _answers(axes, summary.latencies) as answers:
        for answer in answers:
            counts = summary.latencies[answer].counts
            numbers = range(min(counts) // 4 * 4 - 4, max(counts) + 8, 4)
            heights = [sum(counts.get(n + i, 0) for i in range(4)) for n in numbers]
            axes.stairs(
                heights[:-1],
                [upper(n - 1) for n in numbers],
                color=COLOURS[answer],
                label=words.ANSWERS[answer],
                linewidth=1.6,
            )
    every = [number for each in summary.latencies.values() for number in each.counts]
    _time_axis(axes, upper(min(every) - 1), upper(max(every)))
    axes.set_ylim(bottom=0)
    axes.set_xlabel(f"time from exit to answer, {CLASSES // 4} classes to a factor of two")
    axes.set_ylabel("accesses")
    axes.yaxis.set_major_formatter(_thousands)
    axes.grid(axis="y")


def _draw_each(axes: Axes, timed: Sequence[RegisterSummary]) -> None:
    bounds: list[float] = []
    for row, each in enumerate(timed):
        p50, p90, p99 = (each.latencies.percentile(p) or 1.0 for p in (50, 90, 99))
        axes.plot([p50, p99], [row, row], color=FAINT, linewidth=2, solid_capstyle="butt")
        bounds += p50, p99
        for value, marker, size in ((p50, "o", 7), (p90, "|", 9), (p99, "|", 12)):
            axes.plot([value], [row], marker, color=INK, markersize=size)
    _time_axis(axes, min(bounds), max(bounds))
    _name_rows(axes, timed)
    axes.set_ylim(len(timed) - 0.5, -0.5)
    axes.set_xlabel("time from exit to answer: median (dot), 90 % and 99 % (bars)")
