# SPDX-License-Identifier: Apache-2.0
"""Plots as SVG, by matplotlib: their colours are the page's, light or dark."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from lightexit.extras import optional

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: What matplotlib draws with: it stands for a colour of the page.
INK, FAINT = "#010101", "#020202"
COLOURS = {
    "kvm": "#030301",
    "filter": "#030302",
    "model": "#030303",
    "user": "#030304",
    "nobody": "#030305",
    "other": "#030306",
}
#: Of a picture that is in no page.
_ALONE = {"ink": "#1b1f24", "faint": "#8a9099", "filter": "#2f8f5b", "model": "#8a5cc2"}
_VARIABLES = {
    drawn: f"var(--{name}, {_ALONE.get(name, 'currentColor')})"
    for name, drawn in {"ink": INK, "faint": FAINT, **COLOURS}.items()
}
_STYLE = re.compile(r'style="[^"<]*"')
_SETTINGS: Mapping[str, Any] = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": INK,
    "text.parse_math": False,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "grid.color": FAINT,
    "grid.linewidth": 0.4,
    "legend.frameon": False,
}


def plot(name: str, size: tuple[float, float], draw: Callable[[Axes], None]) -> str:
    """A plot of `size` inches; ids in it are made from its name, so that those of several in a
    page differ. Raises HostError where matplotlib is missing."""
    with optional("a plot"):
        import matplotlib
        from matplotlib.figure import Figure
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    told: dict[Any, Any] = {**matplotlib.rcParamsDefault, **_SETTINGS, "svg.hashsalt": name}
    with matplotlib.rc_context(told):
        figure = Figure(figsize=size, layout="constrained")
        draw(figure.add_subplot())
        text = io.StringIO()
        metadata = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(text, format="svg", transparent=True, metadata=metadata)
    svg = text.getvalue()
    svg = _STYLE.sub(lambda found: _coloured(found[0]), svg[svg.index("<svg") :])
    return svg.replace("<svg ", '<svg role="img" ', 1)


def _coloured(style: str) -> str:
    for colour, variable in _VARIABLES.items():
        style = style.replace(colour, variable)
    return style
