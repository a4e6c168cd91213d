# SPDX-License-Identifier: Apache-2.0
"""Guests for tests: assembly sources of this folder, built by binutils into firmware images.

Images are kept by the hash of what they are made of, so that a test run builds each once.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SIZE = 64 << 10
TOOLS = ("as", "ld", "objcopy")
_SHARED = ("guest.inc", "apic.inc", "smp.inc", "rom.ld")


def guest(name: str) -> bytes:
    """The image of `name.s`: 64 KiB. The test is skipped where binutils are missing."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"binutils are missing: {', '.join(missing)}")
    kept = _cache() / f"{_digest(name)}.bin"
    if not kept.exists():
        _build(HERE / f"{name}.s", kept)
    image = kept.read_bytes()
    assert len(image) == SIZE
    return image


def _digest(name: str) -> str:
    parts = [(HERE / file).read_bytes() for file in (f"{name}.s", *_SHARED)]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:32]


def _cache() -> Path:
    folder = Path(tempfile.gettempdir()) / f"lightexit-guests-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _build(source: Path, target: Path) -> None:
    with tempfile.TemporaryDirectory(dir=target.parent) as work:
        unlinked, linked, image = (Path(work) / name for name in ("guest.o", "guest", "image"))
        _run("as", "--64", "--fatal-warnings", "-I", str(HERE), "-o", str(unlinked), str(source))
        script = str(HERE / "rom.ld")
        _run("ld", "-m", "elf_x86_64", "-T", script, "-o", str(linked), str(unlinked))
        _run("objcopy", "-O", "binary", "--gap-fill", "0xF4", str(linked), str(image))
        image.replace(target)


def _run(*command: str) -> None:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, f"{' '.join(command)}\n{result.stderr}"
