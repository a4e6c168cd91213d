# SPDX-License-Identifier: Apache-2.0
"""Timers that one thread waits for and others set: the kernel's where the host has them."""

from __future__ import annotations

import ctypes
import os
import threading
import time
from collections.abc import Callable
from typing import Any, TypeAlias

_CLOCK_MONOTONIC, _CLOEXEC, _ABSOLUTE = 1, 0o2000000, 1


class ConditionTimer:
    """On any host, of any clock: setting it may wake the thread that waits, which takes long."""

    def __init__(self, now_ns: Callable[[], int]) -> None:
        self._now_ns = now_ns
        self._condition = threading.Condition()
        self._due_ns: int | None = None
        self._asleep_until_ns: int | None = None

    def set(self, due_ns: int | None) -> None:
        """Have `wait` return at `due_ns`, at the latest, or not at all."""
        with self._condition:
            self._due_ns = due_ns
            # A thread that wakes too early goes back to sleep by itself: cheaper than waking it.
            if due_ns is not None and not self._wakes_by(due_ns):
                self._condition.notify()

    def _wakes_by(self, due_ns: int) -> bool:
        return self._asleep_until_ns is not None and self._asleep_until_ns <= due_ns

    def wait(self) -> None:
        """Until that time, or for less."""
        with self._condition:
            self._asleep_until_ns = self._due_ns
            self._condition.wait(self._sleep_s(self._now_ns()))
            if self._due_ns is not None and self._due_ns <= self._now_ns():
                self._due_ns = None

    def _sleep_s(self, now_ns: int) -> float | None:
        return None if self._due_ns is None else max(self._due_ns - now_ns, 0) / 1e9

    def close(self) -> None:
        """Nobody waits any more."""


class _Setting(ctypes.Structure):
    """struct itimerspec, with no interval."""

    _fields_ = (("interval", ctypes.c_long * 2), ("seconds", ctypes.c_long), ("ns", ctypes.c_long))


class TimerFd:
    """timerfd(2) of Linux, of the clock of `time.monotonic_ns`: setting it wakes nobody."""

    def __init__(self) -> None:
        # Its functions return at once, so that the GIL need not be given up.
        self._library: Any = ctypes.PyDLL(None, use_errno=True)
        self._setting = _Setting()
        self._fd: int = self._library.timerfd_create(_CLOCK_MONOTONIC, _CLOEXEC)
        if self._fd < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")

    def set(self, due_ns: int | None) -> None:
        """As the other's; one time only."""
        # All zeros take the time back.
        seconds, ns = (0, 0) if due_ns is None else divmod(max(due_ns, 1), 10**9)
        self._setting.seconds, self._setting.ns = seconds, ns
        self._library.timerfd_settime(self._fd, _ABSOLUTE, ctypes.byref(self._setting), None)

    def wait(self) -> None:
        """Until that time."""
        os.read(self._fd, 8)

    def close(self) -> None:
        """Nobody waits any more."""
        os.close(self._fd)


Timer: TypeAlias = ConditionTimer | TimerFd


def timer(now_ns: Callable[[], int]) -> Timer:
    """The best one of this clock that the host has."""
    if now_ns is time.monotonic_ns:
        try:
            return TimerFd()
        except (AttributeError, OSError):
            pass
    return ConditionTimer(now_ns)
