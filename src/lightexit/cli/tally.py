# SPDX-License-Identifier: Apache-2.0
"""What a run's accesses cost, and what filters saved of it, register by register."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from lightexit.abi import Space

if TYPE_CHECKING:
    from lightexit.bus.counters import RegisterCount

_Key = tuple[Space, int, bool]


@dataclass(frozen=True)
class Row:
    """One register in one direction. Times are totals in ns; `model_ns` is without filters."""

    name: str
    space: str
    address: int
    is_write: bool
    accesses: int
    handled: int
    passed: int
    handled_ns: float
    passed_ns: float
    model_accesses: int
    model_ns: float

    @property
    def per_handled(self) -> float | None:
        """Ns an access that bytecode answered."""
        return self.handled_ns / self.handled if self.handled else None

    @property
    def per_model(self) -> float | None:
        """Ns an access that the model answered, in the run without filters if there was one."""
        if self.model_accesses:
            return self.model_ns / self.model_accesses
        return self.passed_ns / self.passed if self.passed else None

    @property
    def saved_ns(self) -> float:
        """What the same accesses would have cost more without filters."""
        if not self.handled or self.per_model is None:
            return 0.0
        return self.handled * self.per_model - self.handled_ns


@dataclass(frozen=True)
class Total:
    """Sums over rows."""

    accesses: int
    handled: int
    reads: int
    reads_handled: int
    port_reads: int
    port_reads_handled: int
    ns: float
    saved_ns: float


def _key(count: RegisterCount) -> _Key:
    return count.space, count.address, count.is_write


def rows(filtered: Iterable[RegisterCount], plain: Iterable[RegisterCount]) -> list[Row]:
    """Registers of a run, the busiest first; `plain` is the same run without filters, or empty."""
    models = {_key(count): count for count in plain}
    found = [_row(count, models.get(_key(count))) for count in filtered]
    return sorted(found, key=lambda row: (-row.accesses, row.address, row.is_write))


def _row(count: RegisterCount, model: RegisterCount | None) -> Row:
    return Row(
        name=f"{count.device} {count.register}",
        space=count.space.name,
        address=count.address,
        is_write=count.is_write,
        accesses=count.accesses,
        handled=count.handled,
        passed=count.passed,
        handled_ns=count.handled_ns,
        passed_ns=count.passed_ns,
        model_accesses=model.passed if model else 0,
        model_ns=model.passed_ns if model else 0.0,
    )


def total(of: Iterable[Row]) -> Total:
    """The sums over all rows."""
    every = list(of)
    reads = [row for row in every if not row.is_write]
    ports = [row for row in reads if row.space == Space.PIO.name]
    return Total(
        accesses=sum(row.accesses for row in every),
        handled=sum(row.handled for row in every),
        reads=sum(row.accesses for row in reads),
        reads_handled=sum(row.handled for row in reads),
        port_reads=sum(row.accesses for row in ports),
        port_reads_handled=sum(row.handled for row in ports),
        ns=sum(row.handled_ns + row.passed_ns for row in every),
        saved_ns=sum(row.saved_ns for row in every),
    )


def as_json(row: Row) -> dict[str, Any]:
    """A row as plain values."""
    return asdict(row) | {
        "ns_per_handled": row.per_handled,
        "ns_per_model": row.per_model,
        "saved_ns": row.saved_ns,
    }
