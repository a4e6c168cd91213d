# SPDX-License-Identifier: Apache-2.0
"""All variants in turns, in one thread that stays on one CPU: `measure`."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from lightexit.errors import LightexitError
from lightexit.measure.figures import Figures
from lightexit.measure.variants import EMPTY, VARIANTS, TimedVm, Variant

#: Of a turn; those of the warm-up, at the beginning of each, are not counted.
TURN, WARM_UP = 1000, 100
#: More exits than this, of one access or missing, and others than the variant's were measured.
_STRAY = 0.05


@dataclass(frozen=True)
class MeasuredRow:
    """A variant's figures; all but EMPTY's are without what the empty pair of rdtsc takes.

    `exits` to user space are per access.
    """

    variant: Variant
    figures: Figures
    exits: float


@dataclass(frozen=True)
class NotMeasured:
    """A variant that this host cannot run, and why: one sentence."""

    variant: Variant
    reason: str


@dataclass(frozen=True)
class Series:
    """What came of it.

    `tsc_khz` is 0 where KVM does not tell; `cpu` None where the thread could be kept on none.
    """

    rows: tuple[MeasuredRow, ...]
    not_measured: tuple[NotMeasured, ...]
    tsc_khz: int
    cpu: int | None

    @property
    def empty(self) -> Figures | None:
        """What the pair of rdtsc takes with nothing in between."""
        return next((row.figures for row in self.rows if row.variant == EMPTY), None)


@dataclass
class _Runner:
    """A variant at work."""

    vm: TimedVm
    times: list[int] = field(default_factory=list)
    entries: int = 0
    accesses: int = 0

    def turn(self, accesses: int) -> None:
        before = self.vm.entries
        self.times += self.vm.turn(WARM_UP + accesses)[WARM_UP:]
        self.entries += self.vm.entries - before
        self.accesses += WARM_UP + accesses

    @property
    def exits(self) -> float:
        return self.entries / self.accesses


def measure(accesses: int, variants: Sequence[Variant] = VARIANTS) -> Series:
    """Time `accesses` of each variant.

    In a thread of its own: Python's signals interrupt the guest of a main thread.
    """
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(_measure, accesses, variants).result()


def _measure(accesses: int, variants: Sequence[Variant]) -> Series:
    runners: dict[Variant, _Runner] = {}
    reasons: dict[Variant, str] = {}
    with contextlib.ExitStack() as stack:
        cpu = stack.enter_context(one_cpu())
        for variant in variants:
            try:
                runners[variant] = stack.enter_context(_started(variant))
            except LightexitError as error:
                reasons[variant] = told(error)
        _take_turns(runners, reasons, accesses)
        tsc_khz = next((runner.vm.tsc_khz for runner in runners.values()), 0)
    rows = [MeasuredRow(v, Figures.of(run.times), run.exits) for v, run in runners.items()]
    return _series(rows, reasons, tsc_khz, cpu)


@contextlib.contextmanager
def _started(variant: Variant) -> Iterator[_Runner]:
    """A variant that has had its first turn, of which no time is kept."""
    with contextlib.closing(TimedVm(variant)) as vm:
        vm.turn(WARM_UP)
        yield _Runner(vm)


def _take_turns(runners: dict[Variant, _Runner], reasons: dict[Variant, str], total: int) -> None:
    """Every other round begins with the last: who runs after whom counts, for caches' sake."""
    for number, begin in enumerate(range(0, total, TURN)):
        order = list(runners) if number % 2 == 0 else list(reversed(runners))
        for variant in order:
            try:
                runners[variant].turn(min(TURN, total - begin))
            except LightexitError as error:
                del runners[variant]
                reasons[variant] = told(error)


def _series(
    rows: list[MeasuredRow], reasons: dict[Variant, str], tsc_khz: int, cpu: int | None
) -> Series:
    empty = next((row.figures.p50 for row in rows if row.variant == EMPTY), 0)
    kept = []
    for row in rows:
        reason = stray(row)
        if reason:
            reasons[row.variant] = reason
        else:
            net = row.figures if row.variant == EMPTY else row.figures.less(empty)
            kept.append(MeasuredRow(row.variant, net, row.exits))
    missing = tuple(NotMeasured(*each) for each in reasons.items())
    return Series(tuple(kept), missing, tsc_khz, cpu)


def stray(row: MeasuredRow) -> str:
    """Why a row is not what its name says, if so: someone else has answered."""
    if abs(row.exits - row.variant.exits) <= _STRAY:
        return ""
    where = "stayed in the kernel" if row.variant.exits else "went to user space"
    share = 1 - row.exits if row.variant.exits else row.exits
    return f"{min(share, 1):.0%} of the accesses {where}, where none was to"


def told(error: LightexitError) -> str:
    """One sentence."""
    expected = f" (expected: {error.expected})" if error.expected else ""
    return f"{error.found}{expected}"


@contextlib.contextmanager
def one_cpu() -> Iterator[int | None]:
    """Within, this thread stays on the last CPU that it may use: the first takes most interrupts.

    None where the host does not allow it.
    """
    try:
        before = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {max(before)})
    except (OSError, AttributeError):  # there are hosts without such a call
        yield None
        return
    try:
        yield max(before)
    finally:
        os.sched_setaffinity(0, before)
