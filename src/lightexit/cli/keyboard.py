# SPDX-License-Identifier: Apache-2.0
"""Standard input as the serial line of a guest: typed at a terminal, or from a pipe or file.

At a terminal, Ctrl-A and a key is for lightexit, as it is for QEMU. Bytes of pipes and files all
go to the guest.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping

from lightexit.cli.monitor import Monitor
from lightexit.cli.serial import READ_AHEAD
from lightexit.cli.terminal import Terminal

STDIN = 0
ESCAPE = 0x01  # Ctrl-A


class Piped:
    """Standard input that nobody types; its end is said."""

    def __init__(self, say: Callable[[str], object]) -> None:
        self._say = say
        self._size = 0
        self._is_open = True

    def write(self, data: bytes) -> None:
        """Standard output shows it."""

    def waits_for(self) -> tuple[list[int], list[int]]:
        """Standard input, up to its end."""
        return [STDIN] if self._is_open else [], []

    def read(self, descriptors: Iterable[int]) -> bytes:
        """What is there."""
        if not list(descriptors):
            return b""
        try:
            data = os.read(STDIN, READ_AHEAD)
        except OSError:  # a folder; not open
            data = b""
        self._size += len(data)
        self._is_open = bool(data)
        if not data and self._size:
            self._say(f"serial: end of standard input after {self._size:,} bytes")
        return data

    def flush(self, descriptors: Iterable[int]) -> None:
        """Nothing is to go out."""


class Keys:
    """What is typed: for the guest, but for keys behind Ctrl-A, which are looked up."""

    def __init__(self, commands: Mapping[str, Callable[[], object]]) -> None:
        self._commands = commands
        self._is_escaped = False

    def guests(self, data: bytes, is_open: Callable[[], bool]) -> tuple[bytes, bytes]:
        """Those for the guest, and what is left when a key has had `is_open` say so."""
        out = bytearray()
        for place, byte in enumerate(data):
            if not self._is_escaped and byte == ESCAPE:
                self._is_escaped = True
                continue
            if not self._is_escaped or byte == ESCAPE:
                out.append(byte)
            elif command := self._commands.get(chr(byte).lower()):
                command()
            self._is_escaped = False
            if is_open():
                return bytes(out), data[place + 1 :]
        return bytes(out), b""


class Typed:
    """Standard input at a terminal, with the monitor, which is shown by `show`."""

    def __init__(
        self,
        terminal: Terminal,
        monitor: Monitor,
        show: Callable[[str], object],
        commands: Mapping[str, Callable[[], object]],
    ) -> None:
        self._terminal, self._monitor, self._show = terminal, monitor, show
        self._keys = Keys({**commands, "c": self._open})
        self._line = bytearray()
        self._is_connected = True

    def write(self, data: bytes) -> None:
        """Standard output shows it."""

    def waits_for(self) -> tuple[list[int], list[int]]:
        """The terminal, while it is ours to read."""
        return [STDIN] if self._is_connected and self._terminal.is_readable() else [], []

    def read(self, descriptors: Iterable[int]) -> bytes:
        """What is for the guest of what was typed; the monitor does the rest."""
        if not list(descriptors) or not self._terminal.is_ours:
            return b""
        try:
            data = os.read(STDIN, READ_AHEAD)
        except OSError:  # it has hung up
            data = b""
        if self._monitor.is_open:
            return self._lines(data)
        self._is_connected = bool(data)
        guests, rest = self._keys.guests(data, lambda: self._monitor.is_open)
        return guests + self._lines(rest) if rest else guests

    def flush(self, descriptors: Iterable[int]) -> None:
        """Nothing is to go out."""

    def _open(self) -> None:
        self._line.clear()
        self._terminal.cook()
        self._show(self._monitor.open())

    def _lines(self, data: bytes) -> bytes:
        """Do what whole lines say; no data is Ctrl-D, which closes the monitor. Gives what was
        typed after that."""
        self._line += data.replace(b"\r", b"\n") if data else b"console\n"
        while b"\n" in self._line and self._monitor.is_open:
            line, _, rest = self._line.partition(b"\n")
            self._line = bytearray(rest)
            said = self._monitor.execute(line.decode(errors="replace"))
            if not self._monitor.is_open:
                self._terminal.uncook()
            self._show(said)
        del self._line[:-READ_AHEAD]
        return b"" if self._monitor.is_open else bytes(self._line)
