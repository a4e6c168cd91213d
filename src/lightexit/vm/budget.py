# SPDX-License-Identifier: Apache-2.0
"""`SharedBudget`: a limit on the accesses of several vCPUs together."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Sequence

from lightexit.bus.bus import UNLIMITED, BusCpu

#: The most accesses that a vCPU makes before the counts of all vCPUs are added up.
PORTION = 1000


class SharedBudget:
    """Gives every vCPU its accesses in portions; `spent` is called once all of them together
    have made as many as they may. What the others have left of their portions may come on top.
    """

    def __init__(
        self, cpus: Sequence[BusCpu], spent: Callable[[], None], portion: int = PORTION
    ) -> None:
        self._cpus = cpus
        self._spent = spent
        self._most = portion
        self._lock = threading.Lock()
        self.start(UNLIMITED)
        for index, cpu in enumerate(cpus):
            cpu.on_budget_spent(functools.partial(self._renew, index))

    def start(self, limit: int) -> None:
        """Begin to count, while no vCPU runs."""
        self._limit = limit
        portion = self._portion(limit)
        self._given = [portion] * len(self._cpus)
        for cpu in self._cpus:
            cpu.state.budget = portion

    @property
    def used(self) -> int:
        """Accesses since `start`, of all vCPUs."""
        with self._lock:
            return self._sum()

    def _sum(self) -> int:
        pairs = zip(self._given, self._cpus, strict=True)
        return sum((given - cpu.state.budget) & UNLIMITED for given, cpu in pairs)

    def _portion(self, left: int) -> int:
        if self._limit == UNLIMITED:
            return UNLIMITED
        return min(max(left // len(self._cpus), 1), self._most)

    def _renew(self, index: int) -> None:
        """Called by the access with which a vCPU has spent its portion."""
        with self._lock:
            left = self._limit - self._sum()
            if left > 0:
                portion = self._portion(left)
                self._given[index] += portion
                self._cpus[index].state.budget = portion
                return
        self._spent()
