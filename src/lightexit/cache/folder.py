# SPDX-License-Identifier: Apache-2.0
"""`Folder`: a folder that only this user can change, held by a descriptor.

Whoever can rename or link something on the way to a file can have another file read, or
deleted, in its place. So each folder is opened from the one before it, none by way of a link,
and each is looked at after it was opened. All refusals are OSErrors that say why.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterator
from typing import NamedTuple

#: Other systems protect a user's folders by other means; there, folders are opened by path.
_HAS_DESCRIPTORS = os.open in os.supports_dir_fd and hasattr(os, "geteuid")
_NO_LINK = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_FOLDER = os.O_RDONLY | _NO_LINK | getattr(os, "O_DIRECTORY", 0)
# A FIFO is opened without waiting for its writer.
_READ = os.O_RDONLY | _NO_LINK | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK
_MOST_LINKS = 40
_OTHERS_WRITE = 0o022

#: Device and number of folders that were reached by way of folders which nobody else can change:
#: to find the same folder again is to have come the same way.
_reached: dict[str, tuple[int, int]] = {}


class Content(NamedTuple):
    """What a file begins with, and its status when it was opened."""

    data: bytes
    status: os.stat_result


class Folder:
    """A folder to work in; names are those of direct entries, not paths."""

    def __init__(self, path: str, descriptor: int | None) -> None:
        self._folder = path
        self._descriptor = descriptor

    @contextlib.contextmanager
    def inner(self, name: str, *, create: bool = False) -> Iterator[Folder]:
        """The subfolder of that name: owned by this user, and writable by no other."""
        path = os.path.join(self._folder, name)
        if self._descriptor is None:
            if create:
                os.makedirs(path, exist_ok=True)
            yield Folder(path, None)
            return
        descriptor = _open_inner(self._descriptor, path, create)
        try:
            _check_own(os.fstat(descriptor), path)
            yield Folder(path, descriptor)
        finally:
            os.close(descriptor)

    def names(self) -> list[str]:
        """What is there, in no order."""
        return os.listdir(self._folder if self._descriptor is None else self._descriptor)

    def read(self, name: str, most: int) -> Content:
        """At most `most` bytes of a regular file of this user's that has no second name and that
        nobody else can write; never waits."""
        file = self._open(name, _READ)
        try:
            status = os.fstat(file)
            if self._descriptor is not None:
                _check_own(status, os.path.join(self._folder, name))
            _check_file(status, os.path.join(self._folder, name))
            return Content(os.read(file, min(most, status.st_size)), status)
        finally:
            os.close(file)

    def write(self, name: str, data: bytes) -> None:
        """Have a file that only this user can read: all of it, in the place of what was there."""
        temporary = f"{name}.{secrets.token_hex(8)}.tmp"
        descriptor = self._open(temporary, _CREATE)
        try:
            with open(descriptor, "wb") as file:
                file.write(data)
            here, ways = self._descriptor, (self._path(temporary), self._path(name))
            os.replace(*ways, src_dir_fd=here, dst_dir_fd=here)
        except OSError:
            with contextlib.suppress(OSError):
                self.unlink(temporary)
            raise

    def unlink(self, name: str) -> None:
        """Take a file's name away."""
        os.unlink(self._path(name), dir_fd=self._descriptor)

    def touch(self, name: str) -> None:
        """Note that a file was used now."""
        follow = os.utime not in os.supports_follow_symlinks
        os.utime(self._path(name), dir_fd=self._descriptor, follow_symlinks=follow)

    def _open(self, name: str, flags: int) -> int:
        return os.open(self._path(name), flags, 0o600, dir_fd=self._descriptor)

    def _path(self, name: str) -> str:
        return os.path.join(self._folder, name) if self._descriptor is None else name


@contextlib.contextmanager
def open_folder(path: str, *, create: bool = False) -> Iterator[Folder]:
    """A folder that is this user's alone, as are, or root's, all on the way to it.

    A folder on the way may be writable by all if it keeps others from renaming what is not
    theirs, as /tmp does. Links on the way are followed where they belong to this user or to
    root; `path` itself may not be one. With `create`, what is missing is made, for this user.
    """
    if not os.path.isabs(path):
        raise _refusal(path, "not an absolute path")
    if not _HAS_DESCRIPTORS:
        if create:
            os.makedirs(path, exist_ok=True)
        yield Folder(path, None)
        return
    descriptor = _open_known(path)
    if descriptor is None:
        descriptor = _open_by_steps(path, create)
    try:
        _check_own(os.fstat(descriptor), path)
        yield Folder(path, descriptor)
    finally:
        os.close(descriptor)


def _open_known(path: str) -> int | None:
    """A folder that was reached before; None where it was not, or another stands there now."""
    if path not in _reached:
        return None
    try:
        descriptor = os.open(path, _FOLDER)
    except OSError:
        return None
    if _identity(descriptor) == _reached[path]:
        return descriptor
    os.close(descriptor)
    return None


def _open_by_steps(path: str, create: bool) -> int:
    path = path.rstrip("/")
    outer = _walk(os.path.dirname(path), create)
    try:
        descriptor = _open_inner(outer, path, create)
    finally:
        os.close(outer)
    _reached[path] = _identity(descriptor)
    return descriptor


def _walk(path: str, create: bool) -> int:
    """A descriptor of the folder at an absolute path, all of it looked at on the way."""
    here, links = os.open("/", _FOLDER), 0
    rest = path.split("/")[::-1]
    try:
        while rest:
            name = rest.pop()
            _check_shared(os.fstat(here), f"{path}: the folder of {name}")
            target = _link_target(here, name, path)
            if target is not None:
                links += 1
                if links > _MOST_LINKS:
                    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
                rest += target.split("/")[::-1]
                name = "/" if target.startswith("/") else "."
            if name not in ("", "."):
                here = _step(here, name, create)
        _check_shared(os.fstat(here), path)
    except BaseException:
        os.close(here)
        raise
    return here


def _step(here: int, name: str, create: bool) -> int:
    inner = _open_inner(here, name, create)
    os.close(here)
    return inner


def _link_target(folder: int, name: str, path: str) -> str | None:
    """Where a link leads; None where there is none."""
    try:
        status = os.stat(name or ".", dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None
    if not stat.S_ISLNK(status.st_mode):
        return None
    if status.st_uid not in (0, os.geteuid()) or status.st_nlink > 1:
        raise _refusal(path, f"{name} is a link that others may have put there")
    return os.readlink(name, dir_fd=folder)


def _open_inner(outer: int, path: str, create: bool) -> int:
    """Of `path` only the last name counts, but for messages."""
    name = os.path.basename(path) or path
    try:
        return _open_existing(outer, name, path)
    except FileNotFoundError:
        if not create:
            raise
    with contextlib.suppress(FileExistsError):
        os.mkdir(name, 0o700, dir_fd=outer)
    return _open_existing(outer, name, path)


def _open_existing(outer: int, name: str, path: str) -> int:
    try:
        return os.open(name, _FOLDER, dir_fd=outer)
    except OSError as error:
        if error.errno in (errno.ENOTDIR, errno.ELOOP):
            raise _refusal(path, "a link, or not a folder") from None
        raise


def _identity(descriptor: int) -> tuple[int, int]:
    status = os.fstat(descriptor)
    return status.st_dev, status.st_ino


def _check_own(status: os.stat_result, path: str) -> None:
    """Raises OSError unless it is owned by this user and writable by no other."""
    if status.st_uid != os.geteuid():
        raise _refusal(path, f"belongs to user {status.st_uid}, not to user {os.geteuid()}")
    if status.st_mode & _OTHERS_WRITE:
        raise _refusal(path, f"others may write to it (mode {stat.S_IMODE(status.st_mode):o})")


def _check_file(status: os.stat_result, path: str) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise _refusal(path, "not a regular file")
    if status.st_nlink > 1:  # none: it was replaced since it was opened
        raise _refusal(path, f"has {status.st_nlink} names")


def _check_shared(status: os.stat_result, path: str) -> None:
    """Raises OSError where another user could replace a folder on the way to it."""
    if status.st_uid not in (0, os.geteuid()):
        raise _refusal(path, f"belongs to user {status.st_uid}")
    if status.st_mode & _OTHERS_WRITE and not status.st_mode & stat.S_ISVTX:
        raise _refusal(path, f"others may write to it (mode {stat.S_IMODE(status.st_mode):o})")


def _refusal(path: str, why: str) -> OSError:
    return PermissionError(errno.EPERM, why, path)
