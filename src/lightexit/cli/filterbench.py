# SPDX-License-Identifier: Apache-2.0
"""What `lightexit bench FILE` measures, and what it says of it."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lightexit import __version__
from lightexit.cli.explain import to_explain
from lightexit.cli.schemas import BENCH_FILTER
from lightexit.cli.subjects import FilterSubject, subjects
from lightexit.errors import AuthorError
from lightexit.measure.filters import MeasuredAccess, MeasuredFilter
from lightexit.measure.ways import ON_KVM, TITLES, Way, handles

if TYPE_CHECKING:
    from lightexit.abi import Struct
    from lightexit.measure.filter_series import FilterSeries, Spread

#: Draws a plot as SVG, or as a page.
Draw = Callable[[MeasuredFilter, "FilterSeries", bool], str]

_SYNTAX = '"read OFFSET SIZE" or "write OFFSET SIZE VALUE", as in "read 0x40 1"'
_SIZES = (1, 2, 4, 8)
#: Offsets that are tried of registers that are treated alike.
_TRIED = 4


def chosen(
    argument: str,
    told: Mapping[str, int | type[Struct]],
    access: str | None,
    before: Iterable[str],
) -> MeasuredFilter:
    """The filter that is named, with the access that is timed.

    Raises AuthorError where several are named, and where the filter does not handle the access.
    """
    subject = _only(subjects(argument, told), argument)
    first = tuple(parse_access(each) for each in before)
    asked = None if access is None else parse_access(access)
    measured = _measured(subject, asked or MeasuredAccess(0, 1), first)
    if asked is None:
        return _first_handled(subject, measured)
    if not handles(measured):
        raise AuthorError(
            f"{subject.title}: the access `{asked}` is passed to the model",
            expected=f"one that the filter handles: `lightexit explain {argument}`",
            advice="where it handles it in another condition, --before puts the device into it",
        )
    return measured


def _only(found: list[FilterSubject], argument: str) -> FilterSubject:
    if len(found) == 1:
        return found[0]
    device = found[0].device is not None and "." in found[0].title
    names = [each.title if device else f"{argument}:{each.filter.name}" for each in found]
    raise AuthorError(
        f"{argument} has {len(found)} filters", expected=f"one of: {', '.join(names)}"
    )


def _measured(
    subject: FilterSubject, access: MeasuredAccess, before: tuple[MeasuredAccess, ...]
) -> MeasuredFilter:
    from lightexit.cli.sheets import made

    target, name = subject.target, subject.filter.name
    if target is None:
        return MeasuredFilter(subject.title, subject.filter, access, None, before)

    def make(clock: Any) -> Any:
        return made(target, clock)

    subject.filter.report.accepted_or_raise()
    return MeasuredFilter(subject.title or name, subject.filter, access, make, before)


def _first_handled(subject: FilterSubject, measured: MeasuredFilter) -> MeasuredFilter:
    """With the first access, of those that it may handle, that it does handle."""
    from lightexit.explain.registers import map_registers
    from lightexit.explain.values import Handling

    known = to_explain(subject)
    answers = map_registers(subject.filter.report, known.windows).answers
    may = [each for each in answers if each.handling is not Handling.PASSED]
    may.sort(key=lambda each: (each.handling is not Handling.HANDLED, each.size > 4))
    for each in may:
        for offset in range(each.first, each.last + 1, each.step)[:_TRIED]:
            tried = replace(measured, access=MeasuredAccess(offset, each.size, each.is_write))
            if handles(tried):
                return tried
    condition = "as the device begins" if subject.device else "with states as they begin"
    raise AuthorError(
        f"{subject.title}: no access that was tried is handled, {condition}",
        expected="--access ACCESS, and --before ACCESS to prepare the device",
    )


def parse_access(text: str) -> MeasuredAccess:
    """An access as a command line says it. Raises AuthorError."""
    words = text.split()
    kinds = {"read": 3, "write": 4}
    try:
        if kinds.get(words[0]) != len(words):
            raise ValueError(text)
        numbers = [int(each, 0) for each in words[1:]]
    except (ValueError, IndexError):
        raise AuthorError(f"the access {text!r}", expected=_SYNTAX) from None
    offset, size, value = (*numbers, 0)[:3]
    if size not in _SIZES:
        raise AuthorError(f"the access {text!r} has {size} bytes", expected="1, 2, 4 or 8")
    if not 0 <= offset < 1 << 64 or not 0 <= value < 1 << 8 * size:
        raise AuthorError(
            f"the access {text!r}", expected=f"an offset, and a value of {size} bytes"
        )
    return MeasuredAccess(offset, size, words[0] == "write", value)


# What is said


def text(subject: MeasuredFilter, series: FilterSeries, emulated: bool) -> str:
    """All that is printed, in 80 columns."""
    return "\n".join(_lines(subject, series, emulated))


def _lines(subject: MeasuredFilter, series: FilterSeries, emulated: bool) -> Iterator[str]:
    took = f"{series.rounds} rounds in {series.seconds:.1f} s"
    yield f"{subject.title}: `{subject.access}`, {took}, all ways in turns"
    if series.rows:
        yield ""
        yield f"{'ns an access':<48}{'median':>10}  {'half of the rounds'}"
        for row in series.rows:
            yield f"  {title(row.way, emulated):<46}{_ns(row.ns.median):>10}  {_range(row.ns)}"
    if series.ratios:
        yield ""
        yield f"{'ratios, within a round':<48}{'median':>10}"
        for ratio in series.ratios:
            name = f"{ratio.way} / {ratio.other}"
            yield f"  {name:<46}{_ns(ratio.value.median):>10}  {_range(ratio.value)}"
    if series.missing:
        yield ""
        yield "not measured:"
        for reason, ways in _by_reason(series).items():
            yield f"- {', '.join(ways)}: {reason}"


def title(way: Way, emulated: bool) -> str:
    """What a way is called; of KVM that is emulated, with that word."""
    word = ", emulated" if emulated and way in ON_KVM else ""
    return f"{way}{word}: {TITLES[way]}"


def _by_reason(series: FilterSeries) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for way, reason in series.missing:
        found.setdefault(reason, []).append(str(way))
    return found


def _ns(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def _range(spread: Spread) -> str:
    return f"{_ns(spread.low)} to {_ns(spread.high)}"


def document(subject: MeasuredFilter, series: FilterSeries, emulated: bool) -> dict[str, Any]:
    """What `--json` writes."""
    return {
        "schema": BENCH_FILTER,
        "lightexit": __version__,
        "python": platform.python_version(),
        "filter": subject.title,
        "access": str(subject.access),
        "before": [str(each) for each in subject.before],
        "rounds": series.rounds,
        "seconds": round(series.seconds, 3),
        "kvm_emulated": emulated,
        "rows": [
            {"way": str(each.way), "ns": asdict(each.ns), "accesses": each.accesses}
            for each in series.rows
        ],
        "ratios": [
            {"way": str(each.way), "to": str(each.other), "ratio": asdict(each.value)}
            for each in series.ratios
        ],
        "not_measured": [{"way": str(way), "reason": reason} for way, reason in series.missing],
    }


def check_plot(path: Path | None) -> Draw | None:
    """What draws it, before anything is measured. Raises AuthorError for another kind of file,
    HostError where matplotlib is missing."""
    if path is None:
        return None
    from lightexit.extras import need
    from lightexit.files import check_writable

    if path.suffix not in (".svg", ".html"):
        raise AuthorError(f"--plot {path}", expected="a file that ends in .svg or .html")
    need("a plot", "matplotlib", "jinja2")
    check_writable(path)
    from lightexit.measure.plot import page, picture

    picture_or_page = picture if path.suffix == ".svg" else page
    return lambda subject, series, emulated: picture_or_page(
        subject, series, lambda way: title(way, emulated)
    )
