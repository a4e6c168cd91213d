# SPDX-License-Identifier: Apache-2.0
"""Flat binaries: code as it is, put at 1 MiB and entered at its first byte in 32-bit mode.

Every file could be one, so files that are known to be something else are refused.
"""

from __future__ import annotations

from lightexit.errors import AuthorError
from lightexit.vm.boot.arena import Arena
from lightexit.vm.boot.payload import Payload, refuse
from lightexit.vm.boot.state import StartState, protected_mode
from lightexit.vm.memory import MIB

ADDRESS = MIB
#: What a kernel can be.
KERNELS = "a Linux bzImage, a Multiboot kernel, an ELF executable, or flat 32-bit code"
_OTHERS = {
    b"\xfd7zXZ": ("an xz file", "unxz it"),
    b"MZ": ("a program for DOS, Windows or UEFI", ""),
    b"#!": ("a script", ""),
}


def load(kernel: bytes, arena: Arena, payload: Payload, _rsdp: int = 0) -> StartState:
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
                expected=KERNELS,
                hint=hint,
            )
    refuse(payload, "a flat binary")
