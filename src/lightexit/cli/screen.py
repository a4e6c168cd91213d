# SPDX-License-Identifier: Apache-2.0
"""Where the guest's console is shown: as plain text, or with the terminal handed over.

As plain text, all but text, newlines, tabs and carriage returns is shown as `dmesg` shows it
(\\x1b), colours too: so nothing is lost, and nothing is done to the terminal. Handed over, the
guest's bytes go out as they are, and the terminal is put back at the end.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import termios
import threading
from collections.abc import Callable
from enum import StrEnum
from typing import Self

from lightexit.cli.streams import PlainStream
from lightexit.shown import visible

_PLAIN = "\n\t\r"
#: Shift out, escape, and the C1 bytes that mean ESC P, X, [, ], ^ and _.
_WORKS_A_TERMINAL = frozenset(b"\x0e\x1b\x90\x98\x9b\x9d\x9e\x9f")


class ConsoleMode(StrEnum):
    """What becomes of the guest's control characters."""

    TEXT = "text"
    RAW = "raw"


def put_back() -> bytes:
    """What undoes all that a guest may have done to a terminal, but for what it has erased.

    As ECMA-48 and xterm's control sequences have it; terminals ignore what they do not know.
    """
    cancelled = b"\x18\x1b\\"  # a sequence, and a string, that have no end yet
    normal_screen = b"\x1b7\x1b[?1049l"  # which goes to where the cursor was saved
    soft_reset = b"\x1b[!p"
    # For terminals without that: whole screen to scroll, absolute addresses, wrapping,
    # overwriting, no reverse screen, line feeds that only feed, cursor and keypad keys as usual.
    modes = b"\x1b[r\x1b[?6l\x1b[?7h\x1b[4l\x1b[?5l\x1b[20l\x1b[?1l\x1b>"
    reports = b"".join(b"\x1b[?%dl" % mode for mode in (9, 1000, 1002, 1003, 1004, 1006, 2004))
    letters = b"\x1b%G\x1b(B\x1b)B\x0f"  # UTF-8, ASCII in both sets, the first in use
    looks = b"\x1b[0m\x1b[?25h"
    last_line = b"\x1b[999;1H"
    return b"".join(
        (cancelled, normal_screen, soft_reset, modes, reports, letters, looks, last_line)
    )


class Screen:
    """A guest's console on a standard stream. Within, `write` shows what the guest prints, and
    `say` what others have to say there; on any thread."""

    def __init__(self, stream: PlainStream, mode: ConsoleMode) -> None:
        self.is_raw = mode is ConsoleMode.RAW
        #: Held while something is written.
        self.lock = threading.RLock()
        #: Called, with the lock held, before something is written.
        self.before_writing: Callable[[], object] | None = None
        self.is_at_line_start = True
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")
        self._is_touched = False

    @property
    def is_terminal(self) -> bool:
        """Whether a person may see it."""
        return self._stream.is_terminal

    def write(self, data: bytes) -> None:
        """What the guest has printed. Raises HostError where it cannot be shown."""
        with self.lock:
            if self.is_raw:
                self._is_touched |= not _WORKS_A_TERMINAL.isdisjoint(data)
                self._put(data)
            else:
                self._show(self._decoder.decode(data))

    def say(self, text: str) -> None:
        """What is not the guest's, cleaned."""
        with self.lock:
            self._show(text)

    def _show(self, text: str) -> None:
        self._put(visible(text, _PLAIN).encode(self._stream.encoding, "backslashreplace"))

    def _put(self, data: bytes) -> None:
        if data:
            if self.before_writing is not None:
                self.before_writing()
            self.is_at_line_start = data.endswith(b"\n")
            self._stream.write_bytes(data)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        """Show what is left, and put the terminal back."""
        if not self.is_raw:
            self._show(self._decoder.decode(b"", final=True))
        elif self._is_touched and self._stream.is_terminal:
            self._stream.write_bytes(put_back())
            _forget_answers()


def _forget_answers() -> None:
    """What a terminal has answered to a guest that asked it is no input for the shell."""
    with contextlib.suppress(OSError, termios.error):
        # One in the background would be stopped for it.
        if os.tcgetpgrp(0) == os.getpgrp():
            termios.tcflush(0, termios.TCIFLUSH)
