# SPDX-License-Identifier: Apache-2.0
"""A PC's physical memory: RAM, the hole for video memory, the firmware below 4 GiB."""

from __future__ import annotations

import ctypes
import mmap
from collections.abc import Callable
from dataclasses import dataclass

from lightexit.errors import AuthorError

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
TOP = 4 * GIB
VIDEO = range(0xA0000, 0xC0000)
SHADOW_SIZE = 128 * KIB
_SHADOW = MIB - SHADOW_SIZE


@dataclass(frozen=True)
class MemorySlot:
    """Guest-physical `address` on, `size` bytes: the host's memory at `host_address`."""

    address: int
    size: int
    host_address: int

    @property
    def addresses(self) -> range:
        """The guest-physical addresses."""
        return range(self.address, self.address + self.size)


class GuestMemory:
    """`ram_bytes` of RAM and, as a PC has it, the firmware: whole below 4 GiB, its last
    128 KiB below 1 MiB as well.

    What is in no slot up to `apertures`' end belongs to devices.
    """

    def __init__(self, ram_bytes: int, firmware: bytes = b"") -> None:
        _check_ram(ram_bytes)
        #: The size of RAM.
        self.ram_bytes = ram_bytes
        self._ram = mmap.mmap(-1, ram_bytes)
        #: RAM as the guest sees it, by guest-physical address.
        self.ram = memoryview(self._ram)
        self._rom = mmap.mmap(-1, max(len(firmware), 1))
        #: Called by `store` with address and size: CPUs that keep translations of what was there.
        self.on_store: list[Callable[[int, int], object]] = []
        self._firmware = firmware
        self.reset()
        ram, rom = _address(self._ram), _address(self._rom)
        slots = [
            MemorySlot(0, VIDEO.start, ram),
            MemorySlot(VIDEO.stop, ram_bytes - VIDEO.stop, ram + VIDEO.stop),
            MemorySlot(TOP - len(firmware), len(firmware), rom),
        ]
        #: What a back end maps into the guest.
        self.slots = tuple(slot for slot in slots if slot.size)

    def reset(self) -> None:
        """Put the firmware back, which a guest may have changed: there is no write protection."""
        if self._firmware:
            self._rom[:] = self._firmware
            tail = self._firmware[-SHADOW_SIZE:]
            self.ram[MIB - len(tail) : MIB] = tail

    # Devices' accesses (DMA)

    def has(self, address: int, size: int) -> bool:
        """Whether there is RAM, and nothing else, at a guest-physical address."""
        end = address + size
        return end <= VIDEO.start or VIDEO.stop <= address <= end <= self.ram_bytes

    def load(self, address: int, size: int) -> bytes:
        """What is there in RAM."""
        return bytes(self.ram[address : address + size])

    def store(self, address: int, data: bytes) -> None:
        """Change RAM; the guest's CPUs see that."""
        self.ram[address : address + len(data)] = data
        for tell in self.on_store:
            tell(address, len(data))

    def clear(self, address: int, size: int) -> None:
        """Make whole pages zero, by guest-physical address. Where the host can, RAM is given back
        to it for that."""
        if address >= self.ram_bytes:
            start = address - (TOP - len(self._rom))
            self._rom[start : start + size] = bytes(size)
        elif hasattr(mmap, "MADV_REMOVE"):
            self._ram.madvise(mmap.MADV_REMOVE, address, size)
        else:
            self._ram[address : address + size] = bytes(size)

    @property
    def apertures(self) -> tuple[range, ...]:
        """The addresses below 4 GiB that are in no slot."""
        holes, end = [], 0
        for slot in self.slots:
            holes.append(range(end, slot.address))
            end = slot.address + slot.size
        return tuple(hole for hole in [*holes, range(end, TOP)] if hole)


def _address(mapping: mmap.mmap) -> int:
    return ctypes.addressof(ctypes.c_char.from_buffer(mapping))


def _check_ram(ram_bytes: int) -> None:
    if ram_bytes % MIB or not MIB < ram_bytes <= 3 * GIB:
        raise AuthorError(
            f"{ram_bytes} bytes of RAM", expected="whole MiB, more than 1 MiB, at most 3 GiB"
        )
