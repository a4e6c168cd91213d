# SPDX-License-Identifier: Apache-2.0
"""Linux kernels, put into memory with a command line and a RAM disk."""

from __future__ import annotations

from collections.abc import Iterator

from fuzz.harness import Format
from lightexit.vm.boot import BootModule, Payload, Platform, load
from lightexit.vm.boot.bzimage import HEADER_LENGTH, PREF_ADDRESS, SYSSIZE
from lightexit.vm.memory import MIB, GuestMemory
from vm.boot.images import linux

_PAYLOAD = Payload("console=ttyS0", (BootModule(b"the disk"),))


def read(data: bytes) -> object:
    return load(data, GuestMemory(32 * MIB), _PAYLOAD, Platform())


def seeds() -> Iterator[bytes]:
    short = {SYSSIZE: 1}
    yield linux(short)[: 1024 + 16]
    yield linux({**short, PREF_ADDRESS: 40 * MIB, HEADER_LENGTH: 0x7F})[: 1024 + 16]


FORMAT = Format(read, seeds, words=("HdrS", "\x55\xaa"), longest=4096)
