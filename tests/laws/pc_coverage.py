# SPDX-License-Identifier: Apache-2.0
"""Coverage of traffic: regions, kinds of access, and whether filter or model answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from laws.pc_side import Side
from laws.pc_steps import Access, Step
from lightexit.bus.model import RegionPort

#: Words of a register's counter in one direction: accesses handled, accesses passed, two more.
_WORDS = 4


@dataclass(frozen=True, order=True)
class Kind:
    """Accesses of one kind to one region; `filter` is "" where there is none."""

    device: str
    base: int
    filter: str
    is_write: bool
    size: int

    def __str__(self) -> str:
        way = "write" if self.is_write else "read"
        return f"{self.device} {self.base:#x} {self.filter or '-'} {way} {self.size}"


@dataclass
class Coverage:
    """Accesses by kind, as (filter, model) answered registers of them."""

    sequences: int = 0
    steps: Counter[str] = field(default_factory=Counter)
    handled: Counter[Kind] = field(default_factory=Counter)
    passed: Counter[Kind] = field(default_factory=Counter)
    filters: set[tuple[str, int, str]] = field(default_factory=set)

    def offered(self, pc: Side) -> None:
        """A PC's filters are to be reached."""
        self.filters |= {_place(port) for port in pc.ports if port.region.filter is not None}

    def noted(self, pc: Side, step: Step, act: Callable[[], Any]) -> Any:
        """The result of `act`; records whether filter or model answered its access."""
        self.steps[type(step).__name__] += 1
        port = pc.find(step) if isinstance(step, Access) else None
        if port is None or not isinstance(step, Access):
            return act()
        kind = Kind(*_place(port), step.value is not None, step.size)
        before = _answered(port, step)
        result = act()
        after = _answered(port, step)
        self.handled[kind] += after[0] - before[0]
        self.passed[kind] += after[1] - before[1]
        return result

    def add(self, other: Coverage) -> None:
        """Another's too."""
        self.sequences += other.sequences
        self.steps += other.steps
        self.handled += other.handled
        self.passed += other.passed
        self.filters |= other.filters

    def missing(self) -> list[str]:
        """Filters that never answered an access."""
        reached = {(kind.device, kind.base, kind.filter) for kind in +self.handled}
        return [f"{name} {base:#x} {used}" for name, base, used in sorted(self.filters - reached)]

    def __str__(self) -> str:
        kinds = sorted({*self.handled, *self.passed})
        rows = [f"{each!s:44} {self.handled[each]:9} {self.passed[each]:9}" for each in kinds]
        steps = ", ".join(f"{count} {name}" for name, count in self.steps.most_common())
        return "\n".join(
            (
                f"{self.sequences} sequences: {steps}",
                f"{'region, filter, kind of access':44} {'HANDLED':>9} {'PASSed':>9}",
                *rows,
                f"never HANDLED: {', '.join(self.missing()) or 'no filter'}",
            )
        )


def _place(port: RegionPort) -> tuple[str, int, str]:
    filter = port.region.filter
    return port.model.name, port.region.base, filter.name if filter is not None else ""


def _answered(port: RegionPort, step: Access) -> tuple[int, int]:
    """Registers of a region, under this access, that its filter and its model have answered."""
    counters, region = port.counters, port.region
    words = counters._block.bytes.cast("Q")
    first = (step.address - region.base) >> counters.shift
    end = min(step.address + step.size, region.base + region.size) - 1
    last = (end - region.base) >> counters.shift
    handled = passed = 0
    for lane in range(counters._lanes):
        start = lane * counters.lane_size // 8
        for register in range(first, last + 1):
            at = start + (2 * register + (step.value is not None)) * _WORDS
            handled += words[at]
            passed += words[at + 1]
    return handled, passed


def accesses(pc: Side) -> list[list[int]]:
    """How often each register of each region was read and written, by each vCPU."""
    counts = []
    for port in pc.ports:
        words = port.counters._block.bytes.cast("Q")
        pairs = zip(words[::_WORDS].tolist(), words[1::_WORDS].tolist(), strict=True)
        counts.append([handled + passed for handled, passed in pairs])
    return counts
