# SPDX-License-Identifier: Apache-2.0
"""Where firmware is found."""

from __future__ import annotations

import sys
from pathlib import Path

from lightexit.cli.programs import read_bytes
from lightexit.errors import HostError

#: Where distributions keep SeaBIOS, and where our own set-up unpacks it.
PLACES = (
    Path("/usr/share/seabios/bios.bin"),
    Path("/usr/share/qemu/bios.bin"),
    Path("/usr/share/qemu-kvm/bios.bin"),
    Path(sys.prefix) / "share/seabios/bios.bin",
)


def find_firmware(chosen: Path | None) -> tuple[Path, bytes]:
    """The chosen file, or the SeaBIOS of this machine. Raises AuthorError or HostError."""
    if chosen is not None:
        return chosen, read_bytes(chosen)
    for place in PLACES:
        if place.exists():
            return place, read_bytes(place)
    raise HostError(
        "no SeaBIOS on this machine",
        expected=f"one of: {', '.join(str(place) for place in PLACES)}",
        hint="install the package seabios, or give --firmware FILE",
    )
