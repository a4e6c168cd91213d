# SPDX-License-Identifier: Apache-2.0
"""`Alarm`: calls a function at a host time, from a thread of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self


class Alarm:
    """Calls `ring` once for every `set`, at or soon after its time, unless it is set anew.

    To be used as a context manager: the thread lives within. Another clock than the host's is for
    tests; the thread looks at it as often as it would at the host's.
    """

    def __init__(
        self, ring: Callable[[], None], now_ns: Callable[[], int] = time.monotonic_ns
    ) -> None:
        self._ring = ring
        self._now_ns = now_ns
        self._condition = threading.Condition()
        self._due_ns: int | None = None
        self._asleep_until_ns: int | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._watch, name="alarm", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._condition:
            self._closed = True
            self._condition.notify()
        self._thread.join()

    def set(self, due_ns: int | None) -> None:
        """Ring at `due_ns` of the clock, or not at all."""
        with self._condition:
            self._set(due_ns)

    def hasten(self, due_ns: int) -> None:
        """Ring at `due_ns` at the latest, if it was to ring later."""
        with self._condition:
            if self._due_ns is not None and due_ns < self._due_ns:
                self._set(due_ns)

    def _set(self, due_ns: int | None) -> None:
        self._due_ns = due_ns
        # A thread that wakes too early goes back to sleep by itself: cheaper than waking it.
        if due_ns is not None and not self._wakes_by(due_ns):
            self._condition.notify()

    def _wakes_by(self, due_ns: int) -> bool:
        return self._asleep_until_ns is not None and self._asleep_until_ns <= due_ns

    def _watch(self) -> None:
        with self._condition:
            while not self._closed:
                now = self._now_ns()
                if self._due_ns is not None and self._due_ns <= now:
                    self._due_ns = None
                    self._ring()
                self._asleep_until_ns = self._due_ns
                self._condition.wait(self._sleep_s(now))

    def _sleep_s(self, now_ns: int) -> float | None:
        return None if self._due_ns is None else max(self._due_ns - now_ns, 0) / 1e9
