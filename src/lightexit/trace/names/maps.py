# SPDX-License-Identifier: Apache-2.0
"""Maps of addresses: which device has which, and what its registers are called."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import replace

from lightexit.abi import Space
from lightexit.errors import AuthorError
from lightexit.trace.names.reading import lines_of
from lightexit.trace.names.registers import NamedWindow, RegisterName, filter_of, own_windows

#: How far behind its first byte an access may be and still be said to be to a register.
_WIDEST = 8
_SPACES = {space.name.lower(): space for space in Space}


class AddressMap:
    """The names of a machine's addresses, of which none has two.

    Raises AuthorError for windows that overlap.
    """

    def __init__(self, windows: Iterable[NamedWindow]) -> None:
        self.windows = sorted(windows, key=lambda each: (each.space, each.first))
        self._starts = [(each.space, each.first) for each in self.windows]
        for one, other in zip(self.windows, self.windows[1:], strict=False):
            if one.space is other.space and one.last >= other.first:
                raise AuthorError(
                    f"two names for {other.space.name} {other.first:#x} in one map:"
                    f" {one.device} and {other.device}",
                    expected="windows that do not overlap",
                )

    def name(self, space: Space, address: int, is_write: bool) -> RegisterName:
        """What is at an address; nothing in it where nobody knows."""
        window = self._window(space, address)
        if window is None:
            return RegisterName()
        register = window.registers.get(address, "")
        answered = filter_of(window.kind, register, is_write) if register else ""
        return RegisterName(window.device, register or _inside(window, address), answered)

    def _window(self, space: Space, address: int) -> NamedWindow | None:
        index = bisect_right(self._starts, (space, address)) - 1
        if index < 0:
            return None
        window = self.windows[index]
        return window if window.space is space and address <= window.last else None


def _inside(window: NamedWindow, address: int) -> str:
    """Bytes behind a register's first are its; an MSR has one number."""
    if window.space is Space.MSR:
        return ""
    for back in range(1, min(_WIDEST, address - window.first + 1)):
        register = window.registers.get(address - back)
        if register is not None:
            return f"{register}+{back}"
    return ""


def windows_of(table: str) -> Iterator[NamedWindow]:
    """All windows of a table of this package, and of those that it includes."""
    return windows(lines_of(table))


def windows(table: Iterable[tuple[bool, list[str]]]) -> Iterator[NamedWindow]:
    """All windows of a table, given by its lines."""
    space, waiting = Space.PIO, list[NamedWindow]()
    for is_register, words in table:
        if is_register and waiting:
            waiting[-1] = _with_register(waiting[-1], words)
            continue
        yield from waiting
        waiting = []
        if words[0] == "include":
            yield from windows_of(words[1])
        elif words[0] in _SPACES:
            space = _SPACES[words[0]]
        else:
            waiting = list(_declared(space, words))
    yield from waiting


def _declared(space: Space, words: list[str]) -> Iterator[NamedWindow]:
    first, _, last = words[0].partition("-")
    start, end = int(first, 0), int(last or first, 0)
    device, register, kind = [*words[1:], "", ""][:3]
    if register.startswith("@"):
        kind, _, window = register[1:].partition("/")
        yield from own_windows(kind, window, start, device)
        return
    registers = {start: register} if register else {}
    yield NamedWindow(space, start, end, device, registers, kind.removeprefix("@"))


def _with_register(window: NamedWindow, words: list[str]) -> NamedWindow:
    return replace(
        window, registers={**window.registers, window.first + int(words[0], 0): words[1]}
    )
