# SPDX-License-Identifier: Apache-2.0
"""What `lightexit bench host` found, as tables in Markdown and as a JSON document."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from lightexit import __version__
from lightexit.cli.schemas import BENCH_HOST
from lightexit.measure.variants import EMPTY, TITLES

if TYPE_CHECKING:
    from lightexit.measure.figures import Figures
    from lightexit.measure.host import HostFacts
    from lightexit.measure.series import MeasuredRow, NotMeasured, Series

EMULATED = "emulated"
_KHZ_TO_NS = 10**6
_FIGURES = ("min", "p50", "p99", "max")


def text(series: Series, facts: HostFacts) -> str:
    """All that is printed: each table that has figures says so where they are emulated."""
    word = f", {EMULATED}" if facts.virtualization.is_emulated else ""
    about = f"What an access costs{word}." if series.rows else "Nothing was measured."
    parts = [f"{about} {facts.virtualization.text}"]
    if series.rows:
        parts += [table(_measured(series, word)), _how(series)]
    parts.append("\n".join(f"- {name}: {value}" for name, value in host_lines(facts)))
    if series.not_measured:
        parts.append("\n".join(["Not measured:", "", *_reasons(series)]))
    return "\n\n".join(parts)


def table(rows: Iterable[Sequence[str]]) -> str:
    """In Markdown; the first row is the head. Columns of figures are right-aligned."""
    head, *body = rows
    columns = list(zip(head, *body, strict=True))
    widths = [max(3, *map(len, column)) for column in columns]
    right = [_is_number(cells) for _, *cells in columns]

    def line(cells: Sequence[str]) -> str:
        both = zip(cells, widths, right, strict=True)
        return f"| {' | '.join(c.rjust(w) if r else c.ljust(w) for c, w, r in both)} |"

    rules = ["-" * (w - 1) + ":" if r else "-" * w for w, r in zip(widths, right, strict=True)]
    return "\n".join(line(each) for each in [head, rules, *body])


def _is_number(cells: Sequence[str]) -> bool:
    digits = [cell.replace(",", "").replace(".", "").lstrip("-") for cell in cells if cell]
    return bool(digits) and all(map(str.isdecimal, digits))


def _measured(series: Series, word: str) -> list[list[str]]:
    head = [f"access{word}", "answered by", "p50 cycles", "p99 cycles", "min cycles"]
    head += ["p50 ns", "p99 ns", "exits to user space", "accesses"]
    return [head, *(_cells(row, series.tsc_khz) for row in series.rows)]


def _cells(row: MeasuredRow, tsc_khz: int) -> list[str]:
    found = row.figures
    ns = nanoseconds(found, tsc_khz)
    return [
        row.variant.access.title,
        TITLES[row.variant.answerer],
        *(f"{cycles:,}" for cycles in (found.p50, found.p99, found.min)),
        *("" if ns is None else f"{ns[name]:,.0f}" for name in ("p50", "p99")),
        f"{row.exits:.2f}",
        f"{found.count:,}",
    ]


def nanoseconds(figures: Figures, tsc_khz: int) -> dict[str, float] | None:
    """The same times in ns; None where the TSC's rate is not known."""
    if not tsc_khz:
        return None
    cycles = {name: getattr(figures, name) for name in _FIGURES}
    return {name: round(each * _KHZ_TO_NS / tsc_khz, 1) for name, each in cycles.items()}


def _how(series: Series) -> str:
    rate = f"at {series.tsc_khz:,} kHz" if series.tsc_khz else "at a rate that KVM does not tell"
    taken = "nothing is taken off" if series.empty is None else _taken_off(series.empty)
    kept = "on no CPU of its own" if series.cpu is None else f"on CPU {series.cpu}"
    return (
        f"Cycles of the guest's TSC, {rate}, read before and after each access; {taken}. "
        f"All rows in turns, in one thread {kept}. Exits are per access."
    )


def _taken_off(empty: Figures) -> str:
    return f"the p50 of the empty pair, {empty.p50:,}, is taken off the other rows"


def host_lines(facts: HostFacts) -> list[tuple[str, str]]:
    """What the host is, a name and a text each; without what could not be read."""
    cpu, frequency = facts.cpu, facts.frequency
    model = f"{cpu['model']} (family {cpu['family']}, model {cpu['model_number']}, stepping "
    rows = {
        "lightexit": f"{__version__}, Python {platform.python_version()}",
        "machine": facts.machine,
        "CPU": f"{model}{cpu['stepping']})" if cpu["model"] else None,
        "microcode": cpu["microcode"],
        "CPUs": _join([facts.cpus, _switch("SMT", facts.is_smt)]),
        "frequency": _join(
            [frequency.driver, frequency.governor, _switch("turbo", frequency.is_turbo)]
        ),
        "kernel": f"{facts.kernel} {facts.kernel_version}",
        "kernel arguments": " ".join(facts.arguments),
        "clock source": facts.clocksource,
        **{name: _assignments(values) for name, values in facts.kvm.items()},
        "not affected by": _join(sorted(_mitigated(facts, True))),
        **{name: facts.mitigations[name] for name in _mitigated(facts, False)},
    }
    return [(name, value) for name, value in rows.items() if value]


def _mitigated(facts: HostFacts, is_unaffected: bool) -> list[str]:
    found = facts.mitigations.items()
    return [name for name, each in found if (each == "Not affected") is is_unaffected]


def _join(words: Iterable[str | None]) -> str:
    return ", ".join(filter(None, words))


def _switch(name: str, value: bool | None) -> str | None:
    return None if value is None else f"{name} {'on' if value else 'off'}"


def _assignments(values: Any) -> str:
    return " ".join(f"{name}={value}" for name, value in values.items()) or "loaded"


def _reasons(series: Series) -> list[str]:
    """A line for each reason, with all that it is the reason of."""
    by_reason: dict[str, list[str]] = {}
    for each in series.not_measured:
        by_reason.setdefault(each.reason, []).append(each.variant.title)
    if not series.rows and len(by_reason) == 1:
        return [f"- everything: {reason}." for reason in by_reason]
    return [f"- {'; '.join(titles)}: {reason}." for reason, titles in by_reason.items()]


def document(series: Series, facts: HostFacts) -> dict[str, Any]:
    """What `--json` writes."""
    virtualization = facts.virtualization
    return {
        "schema": BENCH_HOST,
        "lightexit": __version__,
        "python": platform.python_version(),
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "emulated": virtualization.is_emulated,
        "host": asdict(facts) | {"arguments": [*facts.arguments]},
        "tsc_khz": series.tsc_khz or None,
        "cpu": series.cpu,
        "rows": [_row(row, series.tsc_khz) for row in series.rows],
        "not_measured": [_missing(each) for each in series.not_measured],
    }


def _row(row: MeasuredRow, tsc_khz: int) -> dict[str, Any]:
    return {
        "access": row.variant.access.name,
        "answered_by": row.variant.answerer,
        "accesses": row.figures.count,
        "is_net": row.variant != EMPTY,
        "cycles": {name: getattr(row.figures, name) for name in _FIGURES},
        "ns": nanoseconds(row.figures, tsc_khz),
        "exits_per_access": round(row.exits, 4),
    }


def _missing(each: NotMeasured) -> dict[str, str]:
    return {
        "access": each.variant.access.name,
        "answered_by": each.variant.answerer,
        "reason": each.reason,
    }
