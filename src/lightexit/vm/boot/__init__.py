# SPDX-License-Identifier: Apache-2.0
"""Direct boot: a kernel put into guest memory and entered, with no firmware in between.

The kind of kernel is told by its content (`KINDS`). Those that call the BIOS are started by a
firmware instead (`load_for_firmware`).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import NamedTuple

from lightexit.errors import AuthorError
from lightexit.vm.boot import (
    acpi,
    bios_data,
    bzimage,
    elf,
    executable,
    flat,
    multiboot,
    multiboot2,
)
from lightexit.vm.boot.acpi import Platform
from lightexit.vm.boot.arena import BIOS_AREA, Arena
from lightexit.vm.boot.bzimage import needs_firmware
from lightexit.vm.boot.flat import KERNELS
from lightexit.vm.boot.payload import NOTHING, BootModule, Payload
from lightexit.vm.boot.realmode import load as load_for_firmware
from lightexit.vm.boot.state import FlatSegment, StartState
from lightexit.vm.memory import GuestMemory

__all__ = [
    "KERNELS",
    "NOTHING",
    "BootModule",
    "FlatSegment",
    "Payload",
    "Platform",
    "StartState",
    "load",
    "load_for_firmware",
    "needs_firmware",
    "unpacked",
]

_GZIP = b"\x1f\x8b"


class KernelKind(NamedTuple):
    """A kind of kernel: how it is known, and what puts it into memory. `load` takes the file,
    memory, payload, and where ACPI's tables begin (0: there are none)."""

    is_it: Callable[[bytes], bool]
    load: Callable[[bytes, Arena, Payload, int], StartState]


#: In the order in which they are tried.
KINDS = (
    KernelKind(bzimage.is_bzimage, bzimage.load),
    KernelKind(multiboot.is_multiboot, multiboot.load),
    KernelKind(multiboot2.is_multiboot2, multiboot2.load),
    KernelKind(elf.is_elf, executable.load),
    KernelKind(lambda kernel: True, flat.load),
)


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
    kernel = unpacked(kernel, memory.ram_bytes)
    arena, rsdp = Arena(memory), 0
    if platform is not None:
        rsdp = BIOS_AREA.start
        arena.put("the ACPI tables", rsdp, acpi.tables(platform, rsdp))
        bios_data.fill(memory)
    kind = next(kind for kind in KINDS if kind.is_it(kernel))
    return kind.load(kernel, arena, payload, rsdp)


def unpacked(kernel: bytes, most: int) -> bytes:
    """A kernel's file, gunzipped if it is a gzip file. Raises AuthorError for one that is damaged,
    or holds more than `most` bytes."""
    if not kernel.startswith(_GZIP):
        return kernel
    reader = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        content = reader.decompress(kernel, most)
    except zlib.error as error:
        raise AuthorError(
            f"the kernel's file is a gzip file, and damaged: {error}", expected="a whole one"
        ) from None
    if not reader.eof:
        too_large = len(content) >= most
        raise AuthorError(
            f"the kernel's file is a gzip file of more than {most} bytes"
            if too_large
            else "the kernel's file is a gzip file, cut short",
            expected="a kernel that fits into the guest's memory" if too_large else "a whole one",
        )
    return content
