# SPDX-License-Identifier: Apache-2.0
"""ELF kernels without a Multiboot header: by their PVH note, with a module, and gzip files."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Iterator

from fuzz.harness import Format
from lightexit.vm.boot import BootModule, Payload, Platform, load
from lightexit.vm.memory import MIB, GuestMemory
from vm.boot.images import elf64

_PAYLOAD = Payload("a=1", (BootModule(b"the disk", "a module"),))


def read(data: bytes) -> object:
    return load(data, GuestMemory(32 * MIB), _PAYLOAD, Platform())


def seeds() -> Iterator[bytes]:
    note = struct.pack("<3I", 4, 8, 18) + b"Xen\0" + (MIB + 4).to_bytes(8, "little")
    kernel = elf64(MIB, b"\xf4" * 16, note)
    yield kernel
    yield gzip.compress(kernel, mtime=0)


FORMAT = Format(read, seeds, words=("Xen\0", "\x7fELF"), longest=4096)
