# SPDX-License-Identifier: Apache-2.0
"""Guests for stock QEMU, in real mode: firmware that accesses registers a known number of times."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

QEMU = "qemu-system-x86_64"
#: ACPI's PM timer where QEMU's PC has it.
PM_TIMER = 0x608


def _why_not() -> str:
    if os.geteuid() != 0:
        return "needs root: BPF programs are loaded"
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return "needs /dev/kvm"
    return "" if shutil.which(QEMU) else f"needs {QEMU}"


needs_qemu = pytest.mark.skipif(bool(_why_not()), reason=_why_not())


_ROM_SIZE, _RESET = 0x10000, 0xFFF0


def rom(code: bytes) -> bytes:
    """Firmware that does nothing but this: it starts at f000:0000."""
    jump = b"\xea\x00\x00\x00\xf0"
    return (code.ljust(_RESET, b"\xf4") + jump).ljust(_ROM_SIZE, b"\xf4")


def reading(port: int, count: int) -> bytes:
    """Firmware that reads a port `count` times, 32 bits each, and halts."""
    return rom(
        b"\xfa"  # cli
        + b"\x66\xb9"  # mov ecx, count
        + count.to_bytes(4, "little")
        + b"\xba"  # mov dx, port
        + port.to_bytes(2, "little")
        + b"\x66\xed"  # in eax, dx
        + b"\x66\x49"  # dec ecx
        + b"\x75\xfa"  # jnz -6
        + b"\xf4\xeb\xfd"  # hlt, and again
    )


@contextmanager
def qemu(folder: Path, firmware: bytes, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    """QEMU with this firmware, until this is left."""
    file = folder / "firmware"
    file.write_bytes(firmware)
    command = (
        *(QEMU, "-accel", "kvm", "-m", "16", "-display", "none", "-nodefaults"),
        *("-bios", str(file), *more),
    )
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield running
    finally:
        running.kill()
        running.wait()
