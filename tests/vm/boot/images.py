# SPDX-License-Identifier: Apache-2.0
"""Kernels that need no tools to be built: the headers of each kind, around bytes."""

from __future__ import annotations

import struct

from lightexit.vm.boot.bzimage import (
    BOOT_FLAG_FIELD,
    CMDLINE_SIZE,
    HEADER_LENGTH,
    HEADER_MAGIC,
    INIT_SIZE,
    INITRD_ADDR_MAX,
    KERNEL_ALIGNMENT,
    PREF_ADDRESS,
    RELOCATABLE_KERNEL,
    SETUP_SECTS,
    SYSSIZE,
    VERSION,
    XLOADFLAGS,
    BootField,
)
from lightexit.vm.memory import MIB

LINUX = {
    SETUP_SECTS: 1,
    SYSSIZE: 0x100,
    BOOT_FLAG_FIELD: 0xAA55,
    HEADER_LENGTH: 0x6A,
    HEADER_MAGIC: int.from_bytes(b"HdrS", "little"),
    VERSION: 0x20F,
    INITRD_ADDR_MAX: 0x7FFF_FFFF,
    KERNEL_ALIGNMENT: 2 * MIB,
    RELOCATABLE_KERNEL: 1,
    XLOADFLAGS: 1,
    CMDLINE_SIZE: 2047,
    PREF_ADDRESS: 16 * MIB,
    INIT_SIZE: 3 * MIB,
}


def linux(changes: dict[BootField, int] | None = None) -> bytes:
    """A bzImage with that header and 4 KiB of code, all 0x90."""
    image = bytearray(1024) + bytearray(b"\x90" * 4096)
    for field, value in {**LINUX, **(changes or {})}.items():
        image[field.offset : field.offset + field.size] = value.to_bytes(field.size, "little")
    return bytes(image)


def multiboot_header(flags: int, *addresses: int) -> bytes:
    magic = 0x1BADB002
    words = (magic, flags, -(magic + flags) & 0xFFFF_FFFF, *addresses)
    return struct.pack(f"<{len(words)}I", *words)


def elf(
    *segments: tuple[int, int, bytes, int],
    entry: int = MIB,
    kind: int = 1,
    machine: int = 3,
    header: bytes | None = None,
) -> bytes:
    """An ELF32 file of (virtual, physical, data, size in memory) segments, with a Multiboot
    header behind the program headers."""
    header = multiboot_header(3) if header is None else header
    start = 52 + 32 * len(segments)
    identity = b"\x7fELF" + bytes([kind, 1, 1]) + bytes(9)
    image = struct.pack(
        "<16sHHIIIIIHHHHHH",
        *(identity, 2, machine, 1, entry, 52, 0, 0, 52, 32, len(segments), 0, 0, 0),
    )
    offset = start + len(header)
    for virtual, physical, data, size in segments:
        image += struct.pack("<8I", 1, offset, virtual, physical, len(data), size, 7, 4096)
        offset += len(data)
    return image + header + b"".join(data for _, _, data, _ in segments)


def elf64(address: int, data: bytes, notes: bytes = b"") -> bytes:
    """An ELF64 file with one segment to load, entered at its beginning, and one of notes."""
    start = 64 + 2 * 56
    image = struct.pack(
        "<16sHHIQQQIHHHHHH",
        *(b"\x7fELF\x02\x01\x01" + bytes(9), 2, 62, 1, address, 64, 0, 0, 64, 56, 2, 0, 0, 0),
    )
    image += struct.pack("<2I6Q", 1, 7, start, address, address, len(data), len(data), 4096)
    image += struct.pack("<2I6Q", 4, 4, start + len(data), 0, 0, len(notes), len(notes), 4)
    return image + data + notes


def multiboot2_header(*tags: bytes) -> bytes:
    """The header with these tags, the last of which should be `tag(0)`."""
    body = b"".join(tags)
    words = 0xE85250D6, 0, 16 + len(body)
    return struct.pack("<4I", *words, -sum(words) & 0xFFFF_FFFF) + body


def tag(kind: int, *words: int, optional: bool = False) -> bytes:
    """A tag of such a header, padded."""
    data = struct.pack(f"<HHI{len(words)}I", kind, optional, 8 + 4 * len(words), *words)
    return data + bytes(-len(data) % 8)
