# SPDX-License-Identifier: Apache-2.0
"""`lightexit` on a terminal that a test types at."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import signal
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from lightexit import cli

# So that no command has to.
from lightexit.cli import app as _app  # noqa: F401
from lightexit.cli import seat as _seat  # noqa: F401
from lightexit.engine import native as _native  # noqa: F401
from lightexit.vm import pc as _pc  # noqa: F401
from lightexit.vm import unicorn as _unicorn  # noqa: F401

PATIENCE_S = 120
CTRL_A = "\x01"


class Driven:
    """A command in the foreground of a terminal of 80 by 24."""

    def __init__(self, words: tuple[str | Path, ...]) -> None:
        self._master, self._slave = pty.openpty()
        termios.tcsetwinsize(self._slave, (24, 80))
        self.before = self.settings()
        #: All that has been shown.
        self.shown = ""
        self._seen = 0
        self.process = os.fork()
        if self.process == 0:
            os.close(self._master)
            os.login_tty(self._slave)
            _become(words)

    def settings(self) -> list[Any]:
        """The terminal's, of termios(3)."""
        return termios.tcgetattr(self._slave)

    @property
    def is_raw(self) -> bool:
        """Whether keys arrive one by one."""
        return not self.settings()[3] & termios.ICANON

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._master, keys.encode())

    def wait_for(self, text: str) -> str:
        """What is shown next, up to a text, which has to come."""
        end = time.monotonic() + PATIENCE_S
        while (place := self.shown.find(text, self._seen)) < 0:
            assert time.monotonic() < end, self.shown[self._seen :]
            assert self._read(0.1), f"it ended: {self.shown[self._seen :]}"
        start, self._seen = self._seen, place + len(text)
        return self.shown[start : self._seen]

    def do(self, keys: str, text: str) -> str:
        """Press keys and wait for a text."""
        self.type(keys)
        return self.wait_for(text)

    def _read(self, seconds: float) -> bool:
        """What is there; whether more may come."""
        if select.select([self._master], [], [], seconds)[0]:
            data = os.read(self._master, 65536)
            self.shown = re.sub("\r+\n", "\n", self.shown + data.decode(errors="replace"))
            return True
        return os.waitid(os.P_PID, self.process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None

    def end(self) -> int:
        """Wait for its end: its status, or less than 0 for a signal."""
        end = time.monotonic() + PATIENCE_S
        while self._read(0.1):
            assert time.monotonic() < end, self.shown[self._seen :]
        return os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])

    def close(self) -> None:
        """Whatever it does."""
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
        os.close(self._master)
        os.close(self._slave)


def _become(words: tuple[str | Path, ...]) -> NoReturn:
    """What a new process would do, but for the start of Python."""
    status = 255
    try:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        sys.argv = ["lightexit", *map(str, words)]
        cli.main()
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 1
    finally:
        os._exit(status)


@contextlib.contextmanager
def driven(*words: str | Path) -> Iterator[Driven]:
    """`lightexit` with these words, on a terminal."""
    command = Driven(words)
    try:
        yield command
    finally:
        command.close()
