# SPDX-License-Identifier: Apache-2.0
"""What ends a recording, and what is said of it while it is made."""

from __future__ import annotations

import signal
import sys
import time
from types import FrameType
from typing import TYPE_CHECKING, Self

from lightexit.cli.streams import PlainStream

if TYPE_CHECKING:
    from lightexit.trace.recording import Progress, Recorded

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
#: How often progress is shown on a terminal, and written to a file.
_SHOWN_S, _WRITTEN_S = 0.5, 10.0


class Ending:
    """Within, `why` says what has ended a recording: a signal, or that it is `seconds` since `why`
    was first asked for.

    A second signal ends the process at once. Signals that are ignored, as by `nohup`, stay so.
    """

    def __init__(self, seconds: float | None) -> None:
        self._seconds, self._end = seconds, 0.0
        self._received: signal.Signals | None = None

    @property
    def why(self) -> str:
        """Empty while nothing has."""
        if self._received is not None:
            return f"ended by {self._received.name}"
        if self._seconds is None:
            return ""
        self._end = self._end or time.monotonic() + self._seconds
        return f"the {self._seconds:g} s are over" if time.monotonic() >= self._end else ""

    def __enter__(self) -> Self:
        for number in _ENDING:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._note)
        return self

    def __exit__(self, *exception: object) -> None:
        for number in _ENDING:
            if signal.getsignal(number) == self._note:
                signal.signal(number, signal.SIG_DFL)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self._received is not None:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        self._received = signal.Signals(number)


class Telling:
    """Progress on standard error: one line that changes on a terminal, else a line now and then,
    or none if `is_quiet`."""

    def __init__(self, *, is_quiet: bool = False) -> None:
        stream = sys.stderr
        self._terminal = stream if isinstance(stream, PlainStream) and stream.is_terminal else None
        self._next = time.monotonic() + (_SHOWN_S if self._terminal else _WRITTEN_S)
        self._is_quiet = is_quiet
        self._shown = ""

    def tell(self, progress: Progress) -> None:
        """Say it, if it is time to."""
        self.say(_line(progress))

    def say(self, line: str) -> None:
        """The same, in these words."""
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


def _line(progress: Progress) -> str:
    return (
        f"{progress.seconds:.0f} s: {progress.accesses:,} accesses, {progress.lost:,} lost, "
        f"{progress.bytes / 1e6:.1f} MB"
    )


def written(recorded: Recorded) -> str:
    """What has become of a recording."""
    lost = f", {recorded.lost:,} lost" if recorded.lost else ""
    return (
        f"{recorded.path}: {recorded.accesses:,} accesses{lost} in {recorded.seconds:.1f} s, "
        f"{recorded.bytes:,} bytes"
    )
