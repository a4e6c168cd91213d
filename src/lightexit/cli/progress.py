# SPDX-License-Identifier: Apache-2.0
"""How far something is, on standard error while it goes on."""

from __future__ import annotations

import sys
import time
from typing import Self

from lightexit.cli.streams import PlainStream

#: How often it is shown on a terminal, and written to a file.
_SHOWN_S, _WRITTEN_S = 0.5, 10.0


class Telling:
    """One line that changes on a terminal, else a line now and then, or none if `is_quiet`."""

    def __init__(self, *, is_quiet: bool = False) -> None:
        stream = sys.stderr
        self._terminal = stream if isinstance(stream, PlainStream) and stream.is_terminal else None
        self._next = time.monotonic() + (_SHOWN_S if self._terminal else _WRITTEN_S)
        self._is_quiet = is_quiet
        self._shown = ""

    def say(self, line: str) -> None:
        """Say it, if it is time to."""
        now = time.monotonic()
        if now < self._next or (self._is_quiet and self._terminal is None):
            return
        if self._terminal is not None:
            self._next = now + _SHOWN_S
            self._terminal.write_bytes(b"\r" + line.ljust(len(self._shown)).encode())
            self._shown = line
        else:
            self._next = now + _WRITTEN_S
            print(line, file=sys.stderr, flush=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._terminal is not None and self._shown:
            self._terminal.write_bytes(b"\r" + b" " * len(self._shown) + b"\r")
