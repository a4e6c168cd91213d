# SPDX-License-Identifier: Apache-2.0
"""Direct boot: a kernel put into guest memory and entered, with no firmware in between.

The kind of kernel is told by its content: a Linux bzImage, a Multiboot kernel, or, failing
that, a flat binary.
"""

from __future__ import annotations

from lightexit.vm.boot import acpi, bzimage, flat, multiboot
from lightexit.vm.boot.acpi import Platform
from lightexit.vm.boot.arena import BIOS_AREA, Arena
from lightexit.vm.boot.payload import NOTHING, BootModule, Payload
from lightexit.vm.boot.state import FlatSegment, StartState
from lightexit.vm.memory import GuestMemory

__all__ = ["NOTHING", "BootModule", "FlatSegment", "Payload", "Platform", "StartState", "load"]


def load(
    kernel: bytes,
    memory: GuestMemory,
    payload: Payload = NOTHING,
    platform: Platform | None = None,
) -> StartState:
    """Put kernel, payload and, for a `platform`, ACPI tables into memory that has no firmware.

    Returns what the CPU is to start with. Raises AuthorError for a file that is no kernel, is
    cut short, or does not fit.
    """
    arena = Arena(memory)
    if platform is not None:
        arena.put("the ACPI tables", BIOS_AREA.start, acpi.tables(platform, BIOS_AREA.start))
    if bzimage.is_bzimage(kernel):
        rsdp = BIOS_AREA.start if platform is not None else 0
        return bzimage.load(kernel, arena, payload, rsdp)
    if multiboot.is_multiboot(kernel):
        return multiboot.load(kernel, arena, payload)
    return flat.load(kernel, arena, payload)
