# SPDX-License-Identifier: Apache-2.0
"""BPF maps that a process shares with programs in the kernel: hash tables, values of each CPU, and
the ring buffer."""

from __future__ import annotations

import ctypes
import errno
import mmap
import re
import struct
from pathlib import Path

from lightexit.engine.kernel import bpf
from lightexit.engine.kernel.bpf import MapShape, Refused, create_map

_LOOKUP, _UPDATE, _DELETE, _LOOKUP_BATCH = 1, 2, 3, 24
_HASH, _PERCPU_ARRAY, _RINGBUF = 1, 6, 27
_POSSIBLE = Path("/sys/devices/system/cpu/possible")
#: Where `union bpf_attr` has the count of a batch.
_BATCH_COUNT = 32
#: Of a record's head: that it is being written; and the size of the head.
_BUSY, _HEAD = 1 << 31, 8


class HashMap:
    """A hash table. The kernel sets memory for all of its entries aside at once."""

    def __init__(self, name: str, shape: MapShape) -> None:
        self.shape = shape
        self.descriptor = create_map(name, _HASH, shape)
        # Pages of these that no entry was ever read into take no memory.
        self._keys = mmap.mmap(-1, shape.entries * shape.key_size)
        self._values = mmap.mmap(-1, shape.entries * shape.value_size)

    def read(self) -> tuple[memoryview, memoryview]:
        """All keys, one behind the other, and their values, by one system call; the next one
        overwrites them. What is put or deleted meanwhile may be among them or not."""
        count = self._read_batch()
        keys, values = memoryview(self._keys), memoryview(self._values)
        return keys[: count * self.shape.key_size], values[: count * self.shape.value_size]

    def _read_batch(self) -> int:
        batch = ctypes.c_uint64()
        places = ctypes.addressof(batch), _address(self._keys), _address(self._values)
        sizes = self.shape.entries, self.descriptor.number
        attributes = bytearray(struct.pack("<QQQQIIQQ", 0, *places, *sizes, 0, 0))
        try:
            bpf.call(_LOOKUP_BATCH, attributes)
        except Refused as refusal:
            if refusal.number != errno.ENOENT:  # which says that this is all
                raise
        return int(struct.unpack_from("<I", attributes, _BATCH_COUNT)[0])

    def items(self) -> list[tuple[bytes, bytes]]:
        """Keys and values, one by one: for what is not asked often."""
        keys, values = self.read()
        k, v = self.shape.key_size, self.shape.value_size
        return [
            (bytes(keys[n * k : (n + 1) * k]), bytes(values[n * v : (n + 1) * v]))
            for n in range(len(keys) // k)
        ]

    def put(self, key: bytes, value: bytes) -> None:
        """Set an entry. Raises Refused, with E2BIG where there is no room."""
        key_buffer, value_buffer = _buffer(key), _buffer(value)
        _element(_UPDATE, self.descriptor.number, key_buffer, value_buffer)

    def drop(self, key: bytes) -> None:
        """Remove an entry, if it is there."""
        try:
            _element(_DELETE, self.descriptor.number, _buffer(key), None)
        except Refused as refusal:
            if refusal.number != errno.ENOENT:
                raise


class CpuValue:
    """A value of which each CPU has its own, of `size` bytes, a multiple of 8."""

    def __init__(self, name: str, size: int) -> None:
        self.descriptor = create_map(name, _PERCPU_ARRAY, MapShape(4, size, 1))
        self._size = size
        self._buffer = ctypes.create_string_buffer(size * possible_cpus())

    def read(self) -> list[bytes]:
        """The value of each CPU."""
        _element(_LOOKUP, self.descriptor.number, _buffer(bytes(4)), self._buffer)
        whole = self._buffer.raw
        return [whole[at : at + self._size] for at in range(0, len(whole), self._size)]


class Ring:
    """The ring buffer that programs write records to; `size` is a power of two, in bytes, and a
    multiple of the page size."""

    def __init__(self, name: str, size: int) -> None:
        self.descriptor = create_map(name, _RINGBUF, MapShape(0, 0, size))
        self._mask = size - 1
        number, page = self.descriptor.number, mmap.PAGESIZE
        self._consumer = mmap.mmap(number, page)
        # The kernel has the data there twice in succession: records may be read past the end.
        read_only = {"prot": mmap.PROT_READ, "offset": page}
        self._shared = mmap.mmap(number, page + 2 * size, **read_only)
        self._produced = memoryview(self._shared)[:8].cast("Q")
        self._data = memoryview(self._shared)[page:]
        self._consumed = memoryview(self._consumer)[:8].cast("Q")

    def take(self, size: int) -> bytes:
        """The records that were written since the last call, all of `size` bytes; each has its head
        of 8 bytes before it, and starts at a multiple of 8."""
        slot = -(-(_HEAD + size) // 8) * 8
        at, end = self._consumed[0], self._produced[0]
        start = at & self._mask
        whole = self._data[start : start + (end - at) // slot * slot]
        # Several CPUs write: one that has reserved its record may be slower than the next.
        heads = whole.cast("I")[:: slot // 4].tolist()
        done = heads.index(_BUSY | size) if _BUSY | size in heads else len(heads)
        taken = bytes(whole[: done * slot])
        self._consumed[0] = at + len(taken)
        return taken


def possible_cpus() -> int:
    """How many values a value of each CPU has: CPUs that may come are among them."""
    last = re.split(r"[-,]", _POSSIBLE.read_text().strip())[-1]
    return int(last) + 1


def _element(
    command: int,
    number: int,
    key: ctypes.Array[ctypes.c_char],
    value: ctypes.Array[ctypes.c_char] | None,
) -> None:
    place = ctypes.addressof(value) if value is not None else 0
    bpf.call(command, struct.pack("<I4xQQQ", number, ctypes.addressof(key), place, 0))


def _buffer(data: bytes) -> ctypes.Array[ctypes.c_char]:
    return ctypes.create_string_buffer(data, len(data))


def _address(memory: mmap.mmap) -> int:
    return ctypes.addressof(ctypes.c_char.from_buffer(memory))
