# SPDX-License-Identifier: Apache-2.0
"""Where QEMU has a VM's PCI functions, asked by its monitor (QMP). Nothing is changed by it."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import time
from pathlib import Path
from typing import Any

from lightexit.errors import HostError
from lightexit.trace.names.pci import pci_windows
from lightexit.trace.names.registers import NamedWindow

#: Bytes of all answers together, and how long they may take.
_MOST, _PATIENCE_S = 1 << 20, 3.0
_BUSY = "another program may be connected to it: a monitor talks to one at a time"


def ask(path: Path) -> tuple[int, list[NamedWindow]]:
    """The process at the other end of a QMP socket, and the regions of its VM's PCI functions.

    Raises HostError where nobody answers as QEMU does.
    """
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as connection:
        try:
            connection.settimeout(_PATIENCE_S)
            connection.connect(str(path))
            monitor = _Monitor(connection)
            monitor.next("QMP")
            monitor.execute("qmp_capabilities")
            return _peer(connection), pci_windows(monitor.execute("query-pci"))
        except TimeoutError:
            raise _refused(path, "nobody answers", advice=_BUSY) from None
        except OSError as error:
            raise _refused(path, (error.strerror or str(error)).lower()) from None
        except (ValueError, RecursionError):
            raise _refused(path, "what answers is no monitor of QEMU's") from None


def _refused(path: Path, reason: str, advice: str = "") -> HostError:
    expected = "the socket of `-qmp unix:PATH,server=on,wait=off`"
    return HostError(f"{path}: {reason}", expected=expected, advice=advice)


def _peer(connection: socket.socket) -> int:
    """The process that listens."""
    told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return int(struct.unpack("3i", told)[0])


class _Monitor:
    """Lines of JSON both ways. Raises ValueError for others, TimeoutError for too few."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._data = b""
        self._left = _MOST
        self._ends = time.monotonic() + _PATIENCE_S

    def execute(self, command: str) -> Any:
        """What a command returns."""
        self._connection.sendall(json.dumps({"execute": command}).encode() + b"\n")
        return self.next("return")

    def next(self, key: str) -> Any:
        """The value of the next object that has this key; events and the like are passed over."""
        while True:
            line, found, rest = self._data.partition(b"\n")
            if not found:
                self._receive()
                continue
            self._data = rest
            told = json.loads(line)
            if not isinstance(told, dict) or "error" in told:
                raise ValueError(line[:80])
            if key in told:
                return told[key]

    def _receive(self) -> None:
        if time.monotonic() > self._ends:
            raise TimeoutError
        more = self._connection.recv(min(self._left, 1 << 16))
        if not more:
            raise ValueError("it has ended, or told too much")
        self._data += more
        self._left -= len(more)
