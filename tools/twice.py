# SPDX-License-Identifier: Apache-2.0
"""Whether the same commit gives the same bytes when it is built elsewhere and at another time."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from command import run

ROOT = Path(__file__).parents[1]


@cache
def commit() -> str:
    """The one that is checked out here; another that comes meanwhile does not count."""
    return run("git", "-C", ROOT, "rev-parse", "HEAD").strip()


def checkout(place: Path, age_s: int = 0) -> Path:
    """The commit's files in a new folder; they may look older than they are."""
    place.parent.mkdir(parents=True, exist_ok=True)
    run("git", "clone", "--quiet", "--no-hardlinks", "--no-checkout", ROOT, place, umask=0o022)
    run("git", "-C", place, "checkout", "--quiet", "--detach", commit(), umask=0o022)
    for file in place.rglob("*") if age_s else ():
        modified = file.lstat().st_mtime - age_s
        os.utime(file, (modified, modified), follow_symlinks=False)
    return place


def digest(file: Path) -> str:
    """Its SHA-256, in hex."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def differing(first: Iterable[Path], second: Iterable[Path]) -> list[str]:
    """The names of files that only one of two builds made, or that differ."""
    one, other = ({file.name: digest(file) for file in files} for files in (first, second))
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def check_equal(first: Iterable[Path], second: Iterable[Path]) -> None:
    """Ends the release where two builds differ."""
    if names := differing(first, second):
        advice = "diffoscope shows where; a path, a date or an order is the usual cause"
        raise SystemExit(f"built twice, these differ: {', '.join(names)}\n{advice}")
