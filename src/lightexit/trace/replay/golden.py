# SPDX-License-Identifier: Apache-2.0
"""Golden traces: what another implementation of a device answered, step by step.

JSON lines: a header, then a step each; tests/golden/traces/README.md has the format. Such a trace
also tells what comes from outside (inputs, acknowledges) and what the device's lines did.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lightexit.abi import Space
from lightexit.errors import AuthorError
from lightexit.files import MIB, read_file
from lightexit.rigs.rig import Rig
from lightexit.trace.access import Access, Answer
from lightexit.trace.replay.steps import Acknowledge, InputChange, ReplayStep, perform

SIZES = {"b": 1, "w": 2, "l": 4, "q": 8}
_READS = {f"{kind}{letter}" for kind in ("in", "read") for letter in SIZES}
_WRITES = {f"{kind}{letter}" for kind in ("out", "write") for letter in SIZES}
#: What is no stimulus of the rig's making: observations, comments, and a UART's other end.
_LEFT_OUT = {"irq", "note", "settle", "rx", "tx"}
LARGEST = 64 * MIB
_EXPECTED = 'a golden trace: a JSON object in each line, the first with the key "device"'


@dataclass(frozen=True)
class GoldenOutcome:
    """One stimulus: what the trace tells (`expected`) and what the rig did (`found`).

    Edges are (output number, level) in order; `t_ns` is the time after the step.
    """

    number: int
    step: dict[str, Any]
    t_ns: int
    expected: int | None
    found: int | None
    expected_edges: tuple[tuple[int, bool], ...]
    found_edges: tuple[tuple[int, bool], ...]

    @property
    def agrees(self) -> bool:
        """Whether value and edges are the same."""
        return self.expected == self.found and self.expected_edges == self.found_edges

    def __str__(self) -> str:
        return (
            f"step {self.number} {self.step}: expected {self.expected} {self.expected_edges}, "
            f"found {self.found} {self.found_edges}"
        )


def read_trace(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Header and steps. Raises AuthorError for a file that is no golden trace."""
    lines = read_file(path, _EXPECTED, LARGEST).splitlines()
    objects = [_object(path, number, line) for number, line in enumerate(lines, 1)]
    if not objects or not isinstance(objects[0].get("device"), str):
        raise AuthorError(f"{path} names no device in its first line", expected=_EXPECTED)
    return objects[0], objects[1:]


def _object(path: Path, number: int, line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise AuthorError(f"{path}:{number}: not JSON: {error}", expected=_EXPECTED) from None
    if not isinstance(value, dict):
        raise AuthorError(f"{path}:{number}: no JSON object", expected=_EXPECTED)
    return value


def read_steps(path: Path) -> tuple[dict[str, Any], Iterator[ReplayStep]]:
    """The header of a trace, and its steps, each at the time after it.

    Raises AuthorError, the iterator too, for what is no step of a golden trace.
    """
    header, steps = read_trace(path)
    return header, _parsed(path, steps)


def unix_seconds(header: dict[str, Any]) -> int:
    """What the machine's real-time clock began with (`-rtc base=`); 0 where it does not say."""
    for argument in header.get("machine") or ():
        found = re.match(r"base=([0-9T:-]+)(,|$)", str(argument))
        if found:
            try:
                return int(datetime.fromisoformat(found[1]).replace(tzinfo=UTC).timestamp())
            except ValueError:
                break
    return 0


def _parsed(path: Path, steps: list[dict[str, Any]]) -> Iterator[ReplayStep]:
    for number, step in enumerate(steps, 2):
        try:
            if step["op"] not in _LEFT_OUT | {"clock_step"}:
                yield parsed(step)
        except (KeyError, TypeError, ValueError) as error:
            raise AuthorError(
                f"{path}:{number}: no step of a golden trace: {type(error).__name__}: {error}",
                expected="the fields that tests/golden/traces/README.md lists, numbers in decimal",
            ) from None


def parsed(step: dict[str, Any]) -> ReplayStep:
    """A stimulus, but for clock steps. Raises KeyError, TypeError or ValueError for others."""
    operation, time_ns = step["op"], _number(step["t_ns"])
    if operation == "irq_in":
        return InputChange(time_ns, str(step["chip"]), _number(step["line"]), bool(step["level"]))
    if operation == "intack":
        return Acknowledge(time_ns, _number(step["result"]))
    if operation not in _READS | _WRITES:
        raise ValueError(f"the operation {operation!r}")
    space = Space.PIO if operation.startswith(("in", "out")) else Space.MMIO
    is_write = operation in _WRITES
    value = _number(step["value" if is_write else "result"])
    size, address = SIZES[operation[-1]], _number(step["addr"])
    return Access(time_ns, 0, -1, space, address, size, is_write, value, Answer.USER, None)


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{value!r:.40} is no number")
    return value


def replay(path: Path, rig: Rig) -> Iterator[GoldenOutcome]:
    """Apply every stimulus in turn and compare. Steps the rig has no wire for are left out.

    `intack` works the rig's call of that name, `irq_in` the input (chip, line), `tx` is the
    call "tx" and `rx` the input of the rig's making: both are left to the caller's own loop.
    """
    _, steps = read_trace(path)
    for number, step in enumerate(steps):
        if step["op"] in _LEFT_OUT:
            continue
        seen = len(rig.edges)
        found = stimulate(rig, step)
        yield GoldenOutcome(
            number,
            step,
            step["t_ns"],
            step.get("result"),
            found,
            _expected_edges(steps, number),
            tuple((line, level) for _, line, level in rig.edges[seen:]),
        )


def _expected_edges(steps: list[dict[str, Any]], number: int) -> tuple[tuple[int, bool], ...]:
    edges = []
    for step in steps[number + 1 :]:
        if step["op"] != "irq":
            break
        edges.append((step["line"], bool(step["level"])))
    return tuple(edges)


def stimulate(rig: Rig, step: dict[str, Any]) -> int | None:
    """Carry out one stimulus; what a read or an acknowledge answers."""
    if step["op"] == "clock_step":
        rig.wait(step["ns"])
        return None
    return perform(rig, parsed(step))
