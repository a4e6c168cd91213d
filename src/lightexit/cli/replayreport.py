# SPDX-License-Identifier: Apache-2.0
"""What `lightexit replay` found, as text and as a JSON document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from lightexit.cli.hostreport import table
from lightexit.cli.schemas import REPLAY
from lightexit.trace.access import Access

if TYPE_CHECKING:
    from lightexit.trace.replay.compare import Contest, Difference, ReplayedTally, ReplayResult
    from lightexit.trace.replay.sides import ReplayedRegister, Shown
    from lightexit.trace.replay.source import ReplaySource

#: Registers that the table shows; the others are counted. JSON has all.
SHOWN = 40
_SPACES = {"PIO": "port", "MMIO": "memory", "MSR": "MSR"}


def text(file: str, source: ReplaySource, contest: Contest, result: ReplayResult) -> str:
    """All that is printed."""
    parts = [f"{file}: {source.title}", *_counts(contest, result)]
    if result.differing:
        parts += ["", *_registers(result)]
    if result.first is None:
        parts += ["", f"agree: {_compared(contest)}"]
    else:
        parts += ["", *_difference(result.first)]
    return "\n".join(parts)


def _counts(contest: Contest, result: ReplayResult) -> Iterable[str]:
    yield f"  {result.replayed:,} of {result.read:,} accesses replayed, {_compared(contest)}"
    handled = getattr(contest.sides[-1], "filtered", None)
    if handled is not None:
        yield f"  filters answered {handled:,} registers"
    if result.from_outside:
        yield f"  {result.from_outside:,} inputs and acknowledges replayed"
    if result.without_value:
        yield f"  {result.without_value:,} writes left out: their values were not recorded"
    if result.backwards:
        yield f"  {result.backwards:,} accesses were earlier than the one before: moved there"


def _compared(contest: Contest) -> str:
    titles = " and ".join(side.title for side in contest.sides)
    return f"{titles}, against the recording" if contest.recorded else titles


def _registers(result: ReplayResult) -> Iterable[str]:
    differing = result.differing
    yield f"{len(differing)} of {len(result.registers)} registers differ from the recording:"
    head = ["register", "address", "reads", "differ", "first", "recorded", "found", "kind"]
    rows = [_row(register, tally) for register, tally in differing.items()]
    yield table([head, *rows[:SHOWN]])
    if len(rows) > SHOWN:
        yield f"and {len(rows) - SHOWN} more"


def _row(register: ReplayedRegister, tally: ReplayedTally) -> list[str]:
    first = tally.first
    assert first is not None
    place = f"{_SPACES[register.space.name]} {register.address:#x}"
    counts = [f"{tally.accesses:,}", f"{tally.differing:,}", f"{first.number:,}"]
    values = [_hex(first.expected), _hex(first.found), str(first.kind or "")]
    return [register.title, place, *counts, *values]


def _hex(value: int | None) -> str:
    return "" if value is None else f"{value:#x}"


def _difference(first: Difference) -> Iterable[str]:
    yield f"access {first.number:,} differs: {_what(first)}"
    yield f"  VM time {first.now_ns / 1e9:.9f} s"
    if first.kind is not None:
        yield f"  kind: {first.kind}: {_KINDS[first.kind]}"
    if first.is_value:
        width = max(map(len, first.titles))
        for title, value in zip(first.titles, (first.expected, first.found), strict=True):
            yield f"  {title:{width}}  {_hex(value)}"
    else:
        yield f"  it is answered alike {' and '.join(first.titles)}, but does not do the same"
    yield from _states(first.shown)


_KINDS = {
    "time": "read again a little later, the register reads otherwise",
    "start": "never written in the recording: it is as it was at the start, or as the outside "
    "made it",
    "unexplained": "neither the time nor what was there at the start explains it",
}


def _what(first: Difference) -> str:
    step, register = first.step, first.register
    if not isinstance(step, Access):
        return f"{type(step).__name__} {register.device}"
    size = "1 byte" if step.size == 1 else f"{step.size} bytes"
    place = f"{_SPACES[step.space.name]} {step.address:#x}"
    if step.is_write:
        return f"write of {_hex(step.value)} to {register.title} ({place}), {size}"
    return f"read of {register.title} ({place}), {size}"


def _states(shown: Mapping[str, Shown]) -> Iterable[str]:
    sides = list(shown.items())
    if not sides:
        return
    for title, side in sides[-1:]:
        if side.before:
            yield f"  state before it, {title}:"
            yield from (f"    {name} = {value}" for name, value in side.before.items())
    for title, side in sides:
        yield f"  what it did, {title}:"
        yield from (f"    {name}: {value}" for name, value in side.changed.items())
        yield from (f"    {each}" for each in side.did)
        if not side.changed and not side.did:
            yield "    nothing changed"


def document(
    file: str, source: ReplaySource, contest: Contest, result: ReplayResult
) -> dict[str, Any]:
    """What `--json` prints."""
    return {
        "schema": REPLAY,
        "file": file,
        "of": source.title,
        "verdict": "agree" if result.first is None else "differ",
        "compared": [side.title for side in contest.sides],
        "against_recording": contest.recorded,
        "accesses": result.read,
        "replayed": result.replayed,
        "answered_by_filters": getattr(contest.sides[-1], "filtered", None),
        "from_outside": result.from_outside,
        "without_value": result.without_value,
        "backwards": result.backwards,
        "first": None if result.first is None else _as_json(result.first),
        "registers": [
            _place(register)
            | {"accesses": tally.accesses, "differing": tally.differing}
            | {"first": None if tally.first is None else _as_json(tally.first)}
            for register, tally in result.registers.items()
        ],
    }


def _place(register: ReplayedRegister) -> dict[str, Any]:
    return {
        "register": register.title,
        "space": register.space.name.lower(),
        "address": register.address,
        "write": register.is_write,
    }


def _as_json(first: Difference) -> dict[str, Any]:
    step = first.step
    return {
        "access": first.number,
        "what": _what(first),
        "size": step.size if isinstance(step, Access) else None,
        "time_ns": step.time_ns,
        "vm_time_ns": first.now_ns,
        "expected": first.expected,
        "found": first.found,
        "kind": first.kind,
        "sides": {
            title: {"before": dict(side.before), "changed": dict(side.changed), "did": [*side.did]}
            for title, side in first.shown.items()
        },
    }
