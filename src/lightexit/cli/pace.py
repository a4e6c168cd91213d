# SPDX-License-Identifier: Apache-2.0
"""How a run goes: what its accesses have come to since one looked last."""

from __future__ import annotations

import time
from typing import TypeAlias

from lightexit.abi import Space
from lightexit.bus.counters import RegisterCount
from lightexit.shown import one_line
from lightexit.vm.machine import Machine

_Place: TypeAlias = tuple[Space, int, bool]


class RunPace:
    """Looks at a machine, from any one thread, while it runs or not."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._since = time.monotonic()
        self._before: dict[_Place, int] = {}

    def line(self) -> str:
        """Guest time; accesses a second and the busiest register since the last line; the share
        that bytecode has answered of all."""
        counts, now = self._machine.bus.counts(), time.monotonic()
        seconds, self._since = max(now - self._since, 1e-3), now
        news = {_place(each): each.accesses for each in counts}
        grown = {place: count - self._before.get(place, 0) for place, count in news.items()}
        self._before = news
        parts = [
            f"guest {self._machine.clock.now_ns() / 1e9:.1f} s",
            f"{sum(grown.values()) / seconds:,.0f} accesses/s",
            f"{100 * self._share(counts):.0f} % by bytecode",
        ]
        hottest = max(counts, key=lambda each: grown[_place(each)], default=None)
        if hottest is not None and grown[_place(hottest)]:
            direction = "write" if hottest.is_write else "read"
            parts.append(f"hottest: {hottest.device} {hottest.register} {direction}")
        return one_line("  ".join(parts))

    def _share(self, counts: list[RegisterCount]) -> float:
        in_kernel = sum(each.handled for each in self._machine.bus.offloaded())
        accesses = sum(each.accesses for each in counts) + in_kernel
        return (sum(each.handled for each in counts) + in_kernel) / max(accesses, 1)


def _place(count: RegisterCount) -> _Place:
    return count.space, count.address, count.is_write
