# SPDX-License-Identifier: Apache-2.0
"""ELF executables: those with a PVH entry point, and those that say nothing but their entry.

The latter are entered in the mode of their class: 32-bit code in flat segments, or 64-bit code
with the first 4 GiB mapped at their own addresses.
"""

from __future__ import annotations

from lightexit.vm.boot import elf, pvh
from lightexit.vm.boot.arena import Arena
from lightexit.vm.boot.image import put_executable
from lightexit.vm.boot.payload import Payload, refuse
from lightexit.vm.boot.state import StartState, long_mode, protected_mode


def load(kernel: bytes, arena: Arena, payload: Payload, rsdp: int = 0) -> StartState:
    """Put it into memory. Raises AuthorError."""
    executable = elf.read(kernel)
    start = pvh.entry(executable)
    if start is not None:
        return pvh.load(executable, start, arena, payload, rsdp)
    refuse(payload, "an ELF file without a header for boot loaders")
    put_executable(executable, arena)
    enter = long_mode if executable.is_64bit else protected_mode
    return enter(arena, executable.entry)
