# SPDX-License-Identifier: Apache-2.0
"""A store of bytes on disk by content hash: what was compiled once is not compiled again.

An entry may vanish, be cut short or be written by somebody else at any time: whoever asks gets
the bytes that were put under exactly that kind and key, or None. Losing the cache costs time
and nothing else, so a disk that refuses is not an error.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

#: Entries are dropped, the longest unused first, while all of them together are larger.
DEFAULT_LIMIT = 64 * 2**20

_DIGEST_SIZE = hashlib.sha256().digest_size

#: Bytes below a root, as far as this process knows; others may add, and trim, in the meantime.
_totals: dict[Path, int] = {}

#: The folders of lightexit whose code decides what bytecode and proofs come to be.
_MAKERS = ("abi", "compiler", "isa", "verifier")


def content_key(*parts: str | bytes) -> str:
    """A key for all that determines an entry; parts do not run into one another."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.hexdigest()


def default_root() -> Path:
    """Where entries live unless told otherwise: the XDG base directory specification's place."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return Path(base if os.path.isabs(base) else os.path.expanduser("~/.cache"), "lightexit")


def _own_version() -> str:
    here = os.path.dirname(__file__)
    try:
        files = [_files_version(os.path.join(here, name)) for name in _MAKERS]
    except OSError:  # not in files of its own: nothing is found again
        return os.urandom(_DIGEST_SIZE).hex()
    return content_key(sys.version, _llvmlite_version(), *files)


def _files_version(folder: str) -> str:
    """Names, sizes and times of a folder's modules."""
    with os.scandir(folder) as entries:
        found = [(e.name, e.stat()) for e in entries if e.name.endswith((".py", ".pyc"))]
    found.sort(key=lambda each: each[0])
    said = [(name, s.st_size, s.st_ino, s.st_mtime_ns, s.st_ctime_ns) for name, s in found]
    return repr(said)


def _llvmlite_version() -> bytes:
    """Read, not asked for: importing llvmlite takes longer than all else of a warm start."""
    spec = importlib.util.find_spec("llvmlite")
    places = spec.submodule_search_locations if spec else None
    try:
        return Path(places[0], "_version.py").read_bytes() if places else b""
    except OSError:
        return b""


#: What lightexit's code between source and proof is in this process, with Python and LLVM: found
#: when it is imported, for its files may be replaced later. Of a file its size and times count:
#: by these Python, too, tells whether what it has compiled is stale.
OWN_VERSION = _own_version()


@dataclass(frozen=True)
class Entry:
    """One file of the cache: `size` in bytes, `used` in seconds since the epoch."""

    kind: str
    key: str
    path: Path
    size: int
    used: float


class Cache:
    """The entries below `root`, one folder a kind. Safe against concurrent readers and writers."""

    def __init__(self, root: Path | None = None, limit: int = DEFAULT_LIMIT) -> None:
        self.root = root if root is not None else default_root()
        self.limit = limit

    def get(self, kind: str, key: str) -> bytes | None:
        """What was put under `kind` and `key`; None if it is absent, damaged or somebody else's."""
        path = self._path(kind, key)
        stored = _read(path)
        data = stored[_DIGEST_SIZE:]
        if stored[:_DIGEST_SIZE] != _digest(kind, key, data):
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        return data

    def put(self, kind: str, key: str, data: bytes) -> None:
        """Keep `data`; the whole entry appears at once, or not at all."""
        path = self._path(kind, key)
        temporary = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.tmp")
        try:
            for folder in (self.root, path.parent):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(temporary, _digest(kind, key, data) + data)
            temporary.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                temporary.unlink()
            return
        self._account(_DIGEST_SIZE + len(data), keep=path)

    def entries(self) -> list[Entry]:
        """All entries, the longest unused first."""
        return sorted(self._files(), key=lambda entry: (entry.used, entry.path))

    def clear(self) -> int:
        """Drop all entries; how many there were."""
        return sum(_unlink(entry.path) for entry in self.entries())

    def _path(self, kind: str, key: str) -> Path:
        if not (kind.isidentifier() and key.isalnum()):
            raise ValueError(f"not a cache kind and key: {kind!r}, {key!r}")
        return Path(self.root, kind, key)

    def _files(self) -> Iterator[Entry]:
        for path in self.root.glob("*/*"):
            try:
                status = path.stat()
            except OSError:
                continue
            yield Entry(path.parent.name, path.name, path, status.st_size, status.st_mtime)

    def _account(self, size: int, keep: Path) -> None:
        """Look at the folder only at first, and when it may have become too large."""
        total = _totals.get(self.root)
        if total is None or total + size > self.limit:
            total = self._trim(keep) - size
        _totals[self.root] = total + size

    def _trim(self, keep: Path) -> int:
        """Drop what is too much; the bytes that remain."""
        entries = self.entries()
        total = sum(entry.size for entry in entries)
        for entry in entries:
            if total > self.limit and entry.path != keep and _unlink(entry.path):
                total -= entry.size
        return total


def _digest(kind: str, key: str, data: bytes) -> bytes:
    # Kind and key are part of it: an entry under another entry's name is not that entry.
    return bytes.fromhex(content_key(kind, key, data))


def _read(path: Path) -> bytes:
    """A file's content; nothing where it cannot be read, or others may have written it."""
    try:
        with open(path, "rb", buffering=0) as file:
            return file.read() if _is_trusted(os.fstat(file.fileno())) else b""
    except OSError:
        return b""


def _write(path: Path, data: bytes) -> None:
    """A new file that nobody else can read or write, whatever the umask."""
    with open(path, "xb", opener=_open_private) as file:
        file.write(data)


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _is_trusted(status: os.stat_result) -> bool:
    """Whether only this user and root could write a file."""
    if not hasattr(os, "geteuid"):
        return True  # elsewhere a user's folders are guarded by other means
    return status.st_uid in (0, os.geteuid()) and not status.st_mode & 0o022


def _unlink(path: Path) -> bool:
    try:
        path.unlink()
    except OSError:
        return False
    return True
