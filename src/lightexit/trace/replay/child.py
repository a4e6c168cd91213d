# SPDX-License-Identifier: Apache-2.0
"""The process in which a library's device runs: `python -I child.py LIBRARY REQUESTS REPLIES`.

It imports nothing of lightexit, and may crash at any moment. lib/include/lightexit_replay.h is what
the library offers; `library.py` is at the other end of the two pipes.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import struct
import sys
from collections.abc import Callable
from typing import Any

#: What is asked: operation, window, size, offset, value, VM time in ns.
REQUEST = struct.Struct("<BIIQQQ")
#: What is answered: a value, and how many bytes of text follow.
REPLY = struct.Struct("<QI")
READ, WRITE, STATE = 0, 1, 2
SYMBOL, VERSION, MOST_WINDOWS = "lightexit_replay_export", 1, 64
_STATE_SIZE = 1 << 16
_PR_SET_PDEATHSIG = 1

_POINTER, _U32, _U64 = ctypes.c_void_p, ctypes.c_uint32, ctypes.c_uint64
_OPEN = ctypes.CFUNCTYPE(_POINTER)
_READ = ctypes.CFUNCTYPE(_U64, _POINTER, _U32, _U64, _U32, _U64)
_WRITE = ctypes.CFUNCTYPE(None, _POINTER, _U32, _U64, _U32, _U64, _U64)
_STATE = ctypes.CFUNCTYPE(ctypes.c_size_t, _POINTER, ctypes.c_char_p, ctypes.c_size_t)
_CLOSE = ctypes.CFUNCTYPE(None, _POINTER)


class ExportedWindow(ctypes.Structure):
    """struct lightexit_replay_window."""

    _fields_ = [("base", _U64), ("size", _U64), ("space", _U32), ("reserved", _U32)]


class ExportedDevice(ctypes.Structure):
    """struct lightexit_replay_device."""

    _fields_ = [
        ("version", _U32),
        ("window_count", _U32),
        ("windows", ctypes.POINTER(ExportedWindow)),
        ("name", ctypes.c_char_p),
        ("open", _OPEN),
        ("read", _READ),
        ("write", _WRITE),
        ("state", _STATE),
        ("close", _CLOSE),
    ]


class Unusable(Exception):  # noqa: N818 - no error of this program's
    """What the library offers is no device for a replay: says why."""


def exported(path: str) -> Any:
    """The library's struct. Raises Unusable."""
    try:
        library = ctypes.CDLL(path)
    except OSError as error:
        raise Unusable(f"cannot be loaded: {error}") from None
    try:
        export = getattr(library, SYMBOL)
    except AttributeError:
        raise Unusable(f"exports no function {SYMBOL}") from None
    export.restype = ctypes.POINTER(ExportedDevice)
    pointer = export()
    if not pointer:
        raise Unusable(f"{SYMBOL}() returns NULL")
    device = pointer.contents
    if device.version != VERSION:
        raise Unusable(f"has version {device.version} of struct lightexit_replay_device")
    if not 1 <= device.window_count <= MOST_WINDOWS or not device.windows:
        raise Unusable(f"has {device.window_count} windows")
    if not (device.open and device.read and device.write):
        raise Unusable("has no function open, read or write")
    return device


def described(device: Any) -> dict[str, Any]:
    """What the other end is told first."""
    windows = [device.windows[index] for index in range(device.window_count)]
    return {
        "name": (device.name or b"").decode(errors="replace"),
        "windows": [[each.base, each.size, each.space] for each in windows],
        "has_state": bool(device.state),
    }


def serve(device: Any, requests: int, replies: int) -> None:
    """Answer until there is nobody left to ask."""
    opened = device.open()
    if not opened:
        raise Unusable("cannot make the device: open() returns NULL")
    send(replies, json.dumps(described(device)).encode())
    before = text(device, opened)
    while request := exactly(requests, REQUEST.size):
        operation, window, size, offset, value, now_ns = REQUEST.unpack(request)
        if operation == STATE:
            send(replies, json.dumps([before, text(device, opened)]).encode())
            continue
        before = text(device, opened)
        if operation == READ:
            value = device.read(opened, window, offset, size, now_ns)
        else:
            device.write(opened, window, offset, size, value, now_ns)
        send(replies, b"", value)
    if device.close:
        device.close(opened)


def text(device: Any, opened: int) -> str:
    """The state as the library tells it."""
    if not device.state:
        return ""
    buffer = ctypes.create_string_buffer(_STATE_SIZE)
    device.state(opened, buffer, _STATE_SIZE)
    return buffer.value.decode(errors="replace")


def send(replies: int, data: bytes, value: int = 0) -> None:
    """One reply."""
    message = REPLY.pack(value, len(data)) + data
    while message:
        message = message[os.write(replies, message) :]


def exactly(requests: int, size: int) -> bytes:
    """So many bytes; none at the end."""
    data = b""
    while len(data) < size:
        part = os.read(requests, size - len(data))
        if not part:
            return b""
        data += part
    return data


def main(path: str, requests: int, replies: int) -> None:
    """Serve one library."""
    ended: Callable[..., int] = ctypes.CDLL(None).prctl
    ended(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.dup2(2, 1)
    try:
        serve(exported(path), requests, replies)
    except Unusable as error:
        send(replies, json.dumps({"unusable": str(error)}).encode())


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
