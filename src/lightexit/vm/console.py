# SPDX-License-Identifier: Apache-2.0
"""`Console`: what a guest has printed, and a watch for a text in it."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Console:
    """A sink for devices' output. Everything is kept, and handed on to `also` at once.

    Several devices may write, each on the thread of the vCPU that it answers.
    """

    def __init__(self, also: Callable[[bytes], object] | None = None) -> None:
        self.output = bytearray()
        self._also = also
        self._awaited = b""
        self._seen: Callable[[], None] = lambda: None
        self._lock = threading.Lock()

    def watch(self, text: bytes, seen: Callable[[], None]) -> None:
        """Have `seen` called once `text` has been printed from now on; b"" for never."""
        self._awaited, self._seen = text, seen

    def write(self, data: bytes) -> None:
        """More output."""
        with self._lock:
            self.output += data
            if self._also is not None:
                self._also(data)
            if self._awaited and self.output.endswith(self._awaited):
                self._seen()

    @property
    def text(self) -> str:
        """All output, byte for character."""
        return self.output.decode("latin-1")
