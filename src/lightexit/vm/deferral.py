# SPDX-License-Identifier: Apache-2.0
"""`DeferredInterrupt`: Ctrl-C at a moment when it can do no harm.

Python runs a signal's handler between any two steps of its main thread. What the handler raises
there may leave a lock taken, a thread without its owner or a vCPU that nobody stops.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from typing import Any, Self, TypeVar

F = TypeVar("F", bound=Callable[..., object])

_AT_ONCE: set[object] = set()
#: A second Ctrl-C after this time is raised at once.
PATIENCE_S = 1.0


def at_once(handler: F) -> F:
    """Marks a function, or method, that may handle signals at any moment: it only takes note."""
    _AT_ONCE.add(handler)
    return handler


class DeferredInterrupt:
    """Within, what Python would do for SIGINT it does in `check`, or at the end.

    Where `at_once` marks the handler, nothing changes.

    Or in the midst of anything, for one who has waited in vain and presses Ctrl-C again. Other
    threads than the main one never run handlers: there it does nothing.
    """

    def __init__(self) -> None:
        self._handler: Callable[[int, Any], object] | None = None
        self._since: float | None = None

    def __enter__(self) -> Self:
        handler = signal.getsignal(signal.SIGINT)
        if getattr(handler, "__func__", handler) in _AT_ONCE:
            return self
        if threading.current_thread() is threading.main_thread() and callable(handler):
            self._handler = handler
            signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *exception: object) -> None:
        if self._handler is not None:
            signal.signal(signal.SIGINT, self._handler)
            self.check()

    def _note(self, number: int, frame: object) -> None:
        now = time.monotonic()
        if self._since is None:
            self._since = now
        elif now - self._since > PATIENCE_S:
            self.check()

    def check(self) -> None:
        """Do it now, if it came. Raises what the handler raises, as a rule KeyboardInterrupt."""
        if self._since is not None and self._handler is not None:
            self._since = None
            self._handler(signal.SIGINT, None)
