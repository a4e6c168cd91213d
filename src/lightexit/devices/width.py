# SPDX-License-Identifier: Apache-2.0
"""Registers wider or narrower than the access: which bits an access of 1, 2 or 4 bytes sees."""

from __future__ import annotations

from lightexit.filter import inline, u8, u64


@inline
def size_mask(size: u8) -> u64:
    """All ones in an access of `size` bytes; 0 for a size that port I/O does not have."""
    match size:
        case 1:
            return 0xFF
        case 2:
            return 0xFFFF
        case 4:
            return 0xFFFF_FFFF
        case _:
            return 0


def read_bytes(image: bytes | memoryview, offset: int, size: int) -> int:
    """A little-endian read of registers laid out as bytes; all ones past their end."""
    found = bytes(image[offset : offset + size])
    return int.from_bytes(found + b"\xff" * (size - len(found)), "little")


def split_bytes(offset: int, value: int, size: int) -> list[tuple[int, int]]:
    """The (offset, byte) pairs of a little-endian write."""
    wrapped = value & ((1 << 8 * size) - 1)
    return [(offset + lane, byte) for lane, byte in enumerate(wrapped.to_bytes(size, "little"))]


def with_half(old: int, value: int, half: int) -> int:
    """A number of 64 bits after a write of its lower (0) or upper (1) half."""
    shift = 32 * half
    return old & ~(0xFFFF_FFFF << shift) | value << shift
