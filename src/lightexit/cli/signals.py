# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C, SIGTERM and SIGHUP: what goes on ends, and what it has come to is printed first."""

from __future__ import annotations

import contextlib
import math
import os
import signal
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import TYPE_CHECKING, NoReturn, Self

from lightexit.cli.status import ExitCode
from lightexit.errors import InternalError
from lightexit.vm.deferral import at_once

if TYPE_CHECKING:
    from lightexit.vm.machine import Machine

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
#: A second signal after this time ends the process at once. Before, it may be a copy of the first:
#: `timeout` sends its signal to the process and to the process group.
PATIENCE_S = 1.0
_PRESSED = b"SIGTERM: the guest's power button was pressed; another one ends the run\n"


class EndingSignals:
    """Within, `received` says which signal was the first; a second one later on ends the process.

    Signals that are ignored, as by `nohup`, stay ignored.
    """

    def __init__(self) -> None:
        self.received: signal.Signals | None = None
        self._since = -math.inf

    def __enter__(self) -> Self:
        for number in _ENDING:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._note)
        return self

    def __exit__(self, *exception: object) -> None:
        for number in _ENDING:
            if signal.getsignal(number) == self._note:
                signal.signal(number, signal.SIG_DFL)

    @at_once
    def _note(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if now - self._since <= PATIENCE_S:
            return
        self._since = now
        if self.received is None:
            self.received = signal.Signals(number)
            self.first()
        else:
            self.end()

    def first(self) -> None:
        """The first signal has come."""

    def end(self) -> NoReturn:
        """End the process as the signal ends those that do nothing about it."""
        number = self.received or signal.SIGTERM
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)
        raise InternalError(f"{number.name} does not end this process")


class RunSignals(EndingSignals):
    """The first signal stops the machine that runs; before any has run there is nothing to print,
    and it ends the process. With `is_status_guests`, no signal ends the process with an odd status.

    Where the guest answers its power button, a SIGTERM before that one presses it, once.
    """

    def __init__(self, *, is_status_guests: bool) -> None:
        super().__init__()
        self._is_status_guests = is_status_guests
        self._stop: Callable[[], None] | None = None
        self._press: Callable[[], bool] = lambda: False
        self._is_pressed = False

    @contextlib.contextmanager
    def stopping(self, machine: Machine) -> Iterator[None]:
        """Have the machine's run end with a signal, or at once where one has come."""
        from lightexit.vm.machine import RunEnd

        def stop() -> None:
            if self.received is not None or self._is_pressed:
                machine.stop(RunEnd.REQUEST, (self.received or signal.SIGTERM).name)

        def press() -> bool:
            if machine.answers_power_button:
                machine.power_button()
            return machine.answers_power_button

        self._stop, self._press = stop, press
        stop()
        try:
            yield
        finally:
            self._stop, self._press = lambda: None, lambda: False

    def first(self) -> None:
        """Stop what runs, or press its power button."""
        if self._stop is None:
            self.end()
        if self.received is signal.SIGTERM and not self._is_pressed and self._press():
            self.received, self._is_pressed = None, True
            with contextlib.suppress(OSError):
                os.write(2, _PRESSED)
        else:
            self._stop()

    def end(self) -> NoReturn:
        """End the process as the signal does, or with the status for that."""
        if self._is_status_guests:
            os._exit(ExitCode.ENDED_BY_SIGNAL)
        super().end()


class Ending(EndingSignals):
    """Within, `why` says what has ended something: a signal, or that it is `seconds` since `why`
    was first asked for."""

    def __init__(self, seconds: float | None) -> None:
        super().__init__()
        self._seconds, self._end = seconds, 0.0

    @property
    def why(self) -> str:
        """Empty while nothing has."""
        if self.received is not None:
            return f"ended by {self.received.name}"
        if self._seconds is None:
            return ""
        self._end = self._end or time.monotonic() + self._seconds
        return f"the {self._seconds:g} s are over" if time.monotonic() >= self._end else ""
