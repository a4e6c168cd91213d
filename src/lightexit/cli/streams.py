# SPDX-License-Identifier: Apache-2.0
"""Standard output and error, as every command has them: plain text, and failures that are said.

Names out of objects, source lines and file names are strangers' text, which could work a terminal.
One place cleans them all: the stream, on its way out.
"""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys
from typing import BinaryIO

from lightexit.errors import HostError
from lightexit.shown import visible

_REASONS = {errno.EPIPE: "closed by its reader", errno.EBADF: "not open for writing"}


class PlainStream(io.TextIOWrapper):
    """A standard stream that shows controls instead of sending them.

    Raises HostError where it cannot be written, once: what comes after is lost without a word.
    With no `name`, already the first is.
    """

    def __init__(self, stream: BinaryIO, encoding: str, name: str) -> None:
        super().__init__(stream, encoding, "backslashreplace", line_buffering=stream.isatty())
        self._of = name

    def isatty(self) -> bool:
        """Never a terminal to its callers: they must not send colours."""
        return False

    @property
    def is_terminal(self) -> bool:
        """Whether it is one all the same."""
        return os.isatty(self.fileno())

    def write(self, text: str) -> int:
        """Text, cleaned."""
        try:
            super().write(visible(text))
        except OSError as error:
            self._fail(error)
        return len(text)

    def write_bytes(self, data: bytes) -> None:
        """Bytes as they are, at once."""
        self.flush()
        try:
            self.buffer.write(data)
            self.buffer.flush()
        except OSError as error:
            self._fail(error)

    def flush(self) -> None:
        """Have all of it written."""
        try:
            super().flush()
        except OSError as error:
            self._fail(error)

    def _fail(self, error: OSError) -> None:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, self.fileno())
        os.close(null)
        if self._of:
            reason = _REASONS.get(error.errno or 0, (error.strerror or str(error)).lower())
            raise HostError(f"{self._of}: {reason}") from None


def standard_output() -> PlainStream:
    """Standard output, cleaned even where `clean` has not been called."""
    if isinstance(sys.stdout, PlainStream):
        return sys.stdout
    return _plain(1, getattr(sys.stdout, "encoding", "utf-8"), "standard output")


def say(text: str) -> None:
    """Tell the user, on standard error."""
    print(text, file=sys.stderr, flush=True)


def clean() -> None:
    """Put plain streams in the place of standard output and error.

    Nobody can be told that standard error is closed or full.
    """
    sys.stdout = _plain(1, getattr(sys.stdout, "encoding", "utf-8"), "standard output")
    sys.stderr = _plain(2, getattr(sys.stderr, "encoding", "utf-8"), "")


def _plain(number: int, encoding: str, name: str) -> PlainStream:
    try:
        os.fstat(number)
    except OSError:
        _reserve(number)
    if codecs.lookup(encoding).name == "ascii":
        encoding = "utf-8"  # else typer opens a stream of its own, with that
    return PlainStream(os.fdopen(number, "wb", closefd=False), encoding, name)


def _reserve(number: int) -> None:
    """Have a closed descriptor stay one that cannot be written, not the next file opened."""
    null = os.open(os.devnull, os.O_RDONLY)
    if null != number:
        os.dup2(null, number)
        os.close(null)
