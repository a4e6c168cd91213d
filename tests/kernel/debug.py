# SPDX-License-Identifier: Apache-2.0
"""A kernel with the checks that Debian's are built without: KASAN, lockdep, PROVE_RCU, kmemleak.

Debian's source, configured by debug.config, which says all that is not off. Tools that the build
asks for come from their packages, unpacked beside it. On two idle cores it takes a quarter of an
hour, once for each state of debug.config.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from kernel.apt import Apt, run

CONFIG = Path(__file__).with_name("debug.config")
_PACKAGE = "linux-source-6.1"
_TOOLS = ("bison", "flex", "libelf-dev", "libelf1", "m4")
_SUFFIX = "-debug"
_SLOWNESS = 10


def name() -> str:
    """Of its folder in the cache."""
    return "debug-" + hashlib.sha256(CONFIG.read_bytes()).hexdigest()[:16]


def is_debug(release: str) -> bool:
    """Whether uname -r of a kernel says that it is one of these."""
    return release.endswith(_SUFFIX)


def patience(seconds: int) -> int:
    """How long to wait on this kernel for what takes no longer than that on others."""
    return _SLOWNESS * seconds if is_debug(platform.release()) else seconds


def build(folder: Path) -> str:
    """Build it in an empty folder; its release. Raises Unavailable, RuntimeError."""
    Apt().unpack([_PACKAGE, *_TOOLS], folder)
    source = folder / "usr/src" / _PACKAGE
    archive = source.with_suffix(f"{source.suffix}.tar.xz")
    run("tar", "--extract", "--xz", "--file", str(archive), "--directory", str(source.parent))
    archive.unlink()
    make = _Make(folder, source)
    fragment = folder / "fragment"
    fragment.write_text(f'{CONFIG.read_text()}CONFIG_LOCALVERSION="{_SUFFIX}"\n')
    make("allnoconfig", f"KCONFIG_ALLCONFIG={fragment}")
    _check_options(fragment.read_text(), (source / ".config").read_text())
    print(f"building a debug kernel, for some 15 minutes; see {make.log}", file=sys.stderr)
    make(f"-j{os.cpu_count()}", "bzImage", "modules")
    return _arrange(folder, source)


def _arrange(folder: Path, source: Path) -> str:
    """Have things where the packages of a kernel have them."""
    release = (source / "include/config/kernel.release").read_text().strip()
    (folder / "boot").mkdir(exist_ok=True)
    # Not vmlinux: KASAN does not work yet where PVH enters.
    image = folder / "boot" / f"vmlinuz-{release}"
    shutil.copy(source / "arch/x86/boot/bzImage", image)
    (folder / "lib/modules" / release / "kernel").mkdir(parents=True)  # all is built in
    (source.parent / f"linux-headers-{release}").symlink_to(source.name)
    return release


@dataclass(frozen=True)
class _Make:
    """make in a kernel's source, with the tools that were unpacked into a folder."""

    folder: Path
    source: Path

    @property
    def log(self) -> Path:
        return self.folder / "build.log"

    def __call__(self, *arguments: str) -> None:
        usr = self.folder / "usr"
        libraries = usr / "lib/x86_64-linux-gnu"
        tools = {
            "PATH": f"{usr}/bin:{os.environ['PATH']}",
            "M4": f"{usr}/bin/m4",
            "BISON_PKGDATADIR": f"{usr}/share/bison",
        }
        host = (
            f"HOSTCFLAGS=-I{usr}/include",
            f"HOSTLDFLAGS=-L{libraries} -Wl,-rpath,{libraries}",
        )
        command = ["nice", "make", "-C", str(self.source), *host, *arguments]
        with self.log.open("a") as log:
            done = subprocess.run(command, env={**os.environ, **tools}, stdout=log, stderr=log)
        if done.returncode != 0:
            last = "\n".join(self.log.read_text().splitlines()[-20:])
            raise RuntimeError(f"make {' '.join(arguments)}: see {self.log}\n{last}")


def _check_options(asked: str, given: str) -> None:
    """Kconfig drops in silence what something else is missing for."""
    lines = set(given.splitlines())
    wanted = [line for line in asked.splitlines() if line.startswith("CONFIG_")]
    dropped = [line for line in wanted if not line.endswith("=n") and line not in lines]
    if dropped:
        raise RuntimeError(f"{CONFIG.name}: Kconfig does not take {', '.join(dropped)}")
