# SPDX-License-Identifier: Apache-2.0
"""What a filter in the kernel might save: an estimate, from what was measured here and by
`lightexit bench host`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lightexit.abi import Space
from lightexit.cli.schemas import BENCH_HOST
from lightexit.errors import AuthorError
from lightexit.files import MIB, read_file
from lightexit.trace.access import Answer
from lightexit.trace.rates import Row

_EXPECTED = "what `lightexit bench host --json FILE` writes"
#: What was measured of a filter in the kernel, by space.
_MEASURED = {Space.PIO: "pit-read", Space.MMIO: "mmio-read"}


@dataclass(frozen=True, slots=True)
class Savings:
    """`cost_ns` is what an access took that a filter in the kernel answered, exit and all."""

    cost_ns: Mapping[Space, float]

    def ms_per_second(self, row: Row) -> float | None:
        """Milliseconds a second, where a filter answers that register; None where none does, or
        nothing was measured."""
        cost = self.cost_ns.get(row.space)
        is_candidate = row.name.filter and row.answer is Answer.USER
        if cost is None or row.ns_each is None or not is_candidate:
            return None
        return row.per_second * max(row.ns_each - cost, 0.0) / 1e6

    def basis(self) -> str:
        """What the estimate rests on, for a reader."""
        costs = ", ".join(f"{ns:,.0f} {_NAMES[space]}" for space, ns in self.cost_ns.items())
        return f"~saves: an estimate, ms/s: per s x (ns each - {costs}: by bench host)"


_NAMES = {Space.PIO: "port", Space.MMIO: "memory"}


def read_savings(path: Path) -> Savings:
    """Raises AuthorError for a file that is something else, or has no such measurement."""
    data = read_file(path, _EXPECTED, 16 * MIB)
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or document.get("schema") != BENCH_HOST:
        raise AuthorError(f"{path} is something else", expected=_EXPECTED)
    found = {space: _cost(document, access) for space, access in _MEASURED.items()}
    costs = {space: cost for space, cost in found.items() if cost is not None}
    if not costs:
        raise AuthorError(
            f"{path} has no row of a filter in the kernel module",
            expected="a bench of a host where the module is loaded",
            advice="without --bench, top says only that a filter exists",
        )
    return Savings(costs)


def _cost(document: dict[str, Any], access: str) -> float | None:
    rows = document.get("rows")
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and (row.get("access"), row.get("answered_by")) == (
            access,
            "module",
        ):
            ns = row.get("ns")
            median = ns.get("p50") if isinstance(ns, dict) else None
            return float(median) if isinstance(median, int | float) else None
    return None
