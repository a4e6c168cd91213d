# SPDX-License-Identifier: Apache-2.0
"""What the accesses of one run, or of the same guest's two runs, came to.

Every figure was measured in the run that it is given for: a guest that polls makes fewer accesses
where they take longer, so the count of one run times the cost of the other says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from lightexit.abi import Space

if TYPE_CHECKING:
    from lightexit.bus.counters import RegisterCount, UnclaimedCount

_Place = tuple[Space, int, bool]


@dataclass(frozen=True)
class Side:
    """One register's accesses in one direction in one run. Times are totals in ns."""

    handled: int = 0
    passed: int = 0
    handled_ns: float = 0.0
    passed_ns: float = 0.0

    @property
    def accesses(self) -> int:
        """All of them."""
        return self.handled + self.passed

    @property
    def ns(self) -> float:
        """The time of all of them."""
        return self.handled_ns + self.passed_ns

    @property
    def per_handled(self) -> float | None:
        """Ns an access that bytecode answered."""
        return self.handled_ns / self.handled if self.handled else None

    @property
    def per_passed(self) -> float | None:
        """Ns an access that the model answered."""
        return self.passed_ns / self.passed if self.passed else None


NONE = Side()


@dataclass(frozen=True)
class TallyRow:
    """One register in one direction; `plain` is the run without filters, where that was another."""

    name: str
    space: str
    address: int
    is_write: bool
    shown: Side
    plain: Side | None

    @property
    def sides(self) -> tuple[Side, ...]:
        """Each run's, the one without filters first."""
        return (self.shown,) if self.plain is None else (self.plain, self.shown)


@dataclass(frozen=True)
class Total:
    """Sums over the registers of one run."""

    accesses: int
    handled: int
    reads: int
    reads_handled: int
    port_reads: int
    port_reads_handled: int
    ns: float


@dataclass(frozen=True)
class Unclaimed:
    """Accesses that no device answered; without an address, those not counted apart."""

    space: str
    address: int | None
    is_write: bool
    accesses: int
    plain_accesses: int | None


def _place(count: RegisterCount) -> _Place:
    return count.space, count.address, count.is_write


def rows(shown: Iterable[RegisterCount], plain: Iterable[RegisterCount] | None) -> list[TallyRow]:
    """Registers that either run has accessed, the busiest first.

    `plain` is the run without filters where `shown` had some, else None.
    """
    ours = {_place(count): count for count in shown}
    theirs = {_place(count): count for count in plain or ()}
    found = [
        TallyRow(
            name=f"{count.device} {count.register}",
            space=count.space.name,
            address=count.address,
            is_write=count.is_write,
            shown=_side(ours.get(place)),
            plain=None if plain is None else _side(theirs.get(place)),
        )
        for place, count in (theirs | ours).items()
    ]
    return sorted(found, key=lambda row: (-_most(row), row.address, row.is_write))


def _side(count: RegisterCount | None) -> Side:
    if count is None:
        return NONE
    return Side(count.handled, count.passed, count.handled_ns, count.passed_ns)


def _most(row: TallyRow) -> int:
    return max(side.accesses for side in row.sides)


def total(of: Iterable[RegisterCount]) -> Total:
    """The sums of one run."""
    every = list(of)
    reads = [count for count in every if not count.is_write]
    ports = [count for count in reads if count.space is Space.PIO]
    return Total(
        accesses=sum(count.accesses for count in every),
        handled=sum(count.handled for count in every),
        reads=sum(count.accesses for count in reads),
        reads_handled=sum(count.handled for count in reads),
        port_reads=sum(count.accesses for count in ports),
        port_reads_handled=sum(count.handled for count in ports),
        ns=sum(count.handled_ns + count.passed_ns for count in every),
    )


def unclaimed(
    shown: Iterable[UnclaimedCount], plain: Iterable[UnclaimedCount] | None
) -> list[Unclaimed]:
    """What no device answered in either run, the most frequent first; `plain` as for `rows`."""
    ours = {(count.space, count.address, count.is_write): count.accesses for count in shown}
    theirs = {(c.space, c.address, c.is_write): c.accesses for c in plain or ()}
    found = [
        Unclaimed(
            place[0].name,
            place[1],
            place[2],
            ours.get(place, 0),
            None if plain is None else theirs.get(place, 0),
        )
        for place in theirs | ours
    ]
    return sorted(found, key=_frequency)


def _frequency(place: Unclaimed) -> tuple[int, str, int, bool]:
    most = max(place.accesses, place.plain_accesses or 0)
    address = -1 if place.address is None else place.address
    return -most, place.space, address, place.is_write


def as_json(row: TallyRow) -> dict[str, Any]:
    """A row as plain values: the run shown, and `without_filters` where that was another."""
    shown, plain = row.shown, row.plain
    place = {key: getattr(row, key) for key in ("name", "space", "address", "is_write")}
    own = asdict(shown) | {"accesses": shown.accesses, "ns_per_handled": shown.per_handled}
    without = plain and {
        "accesses": plain.accesses,
        "ns": plain.ns,
        "ns_per_access": plain.per_passed,
    }
    return place | own | {"ns_per_passed": shown.per_passed, "without_filters": without}
