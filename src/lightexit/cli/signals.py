# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C, SIGTERM and SIGHUP during a run: it ends, and what it has come to is printed first."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import NoReturn, Self

from lightexit.cli.status import ExitCode
from lightexit.errors import InternalError
from lightexit.vm.deferral import at_once
from lightexit.vm.machine import Machine, RunEnd

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
#: A second signal after this time ends the process at once. Before, it may be a copy of the first:
#: `timeout` sends its signal to the process and to the process group.
PATIENCE_S = 1.0


class EndingSignals:
    """Within, the first signal stops the machine that runs, and `received` says which it was.

    Before any has run there is nothing to print: then it ends the process, as does a second one
    later on. Signals that are ignored, as by `nohup`, stay ignored. With `is_status_guests`, no
    signal ends the process with an odd status.
    """

    def __init__(self, *, is_status_guests: bool) -> None:
        self.received: signal.Signals | None = None
        self._is_status_guests = is_status_guests
        self._since = 0.0
        self._stop: Callable[[], None] | None = None

    def __enter__(self) -> Self:
        for number in _ENDING:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._note)
        return self

    def __exit__(self, *exception: object) -> None:
        for number in _ENDING:
            if signal.getsignal(number) == self._note:
                signal.signal(number, signal.SIG_DFL)

    @contextlib.contextmanager
    def stopping(self, machine: Machine) -> Iterator[None]:
        """Have the machine's run end with a signal, or at once where one has come."""

        def stop() -> None:
            if self.received is not None:
                machine.stop(RunEnd.REQUEST, self.received.name)

        self._stop = stop
        stop()
        try:
            yield
        finally:
            self._stop = lambda: None

    @at_once
    def _note(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self.received is None:
            self.received, self._since = signal.Signals(number), now
            if self._stop is None:
                self.end()
            else:
                self._stop()
        elif now - self._since > PATIENCE_S:
            self.end()

    def end(self) -> NoReturn:
        """End the process as the signal ends those that do nothing about it."""
        if self._is_status_guests:
            os._exit(ExitCode.ENDED_BY_SIGNAL)
        number = self.received or signal.SIGTERM
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)
        raise InternalError(f"{number.name} does not end this process")
