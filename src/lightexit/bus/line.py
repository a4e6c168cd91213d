# SPDX-License-Identifier: Apache-2.0
"""`Line`: an interrupt wire from one source to its listener."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias


class Line:
    """A wire with a level; a listener hears every change, never a repetition."""

    def __init__(self, listener: Callable[[bool], None] | None = None) -> None:
        #: High is True.
        self.level = False
        self._listener = listener

    def connect(self, listener: Callable[[bool], None]) -> None:
        """Have `listener(level)` called at every change from now on."""
        self._listener = listener

    def watch(self, watcher: Callable[[bool], None]) -> None:
        """Have `watcher(level)` called, too, at every change, before whom it is connected to."""
        listener = self._listener

        def both(level: bool) -> None:
            watcher(level)
            if listener is not None:
                listener(level)

        self._listener = both

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

    def restore(self, level: bool) -> None:
        """Put the wire back to a saved level. This is no edge: the listener hears nothing.

        Whoever listens and keeps the level restores it from a save of its own.
        """
        self.level = level


#: Gives a wire to the interrupt input of that number.
Wires: TypeAlias = Callable[[int], Line]


def fork(*lines: Line) -> Line:
    """A wire that drives several, in that order."""
    return _Fork(lines)


class _Fork(Line):
    def __init__(self, lines: Sequence[Line]) -> None:
        super().__init__(self._drive)
        self._lines = lines

    def _drive(self, level: bool) -> None:
        for line in self._lines:
            line.set(level)

    def restore(self, level: bool) -> None:
        """All the wires: nothing else restores them."""
        super().restore(level)
        for line in self._lines:
            line.restore(level)


def joined(output: Line, count: int) -> tuple[Line, ...]:
    """`count` wires, any of which holds `output` up."""
    junction = Junction(output)
    return tuple(junction.wire() for _ in range(count))


class Junction:
    """Where wires meet: any of them holds `output` up."""

    def __init__(self, output: Line) -> None:
        self._output = output
        self._wires: list[Line] = []

    def wire(self) -> Line:
        """One more."""
        self._wires.append(_Joined(self._output, self._wires))
        return self._wires[-1]

    @property
    def levels(self) -> list[bool]:
        """Of the wires, in the order in which they were made."""
        return [wire.level for wire in self._wires]

    def restore(self, levels: Sequence[bool]) -> None:
        """Put the wires back to saved levels: no edge; those that have none are low."""
        for number, wire in enumerate(self._wires):
            wire.restore(number < len(levels) and levels[number])


class _Joined(Line):
    def __init__(self, output: Line, lines: Sequence[Line]) -> None:
        super().__init__(lambda _: output.set(self._is_up()))
        self._output = output
        self._lines = lines

    def _is_up(self) -> bool:
        return any(line.level for line in self._lines)

    def restore(self, level: bool) -> None:
        """The output too: nothing else restores it."""
        super().restore(level)
        self._output.restore(self._is_up())
