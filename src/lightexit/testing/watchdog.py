# SPDX-License-Identifier: Apache-2.0
"""Stops a device that does not return."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

#: CPU time that one example may take, in seconds: thousands of times what it does take.
LIMIT_S = 5.0


class Overdue(BaseException):
    """A device has been computing for `LIMIT_S`."""


@contextmanager
def watched() -> Iterator[None]:
    """Within, whatever computes for too long ends with `Overdue`.

    In the main thread, on systems that have such a timer; elsewhere nothing is watched.
    """
    in_main = threading.current_thread() is threading.main_thread()
    if not in_main or not hasattr(signal, "setitimer"):
        yield
        return

    def over(_number: int, _frame: FrameType | None) -> None:
        raise Overdue

    before = signal.signal(signal.SIGVTALRM, over)
    signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
