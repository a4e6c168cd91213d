# SPDX-License-Identifier: Apache-2.0
"""A store of bytes on disk by content hash: what was compiled once is not compiled again.

An entry may vanish, be cut short or be written by somebody else at any time: whoever asks gets
the bytes that were put under exactly that kind and key, or None. Losing the cache costs time
and nothing else, so a disk that refuses is not an error. What is read may be machine code, so
it is read only from where nobody but this user can have put it (`folder.py`); and nothing is
listed or deleted but files that say that they are entries.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lightexit.cache.folder import Folder, open_folder

#: Entries are dropped, the longest unused first, while all of them together are larger.
DEFAULT_LIMIT = 64 * 2**20

#: No entry is larger; a larger file is not read.
LARGEST = DEFAULT_LIMIT

_DIGEST_SIZE = hashlib.sha256().digest_size
#: What every entry begins with; a digest follows, then the bytes.
_MARK = b"lightexit cache\n"
_HEAD = len(_MARK) + _DIGEST_SIZE
_NAME = re.compile(r"[0-9a-f]{64}(\.[0-9a-f]{16}\.tmp)?", re.ASCII)

#: Bytes below a root, as far as this process knows; others may add, and trim, in the meantime.
_totals: dict[Path, int] = {}


def content_key(*parts: str | bytes) -> str:
    """A key for all that determines an entry; parts do not run into one another."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.hexdigest()


def default_root() -> Path:
    """The default folder, by the XDG base directory specification."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return Path(base if os.path.isabs(base) else os.path.expanduser("~/.cache"), "lightexit")


@dataclass(frozen=True)
class CacheEntry:
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
        """What was put under `kind` and `key`; None if it is absent, damaged or another user's."""
        _check_names(kind, key)
        with contextlib.suppress(OSError), self._folder(kind) as folder:
            stored = folder.read(key, LARGEST).data
            data = stored[_HEAD:]
            if stored[:_HEAD] == _head(kind, key, data):
                with contextlib.suppress(OSError):
                    folder.touch(key)
                return data
        return None

    def put(self, kind: str, key: str, data: bytes) -> None:
        """Keep `data`; the whole entry appears at once, or not at all."""
        _check_names(kind, key)
        if _HEAD + len(data) > LARGEST:
            return
        with contextlib.suppress(OSError):
            with self._folder(kind, create=True) as folder:
                folder.write(key, _head(kind, key, data) + data)
            self._account(_HEAD + len(data), keep=Path(self.root, kind, key))

    def entries(self) -> list[CacheEntry]:
        """All entries, the longest unused first; also those cut short, and never finished."""
        return sorted(self._found(), key=lambda entry: (entry.used, entry.path))

    def clear(self) -> int:
        """Drop all entries; how many there were."""
        return sum(self._drop(entry) for entry in self.entries())

    def refusals(self) -> list[str]:
        """Why the cache, or a part of it, is not used; empty where all is well."""
        said: list[str] = []
        with _noting(said), open_folder(self._root) as root:
            for kind in filter(str.isidentifier, root.names()):
                with _noting(said), root.inner(kind):
                    pass
        return said

    @property
    def _root(self) -> str:
        return os.fspath(self.root)

    @contextlib.contextmanager
    def _folder(self, kind: str, *, create: bool = False) -> Iterator[Folder]:
        with open_folder(self._root, create=create) as root, root.inner(kind, create=create) as own:
            yield own

    def _found(self) -> Iterator[CacheEntry]:
        with contextlib.suppress(OSError), open_folder(self._root) as root:
            for kind in filter(str.isidentifier, root.names()):
                with contextlib.suppress(OSError), root.inner(kind) as folder:
                    yield from self._found_in(kind, folder)

    def _found_in(self, kind: str, folder: Folder) -> Iterator[CacheEntry]:
        for name in filter(_NAME.fullmatch, folder.names()):
            with contextlib.suppress(OSError):
                data, status = folder.read(name, len(_MARK))
                if _MARK.startswith(data):
                    path = Path(self.root, kind, name)
                    yield CacheEntry(kind, name, path, status.st_size, status.st_mtime)

    def _drop(self, entry: CacheEntry) -> bool:
        with contextlib.suppress(OSError), self._folder(entry.kind) as folder:
            folder.unlink(entry.key)
            return True
        return False

    def _account(self, size: int, keep: Path) -> None:
        """Scan the folder only at first, and when it may have become too large."""
        total = _totals.get(self.root)
        if total is None or total + size > self.limit:
            total = self._trim(keep) - size
        _totals[self.root] = total + size

    def _trim(self, keep: Path) -> int:
        """Drop what is too much; the bytes that remain."""
        entries = self.entries()
        total = sum(entry.size for entry in entries)
        for entry in entries:
            if total > self.limit and entry.path != keep and self._drop(entry):
                total -= entry.size
        return total


def _check_names(kind: str, key: str) -> None:
    if not (kind.isidentifier() and len(key) == 2 * _DIGEST_SIZE and _NAME.fullmatch(key)):
        raise ValueError(f"not a cache kind and key: {kind!r}, {key!r}")


def _head(kind: str, key: str, data: bytes) -> bytes:
    # Kind and key are part of it: an entry under another entry's name is not that entry.
    return _MARK + bytes.fromhex(content_key(kind, key, data))


@contextlib.contextmanager
def _noting(said: list[str]) -> Iterator[None]:
    """What cannot be opened within is noted; what is not there is no matter."""
    try:
        yield
    except FileNotFoundError:
        return
    except OSError as error:
        said.append(f"{error.filename}: {error.strerror}")
