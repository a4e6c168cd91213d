# SPDX-License-Identifier: Apache-2.0
"""All ways of one filter in turns, for a while: `measure_filter`."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from statistics import median, quantiles

from lightexit.errors import LightexitError
from lightexit.measure.filters import MeasuredFilter
from lightexit.measure.series import one_cpu, told
from lightexit.measure.ways import AccessTimer, Way, makers

#: Of one way in one round; a round has all of them.
_BATCH_NS = 8_000_000
_FIRST_BATCH, _LARGEST_BATCH = 50, 100_000
LEAST_ROUNDS = 5
#: More accesses than this, of one that a filter is to answer, and it was not the filter's time.
_STRAY = 0.01
_BY_MODEL = frozenset({Way.MODEL, Way.UNICORN_MODEL, Way.KVM_MODEL})
#: What is compared with what, in the same round.
PAIRS = (
    (Way.MODEL, Way.NATIVE),
    (Way.INTERPRETER, Way.NATIVE),
    (Way.UNICORN_MODEL, Way.UNICORN_FILTER),
    (Way.KVM_MODEL, Way.KVM_FILTER),
    (Way.KVM_FILTER, Way.KVM_MODULE),
)

Makers = Mapping[Way, Callable[[MeasuredFilter], AccessTimer]]


@dataclass(frozen=True)
class Spread:
    """The median of the rounds, and the quarters below and above which a quarter of them is."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: list[float]) -> Spread:
        """Of two values at least."""
        low, _, high = quantiles(values, n=4, method="inclusive")
        return cls(median(values), low, high)


@dataclass(frozen=True)
class TimedWay:
    """ns of an access; `accesses` of them in all rounds."""

    way: Way
    ns: Spread
    accesses: int


@dataclass(frozen=True)
class WayRatio:
    """How many times as long one takes as the other, within a round."""

    way: Way
    other: Way
    value: Spread


@dataclass(frozen=True)
class FilterSeries:
    """What came of it: `missing` has ways that could not be measured, and why."""

    rows: tuple[TimedWay, ...]
    ratios: tuple[WayRatio, ...]
    missing: tuple[tuple[Way, str], ...]
    rounds: int
    seconds: float


@dataclass
class _Timed:
    timer: AccessTimer
    batch: int = _FIRST_BATCH
    ns: list[float] = field(default_factory=list)
    accesses: int = 0

    def warm_up(self) -> None:
        """Find out how many accesses make a batch."""
        self.timer.run(self.batch)
        ns = self.timer.run(self.batch)
        self.batch = max(2, min(_LARGEST_BATCH, round(_BATCH_NS / max(ns, 1.0))))

    def round(self) -> None:
        self.ns.append(self.timer.run(self.batch))
        self.accesses += self.batch


def measure_filter(
    subject: MeasuredFilter, seconds: float, ways: Makers | None = None
) -> FilterSeries:
    """Time all ways that this host has for about so many seconds, some rounds at least.

    In a thread of its own: Python's signals interrupt the guest of a main thread.
    """
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(_measure, subject, seconds, ways or makers()).result()


def _measure(subject: MeasuredFilter, seconds: float, ways: Makers) -> FilterSeries:
    begun, reasons = time.monotonic(), dict[Way, str]()
    timed: dict[Way, _Timed] = {}
    with contextlib.ExitStack() as stack:
        stack.enter_context(one_cpu())
        for way, make in ways.items():
            with _failing(way, timed, reasons):
                one = timed[way] = _Timed(stack.enter_context(contextlib.closing(make(subject))))
                one.warm_up()
        rounds = _rounds(timed, reasons, begun + seconds)
        for way, each in list(timed.items()):
            if reason := _stray(way, each.timer):
                del timed[way]
                reasons[way] = reason
    ordered = tuple((way, reasons[way]) for way in ways if way in reasons)
    taken = time.monotonic() - begun
    return FilterSeries(_rows(timed), _ratios(timed), ordered, rounds, taken)


@contextlib.contextmanager
def _failing(way: Way, timed: dict[Way, _Timed], reasons: dict[Way, str]) -> Iterator[None]:
    """Within, a way that fails is measured no more."""
    try:
        yield
    except LightexitError as error:
        timed.pop(way, None)
        reasons[way] = told(error)


def _rounds(timed: dict[Way, _Timed], reasons: dict[Way, str], end: float) -> int:
    """Every other one backwards: who runs after whom counts, for caches' sake."""
    count = 0
    while timed and (count < LEAST_ROUNDS or time.monotonic() < end):
        order = list(timed) if count % 2 == 0 else list(reversed(timed))
        for way in order:
            with _failing(way, timed, reasons):
                timed[way].round()
        count += 1
    return count


def _stray(way: Way, timer: AccessTimer) -> str:
    handled, passed = timer.shares()
    if way in _BY_MODEL or passed <= _STRAY * (handled + passed):
        return ""
    return f"{passed:,} of {handled + passed:,} accesses were passed to the model"


def _rows(timed: Mapping[Way, _Timed]) -> tuple[TimedWay, ...]:
    return tuple(TimedWay(way, Spread.of(each.ns), each.accesses) for way, each in timed.items())


def _ratios(timed: Mapping[Way, _Timed]) -> tuple[WayRatio, ...]:
    return tuple(
        WayRatio(way, other, Spread.of(_quotients(timed[way].ns, timed[other].ns)))
        for way, other in PAIRS
        if way in timed and other in timed
    )


def _quotients(ns: list[float], others: list[float]) -> list[float]:
    return [one / max(other, 0.1) for one, other in zip(ns, others, strict=True)]
