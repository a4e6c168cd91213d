# SPDX-License-Identifier: Apache-2.0
"""examples/vmm-c for tests: built as its README says, on a liblightexit that is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples/vmm-c"
TOOLS = ("gcc", "make", "pkg-config", "objcopy")
#: It compiles without a warning.
STRICT = "-Werror -Wshadow -Wmissing-prototypes -Wstrict-prototypes"
#: Seconds for a run; a host that is busy may take a while.
PATIENCE = 120


class Ended(NamedTuple):
    """What a run of the VMM gave."""

    status: int
    output: str
    errors: str


class Vmm(NamedTuple):
    """A folder with the program, its guests, and the filters' objects."""

    folder: Path

    @property
    def packages(self) -> str:
        """Where pkg-config finds the liblightexit that it was built with: an argument of make."""
        return f"PKG_CONFIG_PATH={self.folder}/opt/lib/pkgconfig"

    def guest(self, name: str) -> str:
        return str(self.folder / f"{name}.bin")

    def run(self, *arguments: str, said: str = "") -> Ended:
        """Run it with `said` on standard input."""
        command = [str(self.folder / "vmm"), "--objects", str(self.folder / "filters"), *arguments]
        done = subprocess.run(
            command, input=said, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        return Ended(done.returncode, done.stdout, done.stderr)


def make(folder: Path, *arguments: str) -> None:
    """Run make there; what it says is shown where it fails."""
    paths = [str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    done = subprocess.run(
        ["make", "-s", "-C", str(folder), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr


def installed(prefix: Path, *arguments: str) -> str:
    """liblightexit, installed there; where pkg-config finds it."""
    make(ROOT / "lib", "install", f"BUILD={prefix}/build", f"PREFIX={prefix}", *arguments)
    return f"PKG_CONFIG_PATH={prefix}/lib/pkgconfig"


def require() -> None:
    """Skip the test where the VMM cannot be built."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")


@cache
def _built() -> Vmm:
    folder = Path(tempfile.mkdtemp(prefix="lightexit-vmm-"))
    folder.chmod(0o755)  # a test runs it as another user
    lightexit = f"LIGHTEXIT={sys.executable} -m lightexit"
    make(EXAMPLE, installed(folder / "opt"), f"BUILD={folder}", lightexit, f"CFLAGS=-O2 {STRICT}")
    return Vmm(folder)


def build() -> Vmm:
    """The VMM, built once in a process; skips the test where it cannot be."""
    require()
    return _built()


def vmm() -> Vmm:
    """The same; skips the test where it cannot run, either."""
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        pytest.skip("/dev/kvm is missing, or not for this user")
    return build()
