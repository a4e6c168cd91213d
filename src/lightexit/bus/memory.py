# SPDX-License-Identifier: Apache-2.0
"""Zeroed memory at a fixed address, for tables that native code reads."""

from __future__ import annotations

import ctypes
import mmap
from typing import Any, Generic, TypeVar

from lightexit.abi import Struct

S = TypeVar("S", bound=Struct)

# From here on a mapping of its own, whose untouched pages cost nothing.
_LARGE = 1 << 16


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
            self._owner = (ctypes.c_uint64 * ((size + 7) // 8))()
            self.bytes = memoryview(self._owner).cast("B")[:size]
        self.address = ctypes.addressof(self._owner)

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
