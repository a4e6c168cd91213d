# SPDX-License-Identifier: Apache-2.0
"""VM time: nanoseconds that the VM has run."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """A source of VM time."""

    def now_ns(self) -> int:
        """Nanoseconds of VM time, never going back."""
        ...


class ManualClock:
    """Time that moves only when told to: for tests and replays."""

    def __init__(self, now_ns: int = 0) -> None:
        self._now_ns = now_ns

    def now_ns(self) -> int:
        """Nanoseconds of VM time."""
        return self._now_ns

    def advance(self, ns: int) -> None:
        """Let `ns` nanoseconds pass."""
        self._now_ns += ns
