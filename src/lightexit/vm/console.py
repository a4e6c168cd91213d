# SPDX-License-Identifier: Apache-2.0
"""`Console`: what a guest has printed, and a watch for a text in it."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable

#: How much of the latest output is kept, in bytes: a guest may print as long as it runs.
KEPT = 1 << 20


class Console:
    """A sink for devices' output, which is handed on to `also` at once.

    The latest `KEPT` bytes of it are kept; by all of it, two consoles are compared. Several
    devices may write, each on the thread of the vCPU that it answers.
    """

    def __init__(self, also: Callable[[bytes], object] | None = None) -> None:
        #: Bytes written so far.
        self.size = 0
        self._tail = bytearray()
        #: Digest of the output before the tail. The tail is a buffer: guests print single bytes.
        self._before = _Digest()
        self._also = also
        self._awaited = b""
        self._seen: Callable[[], None] = lambda: None
        self._lock = threading.Lock()

    def watch(self, text: bytes, seen: Callable[[], None]) -> None:
        """Have `seen` called once `text` has been printed from now on; b"" for never.

        Texts longer than `KEPT` are never seen.
        """
        self._awaited, self._seen = text, seen

    def beside(self, show: Callable[[bytes], object]) -> Console:
        """A sink for output that is kept and watched here, but handed on to `show` instead."""
        return _Beside(self, show)

    def write(self, data: bytes) -> None:
        """More output."""
        self.take(data, self._also)

    def take(self, data: bytes, also: Callable[[bytes], object] | None) -> None:
        """More output, handed on to `also`."""
        with self._lock:
            self.size += len(data)
            self._tail += data
            if len(self._tail) >= 2 * KEPT:
                self._before.update(bytes(self._tail[:-KEPT]))
                del self._tail[:-KEPT]
            if also is not None:
                also(data)
            if self._awaited and self._tail.endswith(self._awaited):
                self._seen()

    @property
    def output(self) -> bytes:
        """The latest output, at most `KEPT` bytes."""
        return bytes(self._tail[-KEPT:])

    @property
    def text(self) -> str:
        """The latest output, byte for character."""
        return self.output.decode("latin-1")

    def has_same_output(self, other: Console) -> bool:
        """Whether both have printed the same."""
        return self._digest().of_all() == other._digest().of_all()

    def has_same_lines(self, other: Console) -> bool:
        """Whether both have printed the same lines as often, in whatever order."""
        return self._digest().of_lines() == other._digest().of_lines()

    def _digest(self) -> _Digest:
        digest = self._before.copy()
        digest.update(bytes(self._tail))
        return digest


class _Beside(Console):
    def __init__(self, kept: Console, show: Callable[[bytes], object]) -> None:
        super().__init__(show)
        self._kept = kept

    def write(self, data: bytes) -> None:
        """More output."""
        self._kept.take(data, self._also)


class _Digest:
    """A digest by which outputs of any length are compared."""

    def __init__(self) -> None:
        self._all = hashlib.blake2b()
        self._line = hashlib.blake2b()
        self._is_line_begun = False
        self._lines = 0

    def copy(self) -> _Digest:
        """Another one of the same."""
        other = _Digest()
        other._all, other._line = self._all.copy(), self._line.copy()
        other._is_line_begun, other._lines = self._is_line_begun, self._lines
        return other

    def update(self, data: bytes) -> None:
        """More output."""
        self._all.update(data)
        *ended, begun = data.split(b"\n")
        for rest in ended:
            self._line.update(rest)
            self._end_line()
        self._line.update(begun)
        self._is_line_begun |= bool(begun)

    def _end_line(self) -> None:
        self._lines = self._sum()
        self._line = hashlib.blake2b()
        self._is_line_begun = False

    def _sum(self) -> int:
        """Of all lines' digests: a sum knows no order."""
        return (self._lines + int.from_bytes(self._line.digest(), "little")) % (1 << 512)

    def of_all(self) -> bytes:
        """The same for the same output."""
        return self._all.digest()

    def of_lines(self) -> int:
        """The same for the same lines, of which the last may have no end."""
        return self._sum() if self._is_line_begun else self._lines
