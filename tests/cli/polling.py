# SPDX-License-Identifier: Apache-2.0
"""Guests that poll until time has passed: they make more accesses where those take less time."""

from __future__ import annotations

import random
from dataclasses import dataclass

#: Registers that can be polled for nothing, and ports where no device is.
PORTS = (0x40, 0x42, 0x61, 0x64, 0x71, 0x92, 0x3FD, 0x402, 0x80, 0x1234)
_PM_TIMER, _PM_HZ, _EXIT = 0xB008, 3_579_545, 0xF4


@dataclass(frozen=True)
class Polling:
    """Reads `ports`, a byte each, again and again until `seconds` have passed; then it ends the
    run."""

    ports: tuple[int, ...]
    seconds: float

    @classmethod
    def chosen(cls, source: random.Random) -> Polling:
        """Any of them."""
        ports = source.choices(PORTS, k=source.randrange(1, 5))
        return cls(tuple(ports), source.uniform(0.05, 0.2))

    @property
    def code(self) -> bytes:
        """Flat 32-bit code, for `--kernel`."""
        read_timer = b"\xba" + _word(_PM_TIMER) + b"\xed"  # mov edx, PM; in eax, dx
        reads = b"".join(b"\xba" + _word(port) + b"\xec" for port in self.ports)
        since = b"\x29\xd8\x25" + _word(0xFF_FFFF)  # sub eax, ebx; and eax, 0xffffff
        is_over = b"\x3d" + _word(int(self.seconds * _PM_HZ))  # cmp eax, ticks
        loop = reads + read_timer + since + is_over
        again = b"\x72" + (-len(loop) - 2).to_bytes(1, "little", signed=True)  # jb loop
        end = b"\xba" + _word(_EXIT) + b"\xb8" + _word(0x10) + b"\xef\xeb\xfe"
        return read_timer + b"\x89\xc3" + loop + again + end


def _word(value: int) -> bytes:
    return value.to_bytes(4, "little")
