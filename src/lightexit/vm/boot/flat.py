# SPDX-License-Identifier: Apache-2.0
"""Flat binaries: code as it is, put at 1 MiB and entered at its first byte in 32-bit mode.

Every file could be one, so files that are known to be something else are refused.
"""

from __future__ import annotations

from lightexit.errors import AuthorError
from lightexit.vm.boot.arena import Arena
from lightexit.vm.boot.payload import Payload
from lightexit.vm.boot.state import StartState, protected_mode
from lightexit.vm.memory import MIB

ADDRESS = MIB
_OTHERS = {
    b"\x7fELF": ("an ELF file without a Multiboot header", "a Linux kernel's bzImage, not vmlinux"),
    b"\x1f\x8b": ("a gzip file", "gunzip it"),
    b"\xfd7zXZ": ("an xz file", "unxz it"),
    b"MZ": ("a program for DOS, Windows or UEFI", ""),
    b"#!": ("a script", ""),
}


def load(kernel: bytes, arena: Arena, payload: Payload) -> StartState:
    """Put it into memory. Raises AuthorError."""
    _check(kernel, payload)
    arena.put("the kernel", ADDRESS, kernel)
    return protected_mode(arena, ADDRESS)


def _check(kernel: bytes, payload: Payload) -> None:
    if not kernel:
        raise AuthorError("the kernel's file is empty", expected="code")
    for magic, (what, hint) in _OTHERS.items():
        if kernel.startswith(magic):
            raise AuthorError(
                f"the kernel's file is {what}",
                expected="a Linux bzImage, a Multiboot kernel, or flat 32-bit code",
                hint=hint,
            )
    if payload.command_line or payload.modules:
        raise AuthorError(
            "a command line or modules for a flat binary",
            expected="neither: it has no way to find them",
            hint="a Multiboot header in its first 8 KiB",
        )
