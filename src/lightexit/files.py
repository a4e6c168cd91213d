# SPDX-License-Identifier: Apache-2.0
"""Files that a user names: looked at before they are read, or promised to be written.

A device may never end, a FIFO may have nobody at its other end, a sparse file may be larger than
all memory: none of them is begun.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from lightexit.errors import AuthorError

KIB, MIB = 1 << 10, 1 << 20

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFCHR: "a character device",
    stat.S_IFBLK: "a block device",
    stat.S_IFIFO: "a FIFO or pipe",
    stat.S_IFSOCK: "a socket",
}
# Opening neither waits for a FIFO's writer nor makes a terminal the controlling one.
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
_BINARY = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


def read_file(
    path: Path, expected: str, most: int, advice: str = "", *, if_larger: str = ""
) -> bytes:
    """The content of a regular file of at most `most` bytes; `expected` says what is to be in it,
    `advice` what to do if it cannot be read, `if_larger` what to do if it has more.

    Raises AuthorError for any other file, and for one that cannot be read.
    """
    try:
        data, size = _begun(path, expected, most)
    except OSError as error:
        raise AuthorError(f"{path}: {_reason(error)}", expected=expected, advice=advice) from None
    if max(size, len(data)) > most:
        told = f"{size:,}" if size > most else f"more than {most:,}"
        raise AuthorError(
            f"{path} has {told} bytes",
            expected=f"{expected}, at most {most:,} bytes",
            advice=if_larger,
        )
    return data


def _begun(path: Path, expected: str, most: int) -> tuple[bytes, int]:
    """Its content, unless that is too large, and the size that the file system reports."""
    descriptor = os.open(path, _READ | _BINARY)
    try:
        status = os.fstat(descriptor)
        _check(path, status, expected)
        if status.st_size > most:
            return b"", status.st_size
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(most + 1), status.st_size
    finally:
        os.close(descriptor)


def _check(path: Path, status: os.stat_result, expected: str) -> None:
    kind = stat.S_IFMT(status.st_mode)
    if kind != stat.S_IFREG:
        raise AuthorError(
            f"{path} is {_KINDS.get(kind, 'no regular file')}",
            expected=f"a regular file: {expected}",
            advice="write its content into a file first" if kind == stat.S_IFIFO else "",
        )


def check_writable(path: Path) -> None:
    """Before the work whose result goes there. Raises AuthorError where it could not be written."""
    try:
        if not stat.S_ISDIR(os.stat(path).st_mode):
            if os.access(path, os.W_OK):
                return
            raise AuthorError(f"{path}: permission denied", expected="a file that may be written")
        raise AuthorError(f"{path} is a folder", expected="the name of a file to write")
    except FileNotFoundError:
        _check_parent(path)
    except OSError as error:
        raise AuthorError(f"{path}: {_reason(error)}", expected="a file to write") from None


def _check_parent(path: Path) -> None:
    folder = path.parent
    if not folder.is_dir():
        raise AuthorError(
            f"{path}: there is no folder {folder}",
            expected="a file in a folder that is there",
            hint=f"mkdir -p {folder}",
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise AuthorError(
            f"{path}: permission denied in {folder}", expected="a folder that may be written"
        )


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
