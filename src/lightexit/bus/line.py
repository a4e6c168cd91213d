# SPDX-License-Identifier: Apache-2.0
"""`Line`: an interrupt wire from one source to whoever listens."""

from __future__ import annotations

from collections.abc import Callable


class Line:
    """A wire with a level; a listener hears every change, never a repetition."""

    def __init__(self, listener: Callable[[bool], None] | None = None) -> None:
        self.level = False
        self._listener = listener

    def connect(self, listener: Callable[[bool], None]) -> None:
        """Have `listener(level)` called at every change from now on."""
        self._listener = listener

    def set(self, level: bool) -> None:
        """Drive the wire."""
        if level == self.level:
            return
        self.level = level
        if self._listener is not None:
            self._listener(level)

    def pulse(self) -> None:
        """An edge: up and down again."""
        self.set(True)
        self.set(False)


def fork(*lines: Line) -> Line:
    """A wire that drives several, in that order."""

    def drive(level: bool) -> None:
        for line in lines:
            line.set(level)

    return Line(drive)


def joined(output: Line, count: int) -> tuple[Line, ...]:
    """`count` wires, any of which holds `output` up."""

    def settle(_level: bool) -> None:
        output.set(any(line.level for line in lines))

    lines = tuple(Line(settle) for _ in range(count))
    return lines
