# SPDX-License-Identifier: Apache-2.0
"""cargo for tests: offline, with a target folder of their own that one process builds in once."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINDINGS = ROOT / "bindings/rust"
CRATES = ("lightexit-sys", "lightexit")


def _missing() -> str:
    """Why nothing can be built here; empty where it can."""
    for tool in ("cargo", "cc", "ar"):
        if shutil.which(tool) is None:
            return f"{tool} is not installed"
    if subprocess.run(["cargo", "--version"], capture_output=True, check=False).returncode:
        return "cargo is a link to no toolchain"
    return "" if Path("/usr/include/stdio.h").exists() else "the C library's headers are not there"


MISSING = _missing()


@cache
def target() -> Path:
    """Where all that is built in this process goes."""
    folder = Path(tempfile.mkdtemp(prefix="lightexit-rust-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def environment(**more: str) -> dict[str, str]:
    """What cargo is run with: the C sources of the checkout, whatever is installed."""
    own = {
        "CARGO_TARGET_DIR": str(target()),
        "LIGHTEXIT_SYS_BUNDLED": "1",
        "CFLAGS": "-O0 -g0",  # compiled fast: nothing is measured here
        **more,
    }
    return {**os.environ, "CARGO_NET_OFFLINE": "true", "CARGO_TERM_COLOR": "never", **own}


def cargo(
    *arguments: str, folder: Path = BINDINGS, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run it there; whether it fails is the caller's to look at."""
    return subprocess.run(
        ["cargo", *arguments],
        cwd=folder,
        env=environment(**more),
        capture_output=True,
        text=True,
        check=False,
    )


def passed(*arguments: str, folder: Path = BINDINGS, **more: str) -> str:
    """What it prints; it must not fail."""
    done = cargo(*arguments, folder=folder, **more)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr
