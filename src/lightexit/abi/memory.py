# SPDX-License-Identifier: Apache-2.0
"""State in memory that models, native code and the kernel share: a header, then the struct.

The header's version word is the lock of design: even is free, odd is being written. Whoever
writes takes it from even to odd by compare-and-swap and leaves it even and changed; whoever
only reads looks at it before and after. Bytecode never touches it; its host does.
"""

from __future__ import annotations

import ctypes
import mmap
from typing import Generic, TypeVar

from lightexit.abi.struct import Struct
from lightexit.abi.types import u64

S = TypeVar("S", bound=Struct)


class StateHeader(Struct):
    """What stands before every state. `version` is odd while somebody writes."""

    version: u64
    reserved: u64


#: Offset of the struct within the map value, in bytes.
STATE_OFFSET = StateHeader.layout.size


def value_size(state: type[Struct]) -> int:
    """Size of the map value of a state, header included, in bytes."""
    return STATE_OFFSET + state.layout.size


class StateMemory(Generic[S]):
    """One state at a fixed address. `buffer` may be a shared mapping (a BPF array map's)."""

    def __init__(self, kind: type[S], buffer: mmap.mmap | None = None) -> None:
        self.kind = kind
        self.size = value_size(kind)
        self._mapping = buffer if buffer is not None else mmap.mmap(-1, self.size)
        #: Address of the map value: of the header, not of the struct.
        self.address = ctypes.addressof(ctypes.c_char.from_buffer(self._mapping))
        view = memoryview(self._mapping)
        self.header = StateHeader.view(view)
        self.state = kind.view(view[STATE_OFFSET:])
        self.state.reset()
