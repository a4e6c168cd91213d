# SPDX-License-Identifier: Apache-2.0
"""The terminal of `lightexit run` while a person types into a guest: raw, and put back however
the run ends, and while it is stopped (SIGTSTP). kill -9 leaves it raw: `stty sane`."""

from __future__ import annotations

import contextlib
import os
import signal
import termios
from types import FrameType
from typing import Any, Self

from lightexit.vm.deferral import at_once

#: Where termios.tcgetattr(3) has them.
_IFLAG, _LFLAG, _CC = 0, 3, 6


def _raw(settings: list[Any]) -> list[Any]:
    """Every key is a byte, none a signal; output stays as it is, so that newlines return.

    termios(3), cfmakeraw, but for OPOST.
    """
    raw = [*settings[:_CC], list(settings[_CC])]
    raw[_IFLAG] &= ~(termios.BRKINT | termios.PARMRK | termios.ISTRIP | termios.INPCK)
    raw[_IFLAG] &= ~(termios.INLCR | termios.IGNCR | termios.ICRNL | termios.IXON)
    raw[_LFLAG] &= ~(termios.ECHO | termios.ECHONL | termios.ICANON | termios.ISIG | termios.IEXTEN)
    raw[_CC][termios.VMIN], raw[_CC][termios.VTIME] = 1, 0
    return raw


class Terminal:
    """Within, the terminal is raw, or as it was before for as long as `cook` says.

    One that this process is in the background of is not touched, till it is in the foreground.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._before: list[Any] | None = None
        self._is_raw = True
        self._is_wanted = True

    def is_readable(self) -> bool:
        """Whether it may be read; one that has come to the foreground is taken first."""
        if not self.is_ours:
            return False
        if self._before is None and self._is_wanted:
            self._apply()
        return True

    @property
    def is_ours(self) -> bool:
        """Whether this process is in the foreground: else reading from it would stop it."""
        try:
            return os.tcgetpgrp(self._descriptor) == os.getpgrp()
        except OSError:
            return False

    def cook(self) -> None:
        """Lines, with echo and signals, as before."""
        self._is_raw = False
        self._apply()

    def uncook(self) -> None:
        """Raw again."""
        self._is_raw = True
        self._apply()

    def __enter__(self) -> Self:
        _entered.append(self)
        signal.signal(signal.SIGTSTP, self._stop)
        signal.signal(signal.SIGCONT, self._continue)
        self._apply()
        return self

    def __exit__(self, *exception: object) -> None:
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        signal.signal(signal.SIGCONT, signal.SIG_DFL)
        self.put_back()
        _entered.remove(self)

    def put_back(self) -> None:
        """As it was. What was typed for the guest, and not read, is no input for the shell."""
        self._is_wanted = False
        before, self._before = self._before, None
        if before is not None and self.is_ours:
            with contextlib.suppress(termios.error):  # it may have hung up
                termios.tcflush(self._descriptor, termios.TCIFLUSH)
                termios.tcsetattr(self._descriptor, termios.TCSANOW, before)

    def _apply(self) -> None:
        if not self.is_ours:
            return
        with contextlib.suppress(termios.error):
            if self._before is None:
                self._before = termios.tcgetattr(self._descriptor)
            settings = _raw(self._before) if self._is_raw else self._before
            termios.tcsetattr(self._descriptor, termios.TCSANOW, settings)

    @at_once
    def _stop(self, number: int, frame: FrameType | None) -> None:
        """Stop, with the terminal as the shell knows it."""
        self.put_back()
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        signal.raise_signal(signal.SIGTSTP)  # here it stands still, unless nobody could wake it
        signal.signal(signal.SIGTSTP, self._stop)
        self._continue(number, frame)

    @at_once
    def _continue(self, number: int, frame: FrameType | None) -> None:
        """It may have been stopped by SIGSTOP as well, and the shell may have changed it since."""
        self._is_wanted = True
        if self.is_ours:
            self._apply()
        else:
            self._before = None


#: The one that a run is using: for ends of the process that no `with` sees.
_entered: list[Terminal] = []


def put_back() -> None:
    """Put back the terminal that is in use, if any is."""
    for terminal in _entered:
        terminal.put_back()
