# SPDX-License-Identifier: Apache-2.0
"""Fetch what pip cannot: firmware and emulators from Debian packages, where that may be done.

    python3 tools/setup.py          what `make run` calls first
    python3 tools/setup.py test     what `make test` calls first: more, for the tests of the kernel
    python3 tools/setup.py release  what `make release` calls: more, for the Debian packages

As root, packages are installed with apt. Without root, those that need no installing are
downloaded and unpacked into .venv/share. Where neither is possible one line says what is missing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PREFIX = Path(__file__).parents[1] / ".venv"
#: package: a file that tells that it is there, and what it is for.
RUN = {"seabios": ("/usr/share/seabios/bios.bin", "the firmware that `lightexit run` boots")}
TEST = {
    "qemu-system-x86": ("/usr/bin/qemu-system-x86_64", "the machine that tests the kernel module"),
    "gcc": ("/usr/bin/gcc", "C layouts, and the module's build"),
    "libc6-dev": ("/usr/include/stdio.h", "programs in C with liblightexit"),
    "libbpf-dev": ("/usr/include/bpf/libbpf.h", "objects as programs in C load them"),
    "bpftool": ("/usr/sbin/bpftool", "objects as bpftool loads them"),
    "pkg-config": ("/usr/bin/pkg-config", "liblightexit as installed"),
    "abigail-tools": ("/usr/bin/abidiff", "liblightexit's ABI"),
    "valgrind": ("/usr/bin/valgrind", "liblightexit's memory"),
    "make": ("/usr/bin/make", "the module's build"),
    "binutils": ("/usr/bin/as", "the guests of the tests"),
}
RELEASE = {
    "debootstrap": ("/usr/sbin/debootstrap", "Debian packages, and systems to try them in"),
}
PACKAGES = RUN | {"test": TEST, "release": RELEASE}.get(" ".join(sys.argv[1:]), {})


def missing() -> list[str]:
    """Packages whose files are not on this machine."""
    return [name for name, (path, _) in PACKAGES.items() if not present(path)]


def present(path: str) -> bool:
    """Whether a file is on the system or unpacked below PREFIX."""
    return Path(path).exists() or (PREFIX / path.removeprefix("/usr/")).exists()


def quietly(*command: str, cwd: str | None = None) -> bool:
    """Run a command without its output; whether it succeeded."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    result = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, check=False)
    return result.returncode == 0


def install(names: list[str]) -> None:
    """Install with apt, which needs root."""
    print(f"installing Debian packages: {' '.join(names)}", flush=True)
    quietly("apt-get", "update")
    quietly("apt-get", "install", "-y", "--no-install-recommends", *names)


def unpack(name: str) -> None:
    """Download a package and unpack it below PREFIX, which needs no root."""
    print(f"unpacking Debian package {name} into {PREFIX.name}/share", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        if not quietly("apt-get", "download", name, cwd=folder):
            return
        archive = next(Path(folder).glob("*.deb"))
        if quietly("dpkg-deb", "-x", str(archive), folder):
            shutil.copytree(Path(folder, "usr/share"), PREFIX / "share", dirs_exist_ok=True)


def fetch(names: list[str]) -> None:
    """Get the packages by the way that this machine allows."""
    if not shutil.which("apt-get"):
        return
    if os.geteuid() == 0:
        install(names)
    for name in set(missing()) & set(RUN):
        unpack(name)


def main() -> None:
    """Fetch what is missing, then say what still is."""
    if names := missing():
        fetch(names)
    for name in missing():
        print(f"not available here: {name}, {PACKAGES[name][1]}; going on without it")


if __name__ == "__main__":
    main()
