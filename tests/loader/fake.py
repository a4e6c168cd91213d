# SPDX-License-Identifier: Apache-2.0
"""A loader that answers what a test says."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from loader.wire import ANSWER_SIZE, HEAD, ITEM, VERSION, ItemKind


class Reply(NamedTuple):
    """A message and its descriptors; the loader keeps them open until the test is over."""

    data: bytes
    fds: Sequence[int] = ()


def answer(
    *items: tuple[int, str, int, int],
    status: int = 0,
    error: int = 0,
    version: int = VERSION,
    size: int = ANSWER_SIZE,
    count: int | None = None,
) -> Reply:
    """One with items of kind, name, size and descriptor; as it should be, if the arguments are."""
    number = len(items) if count is None else count
    head = HEAD.pack(size, version, status, error, number, 0)
    body = b"".join(ITEM.pack(kind, length, name.encode()) for kind, name, length, _ in items)
    return Reply((head + body).ljust(ANSWER_SIZE, b"\0"), [fd for *_, fd in items])


def program(fd: int, name: str = "program") -> tuple[int, str, int, int]:
    return ItemKind.PROGRAM, name, 0, fd


def state(fd: int, size: int, name: str = "state") -> tuple[int, str, int, int]:
    return ItemKind.STATE, name, size, fd


#: What answers a request; None hangs up.
Answers = Callable[[bytes], Reply | None]


@contextlib.contextmanager
def listening(path: Path, answers: Answers) -> Iterator[str]:
    """The loader at this path."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(str(path))
        listener.listen()
        thread = threading.Thread(target=_serve, args=(listener, answers))
        thread.start()
        try:
            yield str(path)
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            os.unlink(path)


def _serve(listener: socket.socket, answers: Answers) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection, contextlib.suppress(OSError):
            while (message := connection.recv(4096)) and (reply := answers(message)) is not None:
                socket.send_fds(connection, [reply.data], reply.fds)
