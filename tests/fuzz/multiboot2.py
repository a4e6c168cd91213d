# SPDX-License-Identifier: Apache-2.0
"""Multiboot2 kernels, ELF and by addresses, put into memory with a module."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from fuzz.harness import Format
from lightexit.vm.boot import BootModule, Payload, Platform, load
from lightexit.vm.boot.multiboot2 import HEADER_MAGIC
from lightexit.vm.memory import MIB, GuestMemory
from vm.boot.images import elf, multiboot2_header, tag

_PAYLOAD = Payload("a=1", (BootModule(b"the disk", "a module"),))
_MAGIC = struct.pack("<I", HEADER_MAGIC)


def read(data: bytes) -> object:
    return load(_with_checksum(data), GuestMemory(32 * MIB), _PAYLOAD, Platform())


def _with_checksum(data: bytes) -> bytes:
    """The sum that makes a header one: chance would not find it for changed lengths."""
    at = data.find(_MAGIC)
    if at < 0 or len(data) < at + 16:
        return data
    checksum = -sum(struct.unpack_from("<3I", data, at)) & 0xFFFF_FFFF
    return data[: at + 12] + struct.pack("<I", checksum) + data[at + 16 :]


def seeds() -> Iterator[bytes]:
    code = b"\xf4" * 16
    wishes = tag(1, 4, 6, 15), tag(5, 0, 0, 0, optional=True), tag(0)
    yield elf((MIB, MIB, code, 4096), header=bytes(4) + multiboot2_header(*wishes))
    addresses = tag(2, MIB, MIB, MIB + 64, MIB + 4096), tag(3, MIB + 64)
    yield multiboot2_header(*addresses, *wishes) + code


FORMAT = Format(read, seeds, words=(_MAGIC.decode("latin-1"),), longest=4096)
