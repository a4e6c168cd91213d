# SPDX-License-Identifier: Apache-2.0
"""Multiboot kernels, ELF and by addresses, put into memory with a module."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from fuzz.harness import Format
from lightexit.vm.boot import BootModule, Payload, load
from lightexit.vm.boot.multiboot import HEADER_MAGIC
from lightexit.vm.memory import MIB, GuestMemory
from vm.boot.images import elf, multiboot_header

_PAYLOAD = Payload("a=1", (BootModule(b"the disk", "a module"),))
_ADDRESSES = 1 << 16


def read(data: bytes) -> object:
    return load(_with_checksum(data), GuestMemory(32 * MIB), _PAYLOAD)


def _with_checksum(data: bytes) -> bytes:
    """The sum that makes a header one: chance would not find it for changed flags."""
    at = data.find(struct.pack("<I", HEADER_MAGIC))
    if at < 0 or len(data) < at + 12:
        return data
    (flags,) = struct.unpack_from("<I", data, at + 4)
    return (
        data[: at + 8] + struct.pack("<I", -(HEADER_MAGIC + flags) & 0xFFFF_FFFF) + data[at + 12 :]
    )


def seeds() -> Iterator[bytes]:
    code = b"\xf4" * 16
    yield elf((MIB, MIB, code, 4096), (0xC0000000, 2 * MIB, code, 16), entry=0xC0000000)
    addresses = MIB, MIB, MIB + 48, MIB + 4096, MIB + 32
    yield multiboot_header(_ADDRESSES | 3, *addresses) + code


FORMAT = Format(read, seeds, words=("\x02\xb0\xad\x1b",), longest=4096)
