# SPDX-License-Identifier: Apache-2.0
"""Kernels for tests: assembly sources of `guests`, built by binutils."""

from __future__ import annotations

import functools
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

GUESTS = Path(__file__).parent / "guests"


def kernel(
    name: str, *, bits: int = 32, elf: bool = False, folder: Path = GUESTS, **symbols: int
) -> bytes:
    """`name.s` of a folder, built for 1 MiB. The test is skipped where binutils are missing."""
    missing = [tool for tool in ("as", "ld", "objcopy") if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"binutils are missing: {', '.join(missing)}")
    return _build(folder / f"{name}.s", bits, elf, tuple(symbols.items()))


def wider(image: bytes) -> bytes:
    """The same as an ELF64 file: kernels for 64 bits that begin with 32-bit code are built so."""
    with tempfile.TemporaryDirectory() as folder:
        Path(f"{folder}/32").write_bytes(image)
        _run("objcopy", "-I", "elf32-i386", "-O", "elf64-x86-64", f"{folder}/32", f"{folder}/64")
        return Path(f"{folder}/64").read_bytes()


@functools.cache
def _build(source: Path, bits: int, elf: bool, symbols: tuple[tuple[str, int], ...]) -> bytes:
    defined = [word for symbol, value in symbols for word in ("--defsym", f"{symbol}={value}")]
    model = "elf_i386" if bits == 32 else "elf_x86_64"
    form = [] if elf else ["--oformat", "binary"]
    with tempfile.TemporaryDirectory() as folder:
        linked, object_file = f"{folder}/kernel", f"{folder}/kernel.o"
        include = ["-I", str(GUESTS)]
        _run("as", f"--{bits}", *include, *defined, "-o", object_file, str(source))
        places = ["-Ttext", "0x100000", "--section-start=.note=0x180000"]
        _run("ld", "-m", model, *form, *places, "-o", linked, object_file)
        return Path(linked).read_bytes()


def _run(*command: str) -> None:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, f"{' '.join(command)}\n{result.stderr}"
