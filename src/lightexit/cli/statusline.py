# SPDX-License-Identifier: Apache-2.0
"""One line on a terminal while a guest runs, which makes way for all that the guest prints."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from typing import Self

from lightexit.cli.screen import Screen
from lightexit.cli.streams import PlainStream

_EVERY_S = 0.5


class StatusLine:
    """Within, `tell` is shown twice a second on standard error, if that is a terminal.

    It stands where the next line will be: while one is begun, a prompt perhaps, there is none.
    """

    def __init__(self, screen: Screen, tell: Callable[[], str]) -> None:
        self._screen, self._tell = screen, tell
        self._ended = threading.Event()
        self._shown = 0
        self._thread = threading.Thread(target=self._run, name="status line", daemon=True)
        self._terminal: PlainStream | None = None
        if isinstance(sys.stderr, PlainStream) and sys.stderr.is_terminal and not screen.is_raw:
            self._terminal = sys.stderr

    def __enter__(self) -> Self:
        if self._terminal is not None:
            self._screen.before_writing = self._erase
            self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        if self._terminal is not None:
            self._ended.set()
            self._thread.join()
            with self._screen.lock:
                self._erase()
                self._screen.before_writing = None

    def _run(self) -> None:
        while not self._ended.wait(_EVERY_S):
            told = self._tell()
            with self._screen.lock:
                if self._screen.is_at_line_start:
                    self._erase()
                    self._show(told)

    def _show(self, text: str) -> None:
        assert self._terminal is not None
        text = text[: max(_width(self._terminal) - 1, 0)]
        self._shown = len(text)
        self._terminal.write_bytes(f"{text}\r".encode(self._terminal.encoding, "replace"))

    def _erase(self) -> None:
        if self._shown and self._terminal is not None:
            self._terminal.write_bytes(b" " * self._shown + b"\r")
        self._shown = 0


def _width(terminal: PlainStream) -> int:
    try:
        return os.get_terminal_size(terminal.fileno()).columns
    except OSError:
        return 80
