# SPDX-License-Identifier: Apache-2.0
"""Linux kernels of old boot protocols, put into memory for a firmware to start."""

from __future__ import annotations

from collections.abc import Iterator

from fuzz.harness import Format
from lightexit.vm.boot import BootModule, Payload, load_for_firmware
from lightexit.vm.boot.bzimage import SYSSIZE, VERSION
from lightexit.vm.boot.realmode import LOADFLAGS
from lightexit.vm.memory import MIB, GuestMemory
from vm.boot.images import linux

_PAYLOAD = Payload("console=ttyS0", (BootModule(b"the disk"),))


def read(data: bytes) -> object:
    return load_for_firmware(data, GuestMemory(32 * MIB), _PAYLOAD)


def seeds() -> Iterator[bytes]:
    for version in (0x202, 0x207):
        yield linux({VERSION: version, LOADFLAGS: 1, SYSSIZE: 1})[: 1024 + 16]


FORMAT = Format(read, seeds, words=("HdrS", "\x55\xaa"), longest=4096)
