# SPDX-License-Identifier: Apache-2.0
"""Linear to physical addresses, for back ends that show physical memory only.

Reference: Intel SDM volume 3, sections 4.3 (32-bit paging), 4.4 (PAE) and 4.5 (4-level). Rights
are not looked at: this is for what the CPU itself does with the rights of ring 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lightexit.vm.registers import LMA, PAE, PG, PSE

PAGE = 4096
#: Bits of an entry.
PRESENT, WRITABLE, USER, LARGE = 1, 2, 4, 1 << 7
_ADDRESS = 0x000F_FFFF_FFFF_F000


class NotMappedError(Exception):
    """A linear address that no page table maps."""

    def __init__(self, address: int) -> None:
        super().__init__(f"no page at {address:#x}")
        self.address = address


@dataclass(frozen=True)
class Paging:
    """The registers that say how a CPU translates addresses."""

    cr0: int
    cr3: int
    cr4: int
    efer: int

    def levels(self) -> tuple[int, int, int, tuple[int, ...]]:
        """Base of the first table, size of an entry, bits of an index, lowest bit of each."""
        if self.efer & LMA:
            return self.cr3 & _ADDRESS, 8, 9, (39, 30, 21, 12)
        if self.cr4 & PAE:
            return self.cr3 & ~0x1F, 8, 9, (30, 21, 12)
        return self.cr3 & ~0xFFF, 4, 10, (22, 12)

    def is_page(self, entry: int, shift: int) -> bool:
        """Whether an entry maps a page, rather than a table."""
        if self.efer & LMA or self.cr4 & PAE:
            largest = 30 if self.efer & LMA else 21
            return shift == 12 or (shift <= largest and bool(entry & LARGE))
        return shift == 12 or bool(self.cr4 & PSE and entry & LARGE)

    def translate(self, linear: int, read: Callable[[int, int], int]) -> int:
        """A physical address. `read` reads physical memory: address, size. Raises."""
        if not self.cr0 & PG:
            return linear & 0xFFFF_FFFF
        table, size, bits, shifts = self.levels()
        for shift in shifts:
            entry = read(table + size * (linear >> shift & (1 << bits) - 1), size)
            if not entry & PRESENT:
                break
            if self.is_page(entry, shift):
                within = (1 << shift) - 1
                return entry & _ADDRESS & ~within | linear & within
            table = entry & _ADDRESS
        raise NotMappedError(linear)


def pieces(linear: int, size: int) -> Iterator[tuple[int, int]]:
    """A range cut at page boundaries: address and size of each piece."""
    while size:
        step = min(size, PAGE - linear % PAGE)
        yield linear, step
        linear, size = linear + step, size - step
