# SPDX-License-Identifier: Apache-2.0
"""The loader's messages (lib/include/lightexit_loader.h), byte by byte."""

from __future__ import annotations

import array
import os
import socket
import struct
import time
from contextlib import suppress
from enum import IntEnum
from typing import NamedTuple

VERSION = 1
REQUEST, HEAD, ITEM = struct.Struct("=4I64s"), struct.Struct("=6I"), struct.Struct("=2I64s")
MOST_ITEMS = 16
ANSWER_SIZE = HEAD.size + MOST_ITEMS * ITEM.size


class Command(IntEnum):
    """enum lightexit_loader_command."""

    LOAD = 1
    CLOCK = 2
    MODULE = 3


class Status(IntEnum):
    """enum lightexit_loader_status."""

    OK = 0
    MALFORMED = 1
    OTHER_VERSION = 2
    NO_OBJECT = 3
    UNSAFE = 4
    REFUSED = 5
    LIMIT = 6
    NO_MODULE = 7


class ItemKind(IntEnum):
    """enum lightexit_loader_kind."""

    PROGRAM = 1
    STATE = 2
    CLOCK_MAP = 3
    MODULE_FILE = 4


class Item(NamedTuple):
    """One of an answer, and its descriptor."""

    kind: ItemKind
    name: str
    size: int
    fd: int

    def facts(self) -> dict[str, str]:
        """What /proc says of the descriptor."""
        with open(f"/proc/self/fdinfo/{self.fd}") as file:
            parts = [line.partition(":") for line in file]
        return {name: value.strip() for name, _, value in parts}


class Answer(NamedTuple):
    """What came back."""

    status: Status
    error: int
    version: int
    items: list[Item]

    def close(self) -> None:
        for each in self.items:
            os.close(each.fd)


def request(command: int, name: bytes = b"", reserved: int = 0) -> bytes:
    """One as it should be, if the arguments are."""
    return REQUEST.pack(REQUEST.size, VERSION, command, reserved, name)


class Connection:
    """A client's end."""

    def __init__(self, path: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.settimeout(20)
        try:
            self.socket.connect(path)
        except OSError:
            self.socket.close()
            raise

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def ask(self, message: bytes) -> Answer | None:
        """The answer to any bytes; None where the loader has hung up."""
        try:
            self.socket.send(message)
            data, control, _, _ = self.socket.recvmsg(ANSWER_SIZE + 1, socket.CMSG_SPACE(4 * 64))
        except (BrokenPipeError, ConnectionResetError):
            return None
        if not data:
            return None
        assert len(data) == ANSWER_SIZE
        size, version, status, error, count, _ = HEAD.unpack_from(data)
        assert size == ANSWER_SIZE
        fds = array.array("i")
        for _, _, given in control:
            fds.frombytes(given)
        assert len(fds) == count
        return Answer(
            Status(status), error, version, [_item(data, i, fds[i]) for i in range(count)]
        )

    def tell(self, message: bytes) -> bool:
        """Ask, and take no answer; whether the loader still listens."""
        try:
            return self.socket.send(message) > 0
        except (BrokenPipeError, ConnectionResetError):
            return False

    def load(self, name: str) -> Answer:
        """An object."""
        return self.must(request(Command.LOAD, name.encode()))

    def must(self, message: bytes) -> Answer:
        """The answer, which there must be."""
        answer = self.ask(message)
        assert answer is not None
        return answer

    @property
    def is_closed(self) -> bool:
        """Whether the loader has hung up, or does so now."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True


def connected(path: str) -> Connection:
    """A connection to a loader that is being started."""
    for _ in range(1000):
        with suppress(OSError):
            return Connection(path)
        time.sleep(0.01)
    return Connection(path)


def _item(data: bytes, index: int, fd: int) -> Item:
    kind, size, name = ITEM.unpack_from(data, HEAD.size + index * ITEM.size)
    return Item(ItemKind(kind), name.rstrip(b"\0").decode(), size, fd)
