# SPDX-License-Identifier: Apache-2.0
"""Stops a guest at an access."""

from __future__ import annotations

from collections.abc import Callable

from guests.probe import Probe


class Log(list[tuple[bool, int, int, int]]):
    """Calls `reached` once it has so many entries."""

    def __init__(self, entries: list[tuple[bool, int, int, int]], count: int) -> None:
        super().__init__(entries)
        self._most = count
        self.reached: Callable[[], None] = lambda: None

    def append(self, entry: tuple[bool, int, int, int]) -> None:
        super().append(entry)
        if len(self) == self._most:
            self.reached()


class Stepping:
    """Within, `stop` is called when the probe has seen `count` accesses."""

    def __init__(self, probe: Probe, count: int, stop: Callable[[], None]) -> None:
        self._probe, self._count, self._stop = probe, count, stop

    def __enter__(self) -> None:
        log = Log(self._probe.log, self._count)
        log.reached = self._stop
        self._probe.log = log

    def __exit__(self, *exception: object) -> None:
        self._probe.log = list(self._probe.log)
