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

from lightexit.abi.struct import ArrayType, FieldType, Struct, size_of
from lightexit.abi.types import u64

S = TypeVar("S", bound=Struct)


class StateHeader(Struct):
    """The header of every state. `version` is odd while a writer holds it; `fingerprint` is that
    of the layout of what is behind the header, 0 where nobody has said it: maps of objects have it.
    """

    version: u64
    fingerprint: u64


#: Offset of the struct within the map value, in bytes.
STATE_OFFSET = StateHeader.layout.size


def value_size(state: type[Struct]) -> int:
    """Size of the map value of a state, header included, in bytes.

    An index is masked besides being checked, and a mask covers a power of two: as many elements of
    an array lie in the value, though those beyond its length are never used.
    """
    return STATE_OFFSET + _reach(state)


def _reach(kind: FieldType) -> int:
    """How far masked indices could lead from the start of a field, in bytes."""
    if isinstance(kind, ArrayType):
        last = (1 << (kind.length - 1).bit_length()) - 1
        return last * size_of(kind.element) + _reach(kind.element)
    if isinstance(kind, type) and issubclass(kind, Struct):
        ends = [each.offset + _reach(each.type) for each in kind.layout.fields]
        return max(kind.layout.size, *ends)
    return size_of(kind)


class StateMemory(Generic[S]):
    """One state at a fixed address. `buffer` may be a shared mapping (a BPF array map's).

    `fresh`, it begins with its fields' defaults; else with what `buffer` holds.
    """

    def __init__(
        self, kind: type[S], buffer: mmap.mmap | None = None, *, fresh: bool = True
    ) -> None:
        #: The state's type.
        self.kind = kind
        #: In bytes, header included.
        self.size = value_size(kind)
        self._mapping = buffer if buffer is not None else mmap.mmap(-1, self.size)
        #: Address of the map value: of the header, not of the struct.
        self.address = ctypes.addressof(ctypes.c_char.from_buffer(self._mapping))
        view = memoryview(self._mapping)
        #: The version word, among others.
        self.header = StateHeader.view(view)
        #: A view of the bytes, in which reads and writes of fields go to memory.
        self.state = kind.view(view[STATE_OFFSET:])
        if fresh:
            self.state.reset()
