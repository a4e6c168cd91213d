# SPDX-License-Identifier: Apache-2.0
"""What is looked at before a recorded access is replayed: files may hold anything."""

from __future__ import annotations

from lightexit.abi import Space
from lightexit.bus.checks import check_access
from lightexit.errors import AuthorError
from lightexit.trace.access import Access
from lightexit.trace.replay.steps import ReplayStep

#: The longest that two accesses of one run can be apart: 30 days.
MOST_APART_NS = 30 * 86_400 * 10**9
_LATEST = 1 << 63


def check_step(number: int, step: ReplayStep) -> None:
    """Raises AuthorError for a time, place or value that no access has."""
    if not 0 <= step.time_ns < _LATEST:
        raise AuthorError(
            f"access {number:,} is at {step.time_ns} ns", expected=f"0 to {_LATEST - 1} ns"
        )
    if not isinstance(step, Access):
        return
    try:
        check_access(Space(step.space), step.address, step.size)
    except AuthorError as error:
        raise AuthorError(f"access {number:,} is {error.found}", expected=error.expected) from None
    if step.value is not None and not 0 <= step.value < 1 << 8 * step.size:
        raise AuthorError(
            f"access {number:,} has the value {step.value:#x} and a size of {step.size}",
            expected=f"a value of 0 to {(1 << 8 * step.size) - 1:#x}",
        )


class Timeline:
    """VM times of a recording: `start_ns` at its time `origin_ns`, never going back.

    Accesses of several vCPUs stand in the order in which they ended, which may not be that of
    their times. `backwards` counts those that were moved to the time of the one before.
    """

    def __init__(self, origin_ns: int, start_ns: int = 0) -> None:
        self._offset = start_ns - origin_ns
        self._now = start_ns
        self.backwards = 0

    def at(self, number: int, time_ns: int) -> int:
        """The VM time of access `number`. Raises AuthorError for one that is no run's."""
        now_ns = time_ns + self._offset
        if now_ns < self._now:
            self.backwards += 1
            return self._now
        if now_ns - self._now > MOST_APART_NS:
            days = (now_ns - self._now) // (86_400 * 10**9)
            raise AuthorError(
                f"access {number:,} is {days:,} days after the one before it",
                expected="accesses of one run, each within 30 days of the one before",
            )
        self._now = now_ns
        return now_ns
