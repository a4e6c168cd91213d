# SPDX-License-Identifier: Apache-2.0
"""Archives for initial RAM disks. Reference: Linux's Documentation/driver-api/early-userspace."""

from __future__ import annotations

from dataclasses import dataclass

FOLDER, DEVICE, PROGRAM = 0o040755, 0o020600, 0o100755


@dataclass(frozen=True)
class File:
    """An entry; `device` is major and minor number."""

    name: str
    mode: int
    data: bytes = b""
    device: tuple[int, int] = (0, 0)


def archive(*files: File) -> bytes:
    """The "newc" format."""
    entries = [*files, File("TRAILER!!!", 0)]
    return b"".join(_entry(number, file) for number, file in enumerate(entries, 1))


def _entry(number: int, file: File) -> bytes:
    name = file.name.encode() + b"\0"
    fields = (number, file.mode, 0, 0, 1, 0, len(file.data), 0, 0, *file.device, len(name), 0)
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + name
    return _padded(head) + _padded(file.data)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
