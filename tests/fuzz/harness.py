# SPDX-License-Identifier: Apache-2.0
"""The property of every reader: any bytes give an answer or one clear error, soon and in little.

`held` is the property; the fuzzer looks for bytes that break it, `test_inputs.py` keeps those
that did.
"""

from __future__ import annotations

import contextlib
import resource
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn

from lightexit.errors import InternalError, LightexitError

#: CPU time and memory that one input may take.
SECONDS, MEMORY = 2.0, 200 << 20
_STATM, _CLEAR = Path("/proc/self/statm"), Path("/proc/self/clear_refs")
_RESET_PEAK = b"5"  # proc_pid_clear_refs(5)


@dataclass(frozen=True)
class Format:
    """A format: what reads it, inputs to begin with, words that stand in them."""

    read: Callable[[bytes], object]
    seeds: Callable[[], Iterator[bytes]]
    words: tuple[str, ...] = ()
    longest: int = 16 << 10


class TooSlow(BaseException):
    """No Exception, lest a reader take it for damage of its input."""


class TooMuch(BaseException):
    """More memory than an input may take."""


def held(read: Callable[[bytes], object], data: bytes) -> str:
    """What the reader said of the input: "" or its error. Raises whatever breaks the property."""
    resident = _reset_peak()
    started = time.process_time()
    with _limited():
        said = _said(read, data)
    if (taken := time.process_time() - started) > SECONDS:
        raise TooSlow(f"{taken:.1f} s, {SECONDS} are allowed")
    if (grown := _peak() - resident) > MEMORY:
        raise TooMuch(f"{grown >> 20} MiB, {MEMORY >> 20} are allowed")
    return said


def _said(read: Callable[[bytes], object], data: bytes) -> str:
    try:
        read(data)
    except LightexitError as error:
        if isinstance(error, InternalError):
            raise
        return str(error)
    return ""


@contextlib.contextmanager
def _limited() -> Iterator[None]:
    """Ends what allocates too much at once by MemoryError, what takes too long by TooSlow."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    room = _in_use(0) + 2 * MEMORY
    handler = signal.signal(signal.SIGPROF, _too_slow)
    resource.setrlimit(resource.RLIMIT_AS, (room, before[1]))
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        resource.setrlimit(resource.RLIMIT_AS, before)
        signal.signal(signal.SIGPROF, handler)


def _too_slow(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise TooSlow(f"more than {SECONDS} s")


def _reset_peak() -> int:
    """Returns the bytes in use now, from which the peak counts anew."""
    with contextlib.suppress(OSError):
        _CLEAR.write_bytes(_RESET_PEAK)
    return _in_use(1)


def _in_use(field: int) -> int:
    """In bytes: 0 for addresses, 1 for memory (proc_pid_statm(5))."""
    return int(_STATM.read_bytes().split()[field]) * resource.getpagesize()


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
