# SPDX-License-Identifier: Apache-2.0
"""`Alarm`: calls a function at a host time, from a thread of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from lightexit.vm.timer import timer


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
        self._lock = threading.Lock()
        self._due_ns: int | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._watch, name="alarm", daemon=True)

    def __enter__(self) -> Self:
        self._timer = timer(self._now_ns)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._lock:
            self._closed = True
            self._timer.set(0)
        self._thread.join()
        self._timer.close()

    def set(self, due_ns: int | None) -> None:
        """Ring at `due_ns` of the clock, or not at all."""
        with self._lock:
            self._set(due_ns)

    def hasten(self, due_ns: int) -> None:
        """Ring at `due_ns` at the latest, if it was to ring later."""
        with self._lock:
            if self._due_ns is not None and due_ns < self._due_ns:
                self._set(due_ns)

    def _set(self, due_ns: int | None) -> None:
        self._due_ns = due_ns
        self._timer.set(due_ns)

    def _watch(self) -> None:
        while not self._closed:
            self._timer.wait()
            with self._lock:
                if self._due_ns is not None and self._due_ns <= self._now_ns():
                    self._due_ns = None
                    self._ring()
