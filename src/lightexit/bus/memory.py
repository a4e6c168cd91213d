# SPDX-License-Identifier: Apache-2.0
"""Zeroed memory at a fixed address, for tables that native code reads."""

from __future__ import annotations

import ctypes
import mmap
from typing import Any, Generic, TypeVar

from lightexit.abi import Struct

S = TypeVar("S", bound=Struct)

# Blocks from this size on have their own mapping, whose untouched pages use no memory.
_LARGE = 1 << 16
#: Blocks share no cache line, or CPUs that change different ones would wait for each other.
CACHE_LINE = 64


def _aligned(size: int) -> tuple[Any, int]:
    """Zeroed memory, and where in it `size` bytes begin with a cache line."""
    owner = (ctypes.c_char * (size + CACHE_LINE))()
    return owner, -ctypes.addressof(owner) % CACHE_LINE


class Block:
    """`size` zeroed bytes; `address` is good for as long as this object lives."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._owner: Any
        if size >= _LARGE:
            mapping = mmap.mmap(-1, size)
            self._owner = ctypes.c_char.from_buffer(mapping)
            self.bytes = memoryview(mapping)
        else:
            self._owner, start = _aligned(-(-size // CACHE_LINE) * CACHE_LINE)
            self.bytes = memoryview(self._owner).cast("B")[start : start + size]
        self.address = ctypes.addressof(ctypes.c_char.from_buffer(self.bytes))

    @property
    def words(self) -> memoryview:
        """The bytes as unsigned 64-bit integers."""
        return self.bytes.cast("Q")


class Record(Generic[S]):
    """One struct in a block of its own."""

    def __init__(self, kind: type[S]) -> None:
        self._block = Block(kind.layout.size)
        self.address = self._block.address
        self.fields = kind.view(self._block.bytes)


def words(values: list[int]) -> Block:
    """A block of unsigned 64-bit integers; never empty, so that it has an address."""
    block = Block(8 * max(len(values), 1))
    for index, value in enumerate(values):
        block.words[index] = value
    return block
