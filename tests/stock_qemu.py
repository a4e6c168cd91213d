# SPDX-License-Identifier: Apache-2.0
"""Guests for stock QEMU, in real mode: firmware that accesses registers a known number of times."""

from __future__ import annotations

import hashlib
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


def why_no_qemu() -> str:
    """What this machine lacks; empty where nothing is."""
    if os.geteuid() != 0:
        return "needs root: BPF programs are loaded"
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return "needs /dev/kvm"
    return "" if shutil.which(QEMU) else f"needs {QEMU}"


needs_qemu = pytest.mark.skipif(bool(why_no_qemu()), reason=why_no_qemu())


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
    file = folder / hashlib.sha256(firmware).hexdigest()
    file.write_bytes(firmware)
    command = (
        *(QEMU, "-accel", "kvm", "-m", "16", "-display", "none", "-nodefaults"),
        *("-name", "guest=watched,debug-threads=on", "-bios", str(file), *more),
    )
    quiet = subprocess.DEVNULL
    running = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet)
    try:
        yield running
    finally:
        running.kill()
        running.wait()


def probing_ports() -> bytes:
    """Firmware that reads each of 65,536 ports, and halts."""
    return rom(
        b"\xfa"  # cli
        + b"\x31\xd2"  # xor dx, dx
        + b"\xec"  # in al, dx
        + b"\x42"  # inc dx
        + b"\x75\xfc"  # jnz -4
        + b"\xf4\xeb\xfd"  # hlt, and again
    )


def ticking_masked() -> bytes:
    """Firmware that masks all interrupts, has the PIT tick a thousand times a second, and halts.

    KVM goes on ticking without an answer where it need not make up for ticks: DISCARD_TICKS.
    """
    divisor = 1193
    return rom(
        b"\xfa"  # cli
        + b"\xb0\xff\xe6\x21\xe6\xa1"  # mov al, 0xff; out 0x21, al; out 0xa1, al
        + b"\xb0\x34\xe6\x43"  # mov al, 0x34; out 0x43, al
        + bytes((0xB0, divisor & 0xFF, 0xE6, 0x40, 0xB0, divisor >> 8, 0xE6, 0x40))
        + b"\xf4\xeb\xfd"  # hlt, and again
    )


DISCARD_TICKS = ("-global", "kvm-pit.lost_tick_policy=discard")
