# SPDX-License-Identifier: Apache-2.0
"""`Turns`: a run, a slice of the guest's at a time, and in between what the host has to do."""

from __future__ import annotations

import time

from lightexit.bus.clock import BusClock
from lightexit.vm.power import PowerButton
from lightexit.vm.processors import Processors
from lightexit.vm.schedule import Schedule

# After the devices were advanced, the guest runs at least so many times as long as that took: on a
# host that is too slow for the guest's timers, the guest still makes progress.
_LEAST_SHARE = 4
# The longest slice: signals (Ctrl-C) are handled when the main thread is back in Python.
_LONGEST_SLICE_NS = 100_000_000


class Turns:
    """Of the vCPUs, with the devices kept in time. `end_ns` is the host time at which the run is
    over, None for never."""

    def __init__(self, schedule: Schedule, processors: Processors, button: PowerButton) -> None:
        self._schedule = schedule
        self._clock: BusClock = schedule.clock
        self._processors = processors
        self._button = button

    def look(self) -> int:
        """Bring devices to the present; since when, in host time."""
        begun_ns = time.monotonic_ns()
        self._button.settle()
        self._schedule.advance()
        return begun_ns

    def run(self, end_ns: int | None) -> None:
        """The guest runs."""
        begun_ns = self.look()
        self._processors.turn(self._due_ns(end_ns, begun_ns))

    def doze(self, end_ns: int | None, begun_ns: int) -> bool:
        """Time passes, for a guest that sleeps; whether there is something to wait for."""
        left_ns = self._schedule.left_ns()
        if self._clock.runs_by_itself:
            self._processors.wait(self._due_ns(end_ns, begun_ns))
        elif left_ns is None or not self._clock.step_ns:
            return False
        else:
            self._clock.advance(max(left_ns, 0))
        return True

    def _due_ns(self, end_ns: int | None, begun_ns: int) -> int:
        """When the host must look again: the end of the run, the devices' deadline, or soon.

        This look has begun at `begun_ns`.
        """
        now_ns = time.monotonic_ns()
        due = [now_ns + _LONGEST_SLICE_NS]
        if end_ns is not None:
            due.append(end_ns)
        left_ns = self._schedule.left_ns()
        if self._clock.runs_by_itself and left_ns is not None:
            due.append(now_ns + max(left_ns, _LEAST_SHARE * (now_ns - begun_ns)))
        return min(due)
