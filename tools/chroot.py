# SPDX-License-Identifier: Apache-2.0
"""Small Debian systems in folders, for what is built or tried away from this machine's packages."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from command import Unavailable, run

SUITE = "bookworm"
MIRROR = "http://deb.debian.org/debian"
#: Nothing of this machine's environment goes in.
_VARIABLES = (
    *("PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C.UTF-8"),
    "DEBIAN_FRONTEND=noninteractive",
)
_NAMESPACES = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc=/proc")


@dataclass(frozen=True)
class Chroot:
    """A system below `root`. Its processes see their own /proc, and end with the command."""

    root: Path

    def run(self, *command: str | Path) -> str:
        """Run a command as its root; what it printed. Raises Failed."""
        enter = (*_NAMESPACES, f"--root={self.root}", "--wd=/", "env", "-i", *_VARIABLES)
        return run(*enter, *command)

    def install(self, *packages: str) -> None:
        """Install Debian's packages, with what they need and no more."""
        self.run("apt-get", "update")
        self.run("apt-get", "install", "--yes", "--no-install-recommends", *packages)


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME", "")
    return Path(base or Path.home() / ".cache") / "lightexit/chroots"


def _archive(packages: tuple[str, ...]) -> Path:
    """A system with these packages, made once for each list of them."""
    digest = hashlib.sha256(" ".join((MIRROR, *packages)).encode()).hexdigest()[:16]
    archive = _cache() / f"{SUITE}-{digest}.tar"
    if archive.exists():
        return archive
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=archive.parent) as folder:
        made = Chroot(Path(folder) / "root")
        if packages:
            _unpack(_archive(()), made.root)
            made.install(*packages)
        else:
            run("debootstrap", "--variant=minbase", SUITE, made.root, MIRROR)
        made.run("apt-get", "clean")
        part = Path(folder) / "part"
        run("tar", "--directory", made.root, "--create", "--file", part, ".")
        part.rename(archive)
    return archive


def _unpack(archive: Path, root: Path) -> None:
    root.mkdir(parents=True)
    run("tar", "--directory", root, "--extract", "--same-owner", "--file", archive)
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")


def check_available() -> None:
    """Raises Unavailable where no system can be made."""
    if os.geteuid() != 0:
        raise Unavailable("a Debian system in a folder needs root")
    if missing := [each for each in ("debootstrap", "unshare") if shutil.which(each) is None]:
        raise Unavailable(f"{' and '.join(missing)} not on this machine")


def unpack(root: Path) -> Chroot:
    """An empty system in a new folder: what debootstrap calls minbase."""
    _unpack(_archive(()), root)
    return Chroot(root)


@contextmanager
def system(*packages: str) -> Iterator[Chroot]:
    """A system with these packages, in a folder that goes with it."""
    check_available()
    archive = _archive(packages)
    with tempfile.TemporaryDirectory(prefix="lightexit-", dir="/var/tmp") as folder:
        _unpack(archive, Path(folder) / "root")
        yield Chroot(Path(folder) / "root")
