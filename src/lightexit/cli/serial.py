# SPDX-License-Identifier: Apache-2.0
"""Where a guest's serial line ends, if not at standard output: at a pseudo-terminal, or a socket.

What the guest sends and nobody reads is kept up to a limit, the latest of it; nothing waits for
a reader.
"""

from __future__ import annotations

import contextlib
import os
import pty
import socket
import stat
import threading
import tty
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from lightexit.errors import AuthorError, HostError

#: Bytes that are read before the guest takes them.
READ_AHEAD = 4096
#: Bytes of output that are kept for a reader.
KEPT = 1 << 16


class SerialKind(StrEnum):
    """What `--serial` may name."""

    STDIO = "stdio"
    NONE = "none"
    PTY = "pty"
    UNIX = "unix"


@dataclass(frozen=True)
class SerialChoice:
    """What `--serial` names; `path` is of a socket."""

    kind: SerialKind
    path: Path | None = None


def serial_choice(text: str) -> SerialChoice:
    """What an option's text means. Raises AuthorError."""
    kind, _, path = text.partition(":")
    if kind == SerialKind.UNIX and path:
        return SerialChoice(SerialKind.UNIX, Path(path))
    if text in (SerialKind.STDIO, SerialKind.NONE, SerialKind.PTY):
        return SerialChoice(SerialKind(text))
    raise AuthorError(f"--serial {text}", expected="stdio, none, pty or unix:PATH")


class _Output:
    """What is to go out: the latest `KEPT` bytes. `wake` is called where there was nothing."""

    def __init__(self, wake: Callable[[], object]) -> None:
        self._waiting = bytearray()
        self._wake = wake
        self._lock = threading.Lock()

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, data: bytes) -> None:
        """More of it."""
        with self._lock:
            is_first = not self._waiting
            self._waiting += data
            del self._waiting[:-KEPT]
        if is_first:
            self._wake()

    def send(self, send: Callable[[bytes], int]) -> None:
        """As much as can be. Raises what `send` does."""
        with self._lock, contextlib.suppress(BlockingIOError):
            while self._waiting:
                del self._waiting[: send(bytes(self._waiting[:READ_AHEAD]))]


class NoSerial:
    """A line that ends nowhere."""

    def write(self, data: bytes) -> None:
        """It is lost."""

    def waits_for(self) -> tuple[list[int], list[int]]:
        """Nothing."""
        return [], []

    def read(self, descriptors: Iterable[int]) -> bytes:
        """Nothing."""
        return b""

    def flush(self, descriptors: Iterable[int]) -> None:
        """Nothing is to go out."""


class PtySerial:
    """A line that ends at a pseudo-terminal, which programs open by its `name`."""

    def __init__(self, wake: Callable[[], object]) -> None:
        self._output = _Output(wake)
        try:
            # Ours of both: it stays when a program closes its own, and does not hang up.
            self._master, self._slave = pty.openpty()
        except OSError as error:
            raise HostError(
                f"no pseudo-terminal: {(error.strerror or str(error)).lower()}"
            ) from None
        tty.setraw(self._slave)  # else it would echo to the guest what the guest prints
        os.set_blocking(self._master, False)
        #: Of the device that others open.
        self.name = os.ttyname(self._slave)

    def write(self, data: bytes) -> None:
        """More output."""
        self._output.add(data)

    def waits_for(self) -> tuple[list[int], list[int]]:
        """The terminal."""
        return [self._master], [self._master] if self._output else []

    def read(self, descriptors: Iterable[int]) -> bytes:
        """What has been typed."""
        for descriptor in descriptors:
            with contextlib.suppress(OSError):
                return os.read(descriptor, READ_AHEAD)
        return b""

    def flush(self, descriptors: Iterable[int]) -> None:
        """What its buffer takes."""
        self._output.send(lambda data: os.write(self._master, data))

    def close(self) -> None:
        """Hang up."""
        os.close(self._slave)
        os.close(self._master)


class UnixSerial:
    """A line that ends at a socket, where one client after another is connected."""

    def __init__(self, path: Path, wake: Callable[[], object]) -> None:
        self._output = _Output(wake)
        self._path = path
        self._listener = _listener(path)
        self._client: socket.socket | None = None

    def write(self, data: bytes) -> None:
        """More output."""
        self._output.add(data)

    def waits_for(self) -> tuple[list[int], list[int]]:
        """The client, or where there is none the next one."""
        if self._client is None:
            return [self._listener.fileno()], []
        number = self._client.fileno()
        return [number], [number] if self._output else []

    def read(self, descriptors: Iterable[int]) -> bytes:
        """What the client sends."""
        for descriptor in descriptors:
            if descriptor == self._listener.fileno():
                self._accept()
            elif self._client is not None and descriptor == self._client.fileno():
                return self._received(self._client)
        return b""

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # it has left already
            self._client, _ = self._listener.accept()
            self._client.setblocking(False)

    def _received(self, client: socket.socket) -> bytes:
        try:
            data = client.recv(READ_AHEAD)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        if not data:
            self._leave()
        return data

    def flush(self, descriptors: Iterable[int]) -> None:
        """What the client takes."""
        if self._client is None:
            return
        try:
            self._output.send(self._client.send)
        except OSError:
            self._leave()

    def _leave(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = None

    def close(self) -> None:
        """No more clients; the file goes."""
        self._leave()
        self._listener.close()
        self._path.unlink(missing_ok=True)


def _listener(path: Path) -> socket.socket:
    """Only this user may connect: it is the guest's console."""
    _remove_stale(path)
    listener = socket.socket(socket.AF_UNIX)
    mask = os.umask(0o177)
    try:
        listener.bind(str(path))
        listener.listen()
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        reason = (error.strerror or str(error)).lower()
        raise AuthorError(f"--serial unix:{path}: {reason}", expected="a new socket") from None
    finally:
        os.umask(mask)
    return listener


def _remove_stale(path: Path) -> None:
    """A socket that nobody listens at is left of a run that was killed. Raises AuthorError for one
    in use; what is no socket stays, and is no place for one."""
    with contextlib.suppress(OSError):
        if stat.S_ISSOCK(path.lstat().st_mode):
            if _is_in_use(path):
                raise AuthorError(f"--serial unix:{path}: in use", expected="a new socket")
            path.unlink()


def _is_in_use(path: Path) -> bool:
    """Asked by a socket of another type, which is nobody's client."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        try:
            other.connect(str(path))
        except ConnectionRefusedError:
            return False
        except OSError:
            return True
    return True


@contextlib.contextmanager
def serial_end(
    choice: SerialChoice, wake: Callable[[], object], say: Callable[[str], object]
) -> Iterator[NoSerial | PtySerial | UnixSerial]:
    """The end that was chosen, but for standard output; what a user has to know of it is said."""
    if choice.kind is SerialKind.PTY:
        terminal = PtySerial(wake)
        say(f"serial: {terminal.name}")
        with contextlib.closing(terminal):
            yield terminal
    elif choice.path is not None:
        client = UnixSerial(choice.path, wake)
        say(f"serial: unix:{choice.path}")
        with contextlib.closing(client):
            yield client
    else:
        yield NoSerial()
