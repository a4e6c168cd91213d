# SPDX-License-Identifier: Apache-2.0
"""Which code makes entries: part of their keys, so that none outlives it."""

from __future__ import annotations

import os
import sys

from lightexit.cache import content_key

_ROOT = os.path.dirname(os.path.dirname(__file__))


def sources_version(*folders: str) -> str:
    """A digest of all modules in these folders of lightexit and below, and of Python's version.

    To be taken when they are imported, for their files may be replaced later. Of a file its size
    and times count: by these Python, too, tells whether what it has compiled is stale.
    """
    try:
        return content_key(sys.version, *(_said_of(os.path.join(_ROOT, each)) for each in folders))
    except OSError:  # not in files of its own: nothing is found again
        return os.urandom(32).hex()


def _said_of(folder: str) -> str:
    """Names, sizes and times of a folder's modules."""
    found, inner = [], []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith((".py", ".pyc")):
                status = entry.stat()
                times = status.st_mtime_ns, status.st_ctime_ns
                found.append((entry.name, status.st_size, status.st_ino, *times))
            elif entry.name != "__pycache__" and entry.is_dir():
                inner.append(entry.path)
    return repr(sorted(found)) + "".join(map(_said_of, sorted(inner)))
