# SPDX-License-Identifier: Apache-2.0
"""What can be replayed, step by step: accesses and, in golden traces, what comes from outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from lightexit.rigs.rig import Rig
from lightexit.trace.access import Access


@dataclass(frozen=True, slots=True)
class InputChange:
    """Input `line` of `chip` was driven to `level`."""

    time_ns: int
    chip: str
    line: int
    level: bool


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """The CPU acknowledged an interrupt, and got the vector `value`."""

    time_ns: int
    value: int | None


ReplayStep: TypeAlias = Access | InputChange | Acknowledge


def perform(rig: Rig, step: ReplayStep) -> int | None:
    """Carry out one step, now; what a read or an acknowledge answers."""
    match step:
        case InputChange():
            rig.inputs[step.chip, step.line].set(step.level)
        case Acknowledge():
            return rig.calls["intack"]()
        case Access() if step.is_write:
            rig.write(step.space, step.address, step.value or 0, step.size)
        case Access():
            return rig.read(step.space, step.address, step.size)
    return None
