# SPDX-License-Identifier: Apache-2.0
"""Other people's devices: a shared library that exports lightexit_replay.h, in its own process.

Whatever it does there, it ends nothing here: a crash, an access without an answer or a library that
offers no device is an AuthorError.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

from lightexit.abi import Space
from lightexit.bus.checks import ADDRESSES
from lightexit.errors import AuthorError
from lightexit.shown import one_line
from lightexit.trace.access import Access
from lightexit.trace.replay import child
from lightexit.trace.replay.sides import Shown
from lightexit.trace.replay.steps import ReplayStep

_EXPECTED = "a shared library that exports what lightexit_replay.h declares"
_LONGEST_TEXT = 1 << 20
#: To start Python on a busy host takes longer than an access.
_START_S = 30.0
#: Of a state's text: lines, and characters of a line.
_MOST_LINES = 200


class LibraryWindow(NamedTuple):
    """Where a window of a library's device is."""

    space: Space
    base: int
    size: int


class ReplayedLibrary:
    """A library's device. `seconds` is what it may take for an answer."""

    def __init__(self, path: Path, base: int | None = None, seconds: float = 10.0) -> None:
        """`base` is where its first window is, if not where it says. Raises AuthorError."""
        if not path.is_file():
            raise AuthorError(f"{path}: there is no such file", expected=_EXPECTED)
        self.title = one_line(path.name)
        self._path, self._seconds, self._now_ns = path, seconds, 0
        self._requests, self._replies, self._process = _started(path)
        try:
            self._load(base)
        except BaseException:
            self.close()
            raise

    def _load(self, base: int | None) -> None:
        seconds, self._seconds = self._seconds, max(self._seconds, _START_S)
        told = self._json("while it was loaded")
        self._seconds = seconds
        if not isinstance(told, dict) or "unusable" in told:
            why = one_line(str(told["unusable"])) if isinstance(told, dict) else "says nothing"
            raise AuthorError(f"{self._path} {why}", expected=_EXPECTED)
        self._name = one_line(str(told["name"]), 40) or self.title
        self._has_state = bool(told["has_state"])
        self._windows = _windows(self._path, told["windows"], base)

    def register(self, space: Space, address: int, size: int) -> tuple[str, str, int] | None:
        """Registers have no names; an access that does not lie within a window is none of its."""
        found = self._window(space, address, size)
        if found is None:
            return None
        number, offset = found
        window = f"window{number}" if len(self._windows) > 1 else ""
        return self._name, f"{window}+{offset:#x}", -1

    def _window(self, space: Space, address: int, size: int) -> tuple[int, int] | None:
        length = 1 if space is Space.MSR else size
        for number, window in enumerate(self._windows):
            is_within = window.base <= address <= window.base + window.size - length
            if window.space is space and is_within:
                return number, address - window.base
        return None

    def due(self, now_ns: int) -> None:
        """It is told with the next access."""
        self._now_ns = now_ns

    def perform(self, step: ReplayStep) -> int | None:
        """One access. Raises AuthorError where the library fails."""
        if not isinstance(step, Access):
            return None
        found = self._window(step.space, step.address, step.size)
        if found is None:
            return None
        operation = child.WRITE if step.is_write else child.READ
        where = found[0], step.size, found[1]
        direction = "write" if step.is_write else "read"
        when = f"in a {direction} of {_bytes(step.size)} at offset {found[1]:#x}"
        self._ask(operation, *where, step.value or 0 if step.is_write else 0)
        value, text = self._reply(when)
        if text:
            raise self._disturbed(when)
        if step.is_write:
            return None
        most = (1 << 8 * step.size) - 1
        if value > most:
            raise AuthorError(
                f"{self._path} answers {value:#x} to a read of {_bytes(step.size)} at offset "
                f"{found[1]:#x}",
                expected=f"a value of 0 to {most:#x}",
            )
        return value

    def condition(self) -> object:
        """Nothing but its answers is compared."""
        return None

    def shown(self, device: str) -> Shown:
        """Its state as it tells it, if it does."""
        if not self._has_state:
            return Shown({}, {}, ())
        self._ask(child.STATE, 0, 0, 0, 0)
        before, after = (_fields(str(text)) for text in self._json("when asked for its state"))
        changed = {
            name: f"{before.get(name, 'not there')} -> {value}"
            for name, value in after.items()
            if before.get(name) != value
        }
        return Shown(before, changed, ())

    def depends_on_time(self, step: ReplayStep) -> bool:
        """Not known: it cannot be put back."""
        return False

    def close(self) -> None:
        """End the process, which is asked to first."""
        os.close(self._requests)
        try:
            self._process.wait(min(self._seconds, 1.0))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._replies)

    def _ask(self, operation: int, window: int, size: int, offset: int, value: int) -> None:
        request = child.REQUEST.pack(operation, window, size, offset, value, self._now_ns)
        with contextlib.suppress(BrokenPipeError):  # the reply says why
            os.write(self._requests, request)

    def _json(self, when: str) -> Any:
        _, data = self._reply(when)
        try:
            return json.loads(data)
        except ValueError:
            raise self._disturbed(when) from None

    def _disturbed(self, when: str) -> AuthorError:
        return AuthorError(
            f"{self._path} has written into the pipe of its process, {when}", expected=_EXPECTED
        )

    def _reply(self, when: str) -> tuple[int, bytes]:
        value, size = child.REPLY.unpack(self._read(child.REPLY.size, when))
        if size > _LONGEST_TEXT:
            raise AuthorError(f"{self._path} tells {size:,} bytes {when}", expected=_EXPECTED)
        return value, self._read(size, when)

    def _read(self, size: int, when: str) -> bytes:
        data, end = b"", time.monotonic() + self._seconds
        while len(data) < size:
            left = max(end - time.monotonic(), 0)
            if not select.select([self._replies], [], [], left)[0]:
                self._process.kill()
                raise AuthorError(
                    f"{self._path} has not answered within {self._seconds:g} s, {when}",
                    expected="an answer to each access; --timeout S allows more time",
                )
            part = os.read(self._replies, size - len(data))
            if not part:
                raise AuthorError(f"{self._path} {self._end()}, {when}")
            data += part
        return data

    def _end(self) -> str:
        status = self._process.wait()
        if status >= 0:
            return f"ended its process with status {status}"
        try:
            return f"crashed ({signal.Signals(-status).name})"
        except ValueError:
            return f"crashed (signal {-status})"


def _started(path: Path) -> tuple[int, int, subprocess.Popen[bytes]]:
    requests, to_child = os.pipe()
    from_child, replies = os.pipe()
    command = [sys.executable, "-I", child.__file__, str(path.resolve())]
    try:
        process = subprocess.Popen(
            [*command, str(requests), str(replies)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=(requests, replies),
        )
    finally:
        os.close(requests)
        os.close(replies)
    return to_child, from_child, process


def _windows(path: Path, told: Any, base: int | None) -> list[LibraryWindow]:
    """Raises AuthorError for windows that no space has."""
    found = []
    for number, (own, size, space) in enumerate(told):
        start = base if base is not None and number == 0 else own
        if space not in iter(Space) or size < 1 or start + size > ADDRESSES[Space(space)]:
            raise AuthorError(
                f"{path} has a window of {size:#x} bytes from {start:#x} on in space {space}",
                expected="a window within ports (space 0), memory (1) or MSRs (2)",
            )
        found.append(LibraryWindow(Space(space), start, size))
    return found


def _fields(text: str) -> dict[str, str]:
    """ "NAME VALUE" lines."""
    lines = text.splitlines()
    pairs = (line.strip().partition(" ") for line in lines[:_MOST_LINES])
    return {one_line(name, 60): one_line(value.strip(), 80) for name, _, value in pairs if name}


def _bytes(size: int) -> str:
    return "1 byte" if size == 1 else f"{size} bytes"
