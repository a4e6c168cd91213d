# SPDX-License-Identifier: Apache-2.0
"""Debian's kernels as files: downloaded as packages and unpacked, never installed. One is built."""

from __future__ import annotations

import fcntl
import lzma
import re
import shutil
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from caches import lasting
from kernel import debug
from kernel.apt import Apt, Unavailable, run, unstable

#: The series that is the newest kernel of Debian's unstable suites, and the one built by us.
NEWEST, DEBUG = "newest", "debug"
KDIR_INCLUDE = re.compile(r"^include /usr/src", re.MULTILINE)
#: What a kernel is built with that is newer than this machine: a small system of its own.
_TOOLS = (
    *("base-files", "bash", "coreutils", "dash", "findutils", "grep", "make", "mawk", "perl-base"),
    *("bpftool", "sed"),
)
#: Run in a root folder with its own /proc; nobody need be root for it.
_ENTER = (
    *("unshare", "--map-root-user", "--mount", "--pid", "--fork", "--mount-proc", "--wd", "/"),
    "--root",
)


@dataclass(frozen=True)
class Kernel:
    """A kernel and its headers, unpacked below `root`; `release` is what uname -r says."""

    release: str
    root: Path

    @property
    def headers(self) -> Path:
        """What KDIR is to be."""
        return self.root / "usr/src" / f"linux-headers-{self.release}"

    @property
    def arguments(self) -> str:
        """What it must be told to have KVM in an emulator: PREEMPT_RT asks for a feature."""
        return "setcpuid=constant_tsc" if self.release.endswith("-rt-amd64") else ""

    def make(self, folder: Path, *arguments: str) -> list[str]:
        """The command that runs make in a folder below `root`, for this kernel."""
        if not (self.root / "usr/bin/make").exists():
            return ["make", "-C", str(folder), f"KDIR={self.headers}", *arguments]
        folder, headers = (
            Path("/", path.relative_to(self.root)) for path in (folder, self.headers)
        )
        clean = ("env", "-i", "PATH=/usr/bin:/usr/sbin")
        command = ("make", "-C", str(folder), f"KDIR={headers}", *arguments)
        return [*_ENTER, str(self.root), *clean, *command]

    def tool(self, path: str) -> list[str]:
        """The command that runs a program below `root`, with the libraries from there, on this
        machine's files. Empty if it is not there."""
        libraries = self.root / "usr/lib/x86_64-linux-gnu"
        loader = self.root / "usr/lib64/ld-linux-x86-64.so.2"
        if not (self.root / path).exists():
            return []
        return [str(loader), "--library-path", str(libraries), str(self.root / path)]

    @cached_property
    def image(self) -> Path:
        """What QEMU boots: vmlinux by PVH where it can be unpacked, which is twice as fast."""
        compressed = self.root / "boot" / f"vmlinuz-{self.release}"
        if not compressed.exists():
            compressed = self.root / "usr/lib/modules" / self.release / "vmlinuz"
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
    return lasting() / "kernels"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Within, no other process is, with the same folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def fetch(series: str = "6.1") -> Kernel:
    """The newest kernel of a series that apt knows, from the cache if it is there."""
    if series == DEBUG:
        return _debug(cache() / debug.name())
    with locked(cache()):
        release = _kept(series)
        if release is None:
            release = _fetch_newest(series) if _is_newest(series) else _fetch(series)
        return Kernel(release, cache() / release)


def _debug(folder: Path) -> Kernel:
    release = folder / "release"
    with locked(cache() / DEBUG):  # nobody who wants another kernel waits for a build
        if not (folder / "complete").exists():
            with _filled(folder.name):
                release.write_text(debug.build(folder))
    return Kernel(release.read_text(), folder)


def _is_newest(series: str) -> bool:
    return series.partition("-")[0] == NEWEST


def _kept(series: str) -> str | None:
    if _is_newest(series):
        newest = cache() / series
        return newest.read_text() if newest.exists() else None
    kept = [path.parent.name for path in cache().glob("*/complete")]
    return last(series, kept)


def _fetch(series: str) -> str:
    release = _newest(Apt(), series)
    with _filled(release) as folder:
        Apt().unpack(_packages(Apt(), release), folder)
        makefile = folder / f"usr/src/linux-headers-{release}" / "Makefile"
        makefile.write_text(KDIR_INCLUDE.sub(f"include {folder}/usr/src", makefile.read_text()))
    return release


def _fetch_newest(series: str) -> str:
    """The kernel, and the compiler and tools that it asks for: this machine's are too old."""
    apt = unstable(cache() / "apt")
    release = _newest(apt, series)
    with _filled(release) as folder:
        apt.unpack_all([*_packages(apt, release), *_TOOLS], folder)
        (folder / "usr/bin/awk").symlink_to("mawk")
        run(*_ENTER, str(folder), "true")
    (cache() / series).write_text(release)
    return release


@contextmanager
def _filled(release: str) -> Iterator[Path]:
    """A kernel's folder, at first empty; marked as complete if nothing was raised."""
    folder = cache() / release
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    yield folder
    (folder / "complete").touch()


def _newest(apt: Apt, series: str) -> str:
    head = "linux-headers-"
    names = apt.names(f"^{head}[0-9].*-amd64$")
    release = last(series, [name.removeprefix(head) for name in names])
    if release is None:
        raise Unavailable(f"apt knows no kernel {series} (apt-get update?)")
    return release


def last(series: str, releases: list[str]) -> str | None:
    """The newest release of a series, say 6.1, or of a flavour of one: 6.1-rt."""
    number, _, flavour = series.partition("-")
    begin = "" if _is_newest(series) else re.escape(number) + r"\."
    end = f"-{flavour}-amd64" if flavour else "-amd64"
    pattern = re.compile(rf"{begin}[0-9][0-9.+a-z~]*(-[0-9]+)?{end}")
    return max(filter(pattern.fullmatch, releases), key=_version, default=None)


def _version(release: str) -> list[int]:
    """6.1.0-56-amd64 is [6, 1, 0, 56], and newer than [6, 1, 0, 55]."""
    return [int(number) for number in re.findall(r"\d+", release.removesuffix("-amd64"))]


def _packages(apt: Apt, release: str) -> list[str]:
    """Image and headers, with what is in packages of their own; no more of what they ask for."""
    image, headers = f"linux-image-{release}", f"linux-headers-{release}"
    parts = apt.depends(image, r"linux-(?:binary|modules)-\S+")
    needed = apt.depends(headers, r"linux-(?:headers|kbuild)-\S+")
    return [*(parts or [image]), headers, *needed]
