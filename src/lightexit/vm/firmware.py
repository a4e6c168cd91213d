# SPDX-License-Identifier: Apache-2.0
"""Firmware images: where they are found, and what is one."""

from __future__ import annotations

import sys
from pathlib import Path

from lightexit.errors import AuthorError, HostError
from lightexit.files import read_file
from lightexit.vm.memory import KIB, MIB

#: Folders where distributions keep SeaBIOS, and where our own set-up unpacks it.
FOLDERS = (
    Path("/usr/share/seabios"),
    Path("/usr/share/qemu"),
    Path("/usr/share/qemu-kvm"),
    Path(sys.prefix) / "share/seabios",
)
_SMALLEST, _LARGEST = 64 * KIB, 16 * MIB


def seabios(name: str = "bios.bin") -> Path:
    """This machine's SeaBIOS. Raises HostError where there is none."""
    for folder in FOLDERS:
        if (folder / name).exists():
            return folder / name
    raise HostError(
        f"no SeaBIOS on this machine ({name})",
        expected=f"it in one of: {', '.join(map(str, FOLDERS))}",
        hint="install the package seabios, or give --firmware FILE",
    )


def is_seabios(image: bytes) -> bool:
    """Whether this firmware is SeaBIOS, by the name that it shows."""
    return b"SeaBIOS" in image


def load_firmware(path: Path) -> bytes:
    """A firmware image: 64 KiB to 16 MiB, whole 64 KiB. Raises AuthorError for other files."""
    advice = "install SeaBIOS (Debian: seabios), or name another file: --firmware FILE"
    data = read_file(path, "a firmware image", _LARGEST, advice)
    if len(data) % _SMALLEST or not data:
        raise AuthorError(
            f"{path} has {len(data)} bytes",
            expected="a firmware image of whole 64 KiB, at most 16 MiB; this file is cut short "
            "or something else",
        )
    if not any(data[-16:]) or data[-16:] == b"\xff" * 16:
        raise AuthorError(
            f"{path} has no instruction at the reset vector, 16 bytes before its end",
            expected="a firmware image",
        )
    return data
