# SPDX-License-Identifier: Apache-2.0
"""Debian's kernels as files: downloaded as packages and unpacked, never installed."""

from __future__ import annotations

import fcntl
import lzma
import os
import re
import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

KDIR_INCLUDE = re.compile(r"^include /usr/src", re.MULTILINE)
_PACKAGES_TIMEOUT_S = 300


class Unavailable(Exception):  # noqa: N818 - a reason to skip, not a failure
    """Why a kernel cannot be had here."""


@dataclass(frozen=True)
class Kernel:
    """A kernel and its headers, unpacked below `root`; `release` is what uname -r says."""

    release: str
    root: Path

    @property
    def headers(self) -> Path:
        """What KDIR is to be."""
        return self.root / "usr/src" / f"linux-headers-{self.release}"

    @cached_property
    def image(self) -> Path:
        """What QEMU boots: vmlinux by PVH where it can be unpacked, which is twice as fast."""
        compressed = self.root / "boot" / f"vmlinuz-{self.release}"
        plain = self.root / "boot" / f"vmlinux-{self.release}"
        if not plain.exists() and (data := unpack_image(compressed.read_bytes())):
            plain.write_bytes(data)
        return plain if plain.exists() else compressed

    @cached_property
    def _modules(self) -> dict[str, Path]:
        folder = next(path for path in self.root.glob("*lib/modules") if path.is_dir())
        found = (folder / self.release / "kernel").rglob("*.ko*")
        return {path.name.split(".")[0].replace("-", "_"): path for path in found}

    def modules(self, *names: str) -> list[tuple[str, bytes]]:
        """These modules and all that they need, in the order in which they load."""
        loaded: dict[str, bytes] = {}
        for name in names:
            self._add(name, loaded)
        return list(loaded.items())

    def _add(self, name: str, loaded: dict[str, bytes]) -> None:
        path = self._modules.get(name)
        if path is None or name in loaded:  # built in, or there
            return
        data = path.read_bytes()
        data = lzma.decompress(data) if path.suffix == ".xz" else data
        for needed in _depends(data):
            self._add(needed, loaded)
        loaded[name] = data


def _depends(module: bytes) -> list[str]:
    match = re.search(rb"\0depends=([^\0]*)\0", module)
    return (
        [name.decode().replace("-", "_") for name in match[1].split(b",") if name] if match else []
    )


def unpack_image(image: bytes) -> bytes | None:
    """vmlinux out of a bzImage (Documentation/x86/boot.rst); None if it is not packed by xz."""
    (setup_sectors,) = struct.unpack_from("<B", image, 0x1F1)
    offset, length = struct.unpack_from("<II", image, 0x248)
    start = ((setup_sectors or 4) + 1) * 512 + offset
    payload = image[start : start + length]
    if not payload.startswith(b"\xfd7zXZ"):
        return None
    return lzma.LZMADecompressor().decompress(payload)


def cache() -> Path:
    """Where packages and what is made of them are kept."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "lightexit" / "kernels"


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def fetch(series: str = "6.1") -> Kernel:
    """The newest kernel of a series that apt knows, from the cache if it is there."""
    with _locked(cache()):
        release = _kept(series) or _newest(series)
        folder = cache() / release
        if not (folder / "complete").exists():
            _unpack(release, folder)
        return Kernel(release, folder)


def _kept(series: str) -> str | None:
    kept = [path.parent.name for path in cache().glob(f"{series}.*/complete")]
    return max(kept, key=_version, default=None)


def _newest(series: str) -> str:
    pattern = rf"^linux-headers-{re.escape(series)}\.[0-9.+a-z~-]*-amd64$"
    names = _output("apt-cache", "search", "--names-only", pattern).split("\n")
    found = [name.split(" ")[0].removeprefix("linux-headers-") for name in names if name]
    plain = [each for each in found if not re.search(r"-(rt|cloud)-", each)]
    if not plain:
        raise Unavailable(f"apt knows no kernel {series}.* (apt-get update?)")
    return max(plain, key=_version)


def _version(release: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", release)]


def _unpack(release: str, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    packages = folder / "packages"
    packages.mkdir(parents=True)
    _output("apt-get", "download", *_packages(release), cwd=packages)
    for archive in packages.glob("*.deb"):
        _output("dpkg-deb", "-x", str(archive), str(folder))
    shutil.rmtree(packages)
    makefile = folder / f"usr/src/linux-headers-{release}" / "Makefile"
    makefile.write_text(KDIR_INCLUDE.sub(f"include {folder}/usr/src", makefile.read_text()))
    (folder / "complete").touch()


def _packages(release: str) -> list[str]:
    """Image and headers, and what the headers need to build a module."""
    headers = f"linux-headers-{release}"
    needed = _output("apt-cache", "depends", headers)
    more = re.findall(r"Depends: (linux-(?:headers|kbuild)-\S+)", needed)
    return [f"linux-image-{release}", headers, *more]


def _output(*command: str, cwd: Path | None = None) -> str:
    if shutil.which(command[0]) is None:
        raise Unavailable(f"{command[0]} is not on this machine")
    try:
        done = subprocess.run(
            command, cwd=cwd, capture_output=True, text=True, timeout=_PACKAGES_TIMEOUT_S
        )
    except subprocess.TimeoutExpired as error:
        raise Unavailable(f"{command[0]} took longer than {_PACKAGES_TIMEOUT_S} s") from error
    if done.returncode != 0:
        raise Unavailable(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout
