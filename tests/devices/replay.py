# SPDX-License-Identifier: Apache-2.0
"""Replay of golden device traces: what another implementation answered, step by step.

The traces stand in tests/golden/traces; their README tells the format and where that
implementation is known to stray from the data sheets.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devices.rig import Rig
from lightexit.abi import Space

ROOT = Path(__file__).resolve().parents[1] / "golden" / "traces"
SIZES = {"b": 1, "w": 2, "l": 4, "q": 8}


def trace_files(device: str, kind: str = "*") -> list[Path]:
    """The traces of a device; `kind` is "scenarios", "fuzz" or both."""
    return sorted(ROOT.glob(f"{kind}/{device}/*.jsonl"))


def trace_id(path: Path) -> str:
    """A name for pytest."""
    return f"{path.parent.parent.name}-{path.stem}"


@dataclass(frozen=True)
class Outcome:
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
    """Header and steps."""
    header, *steps = (json.loads(line) for line in path.read_text().splitlines())
    return header, steps


def replay(path: Path, rig: Rig) -> Iterator[Outcome]:
    """Apply every stimulus in turn and compare. Steps the rig has no wire for are left out.

    `intack` works the rig's call of that name, `irq_in` the input (chip, line), `tx` is the
    call "tx" and `rx` the input of the rig's making: both are left to the caller's own loop.
    """
    _, steps = read_trace(path)
    for number, step in enumerate(steps):
        if step["op"] in ("irq", "note", "settle", "rx", "tx"):
            continue
        seen = len(rig.edges)
        found = stimulate(rig, step)
        yield Outcome(
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
    """Carry out one step; what a read or an acknowledge answers."""
    operation = step["op"]
    if operation == "clock_step":
        rig.wait(step["ns"])
    elif operation == "irq_in":
        rig.inputs[step["chip"], step["line"]].set(bool(step["level"]))
    elif operation == "intack":
        return rig.calls["intack"]()
    else:
        return _access(rig, operation, step)
    return None


def _access(rig: Rig, operation: str, step: dict[str, Any]) -> int | None:
    """`inb`, `outw`, `readl`, `writeq` and their like."""
    size = SIZES[operation[-1]]
    space = Space.PIO if operation.startswith(("in", "out")) else Space.MMIO
    if operation.startswith(("in", "read")):
        return rig.read(space, step["addr"], size)
    rig.write(space, step["addr"], step["value"], size)
    return None
