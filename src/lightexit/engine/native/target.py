# SPDX-License-Identifier: Apache-2.0
"""What machine code is made for: this host's architecture and calling convention, as ELF.

Code is made for the architecture's baseline, not for this very CPU: filters use nothing that
newer CPUs add, and a cache may outlive the machine (a copied home directory, a moved VM).
"""

from __future__ import annotations

import platform
import sys

from lightexit.errors import HostError

_ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64"}
# The system part decides the calling convention only: Windows has its own.
_SYSTEMS = {"win32": "pc-windows-msvc-elf"}


def host_triple() -> str:
    """LLVM target triple of this process, always with the ELF object format.

    Raises HostError on a CPU or word size that the native engine does not know.
    """
    machine = platform.machine().lower()
    architecture = _ARCHITECTURES.get(machine)
    if architecture is None or sys.maxsize < 2**32 or sys.byteorder != "little":
        raise HostError(
            f"the native engine has no code for this CPU ({machine or 'unknown'})",
            expected="a 64-bit little-endian process on x86-64 or AArch64",
            hint="the interpreter: --engine interpreter",
        )
    return f"{architecture}-{_SYSTEMS.get(sys.platform, 'unknown-linux-gnu')}"
