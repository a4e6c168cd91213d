# SPDX-License-Identifier: Apache-2.0
"""Guests of a few bytes: code at F000:0000, reached from the reset vector."""

from __future__ import annotations

from bus.plain import Recorder
from lightexit.bus.bus import Bus
from lightexit.bus.clock import ManualClock
from lightexit.bus.region import pio
from lightexit.vm.memory import MIB, GuestMemory
from lightexit.vm.unicorn import UnicornCpu

SIZE = 64 << 10
PORT = 0x80
HLT = bytes([0xF4])


def rom(code: bytes, *, at: int = 0, handlers: dict[int, bytes] | None = None) -> bytes:
    """A firmware image: real-mode code at offset `at`, further pieces by offset."""
    image = bytearray(HLT * SIZE)
    for offset, piece in {at: code, **(handlers or {})}.items():
        image[offset : offset + len(piece)] = piece
    image[0xFFF0:0xFFF5] = bytes([0xEA, at & 0xFF, at >> 8, 0x00, 0xF0])
    return bytes(image)


class Guest:
    """A CPU with a recorder at port 0x80 to 0x8F."""

    def __init__(self, code: bytes, handlers: dict[int, bytes] | None = None) -> None:
        self.memory = GuestMemory(2 * MIB, rom(code, handlers=handlers))
        self.bus = Bus(ManualClock())
        self.device = Recorder(pio(16).at(PORT))
        self.bus.attach(self.device)
        self.cpu = UnicornCpu(self.memory, self.bus.cpus[0])

    def vector(self, number: int, offset: int) -> None:
        """Point a real-mode interrupt at F000:offset."""
        entry = offset.to_bytes(2, "little") + b"\x00\xf0"
        self.memory.ram[4 * number : 4 * number + 4] = entry
