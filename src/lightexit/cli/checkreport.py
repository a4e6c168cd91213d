# SPDX-License-Identifier: Apache-2.0
"""What `lightexit check` has found, as one page and as JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from lightexit.cli.schemas import CHECK

if TYPE_CHECKING:
    from lightexit.testing import Subject
    from lightexit.testing.campaign import CampaignResult, LawFinding
    from lightexit.testing.campaign.coverage import MissedOutcome, RegisterReach

#: So many tests, and branches that were missed, are on the page; JSON has all.
_MOST_TESTS, _MOST_MISSED = 3, 12


def page(target: str, subject: Subject, result: CampaignResult) -> Iterator[str]:
    """What was asked and found; what the examples have reached; each finding."""
    yield (
        f"{target}: {_outcome(result)}, {result.examples:,} examples in {result.seconds:.1f} s, "
        f"seed {result.plan.seed}"
    )
    if result.ended_by:
        yield f"  {result.ended_by}"
    yield ""
    yield from _aligned(_laws(result))
    if result.coverage.examples or result.coverage.outcomes:
        yield from _coverage(subject, result)
    for number, finding in enumerate(result.findings):
        yield ""
        yield from _finding(finding, has_test=number < _MOST_TESTS)


def _outcome(result: CampaignResult) -> str:
    """A law that no example has reached does not hold yet."""
    broken, asked, reached = len(result.findings), len(result.laws), result.reached
    if broken:
        return f"{broken} of {asked} laws broken"
    if reached < asked:
        return f"{reached} of {asked} laws hold, {asked - reached} not reached"
    return "the law holds" if asked == 1 else f"all {asked} laws hold"


def _laws(result: CampaignResult) -> Iterator[tuple[str, ...]]:
    yield "law", "examples", "time", ""
    for name, law in result.laws.items():
        what = "BROKEN" if law.finding else "holds" if law.examples else "not reached"
        yield name, f"{law.examples:,}", f"{law.seconds:.1f} s", what
    for name, reason in result.plan.not_asked.items():
        yield name, "", "", f"not asked: {reason}"


def _aligned(rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    """Columns of text, the first to the left, and the last of what is no number."""
    cells = list(rows)
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        first, *numbers = (
            cell.ljust(width) if number in (0, len(row) - 1) else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(["", first, *numbers]).rstrip()


def _coverage(subject: Subject, result: CampaignResult) -> Iterator[str]:
    missed = result.coverage.missed(subject)
    yield from [""] * bool(subject.filters)
    for name, taken, count in _filters(subject, missed):
        yield f"  filter {name}: {taken} of {count} outcomes of branches reached"
    told = _ways(missed)
    yield from (f"    {each}" for each in told[:_MOST_MISSED])
    if len(told) > _MOST_MISSED:
        yield f"    and {len(told) - _MOST_MISSED} more: --json has all"
    rows = result.coverage.registers(subject)
    if rows:
        yield ""
        yield from _aligned(_registers(rows))


def _filters(subject: Subject, missed: Sequence[MissedOutcome]) -> Iterator[tuple[str, int, int]]:
    """Name, outcomes reached, outcomes in all."""
    from lightexit.testing.campaign.coverage import branches

    for filter, _, _ in subject.filters.values():
        count = 2 * len(branches(filter))
        yield filter.name, count - sum(each.outcome.filter == filter.name for each in missed), count


def _ways(missed: Sequence[MissedOutcome]) -> list[str]:
    """A line for each jump: one that misses both of its ways was never come to."""
    jumps: dict[tuple[str, int], list[MissedOutcome]] = {}
    for each in missed:
        jumps.setdefault(each.outcome[:2], []).append(each)
    return [_way(ways) for ways in jumps.values()]


def _way(ways: Sequence[MissedOutcome]) -> str:
    each = ways[0]
    way = "never jumps" if each.outcome.jumps else "always jumps"
    if len(ways) == 2:
        way = "is never reached"
    where = each.where
    told = f"instruction {each.outcome.slot}, `{each.instruction}`, {way}"
    if where is None:
        return told
    text = where.text[where.column : where.end_column].strip()
    return f"{where.place}: `{text}`: {told}"


def _registers(rows: Sequence[RegisterReach]) -> Iterator[tuple[str, ...]]:
    yield "register", "at", "reads by filter", "by model", "writes by filter", "by model", ""
    for row in rows:
        is_known = bool(row.device)
        at = f"{row.space} {row.address:#x}" if is_known else ""
        name = f"{row.device} {row.name}" if is_known else "other addresses"
        yield name, at, *(f"{each:,}" for each in (*row.reads, *row.writes)), ""


def _finding(finding: LawFinding, *, has_test: bool) -> Iterator[str]:
    share = finding.share
    yield (
        f"{share.law} is BROKEN, as example {finding.examples} of share {share.number} has shown"
        + ("" if finding.is_smallest else " (perhaps not the smallest)")
    )
    yield textwrap.indent(finding.message, "  ")
    if has_test:
        yield "  this test shows it:"
        yield ""
        yield textwrap.indent(finding.test.rstrip(), "    ")
    else:
        yield "  --json has the test that shows it"


def document(target: str, subject: Subject, result: CampaignResult) -> dict[str, Any]:
    """All of it."""
    coverage = result.coverage
    missed = coverage.missed(subject)
    return {
        "schema": CHECK,
        "target": target,
        "device": subject.name,
        "seed": result.plan.seed,
        "seconds": result.seconds,
        "examples": result.examples,
        "ended_by": result.ended_by,
        "laws": [*_asked_json(result), *_not_asked_json(result)],
        "coverage": {
            "examples": coverage.examples,
            "filters": [*_filters_json(subject, missed)],
            "registers": [_register_json(row) for row in coverage.registers(subject)],
        },
    }


def _filters_json(subject: Subject, missed: Sequence[MissedOutcome]) -> Iterator[dict[str, Any]]:
    for name, reached, count in _filters(subject, missed):
        own = [_missed_json(each) for each in missed if each.outcome.filter == name]
        yield {"name": name, "outcomes": count, "reached": reached, "missed": own}


def _asked_json(result: CampaignResult) -> Iterator[dict[str, Any]]:
    for name, law in result.laws.items():
        finding = law.finding
        yield {
            "name": name,
            "asked": True,
            "reason": "",
            "examples": law.examples,
            "seconds": law.seconds,
            "finding": None if finding is None else _finding_json(finding),
        }


def _not_asked_json(result: CampaignResult) -> Iterator[dict[str, Any]]:
    for name, reason in result.plan.not_asked.items():
        plain = {"examples": 0, "seconds": 0.0, "finding": None}
        yield {"name": name, "asked": False, "reason": reason, **plain}


def _finding_json(finding: LawFinding) -> dict[str, Any]:
    return {
        "message": finding.message,
        "error": finding.details,
        "test": finding.test,
        "share": finding.share.number,
        "seed": finding.share.seed,
        "after_examples": finding.examples,
        "is_smallest": finding.is_smallest,
    }


def _missed_json(each: MissedOutcome) -> dict[str, Any]:
    return {
        "slot": each.outcome.slot,
        "instruction": each.instruction,
        "outcome": "jumps" if each.outcome.jumps else "goes on",
        "file": each.where.file if each.where else None,
        "line": each.where.line if each.where else None,
    }


def _register_json(row: RegisterReach) -> dict[str, Any]:
    return {
        "device": row.device or None,
        "name": row.name or None,
        "space": row.space or None,
        "address": row.address if row.device else None,
        "reads": dict(zip(("filter", "model"), row.reads, strict=True)),
        "writes": dict(zip(("filter", "model"), row.writes, strict=True)),
    }
