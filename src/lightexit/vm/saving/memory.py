# SPDX-License-Identifier: Apache-2.0
"""Guest memory, sparse: for each slot a bit a page, set where it is not zero, then those pages."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator

from lightexit.errors import AuthorError
from lightexit.vm.memory import GuestMemory, MemorySlot
from lightexit.vm.paging import PAGE
from lightexit.vm.saving.file import SavedSection, compressed

_CHUNK = 256 * PAGE
_NOTHING = bytes(_CHUNK)


def title(slot: MemorySlot) -> str:
    """What a slot's section is called."""
    return f"memory {slot.address:#x}"


def save(memory: GuestMemory, slot: MemorySlot) -> SavedSection:
    """What is in a slot."""
    view = _view(slot)
    pages = _used(memory, slot, view)
    bits = bytearray(_bits_size(slot))
    for number, used in enumerate(pages):
        bits[number // 8] |= used << number % 8
    return compressed(title(slot), _content(view, bytes(bits), pages))


def _content(view: memoryview, bits: bytes, pages: bytearray) -> Iterator[bytes]:
    yield bits
    at = 0
    while (start := pages.find(1, at)) >= 0:
        end = pages.find(0, start)
        at = min(end if end >= 0 else len(pages), start + _CHUNK // PAGE)
        yield bytes(view[start * PAGE : at * PAGE])


def _used(memory: GuestMemory, slot: MemorySlot, view: memoryview) -> bytearray:
    """A byte a page: 1 where it is not zero. What reading has made resident is given back."""
    pages = bytearray(slot.size // PAGE)
    for start in range(0, slot.size, _CHUNK):
        chunk = bytes(view[start : start + _CHUNK])
        if chunk == _NOTHING[: len(chunk)]:
            memory.clear(slot.address + start, len(chunk))
            continue
        for offset in range(0, len(chunk), PAGE):
            pages[(start + offset) // PAGE] = chunk[offset : offset + PAGE] != _NOTHING[:PAGE]
    return pages


def check(slot: MemorySlot, section: SavedSection) -> None:
    """Decompress all of it, for nothing. Raises AuthorError where it is not of this slot."""
    size, bits = _bits_size(slot), bytearray()
    if not size <= section.size <= size + slot.size:
        raise _misfit(section)
    for chunk in section.chunks():
        bits += chunk[: size - len(bits)]
    used = int.from_bytes(bits, "little")
    if used >> slot.size // PAGE or section.size != size + used.bit_count() * PAGE:
        raise _misfit(section)


def restore(memory: GuestMemory, slot: MemorySlot, section: SavedSection) -> None:
    """Put it into the slot: to be checked before."""
    memory.clear(slot.address, slot.size)
    view, bits, data = _view(slot), _bits_size(slot), bytearray()
    places: Iterator[int] | None = None
    for chunk in section.chunks():
        data += chunk
        if places is None:
            if len(data) < bits:
                continue
            places = _places(bytes(data[:bits]))
            del data[:bits]
        whole = len(data) // PAGE * PAGE
        for offset in range(0, whole, PAGE):
            start = next(places)
            view[start : start + PAGE] = data[offset : offset + PAGE]
        del data[:whole]


def _places(bits: bytes) -> Iterator[int]:
    """Offsets of the pages that are there."""
    for number, byte in enumerate(bits):
        for bit in range(8) if byte else ():
            if byte >> bit & 1:
                yield (8 * number + bit) * PAGE


def _bits_size(slot: MemorySlot) -> int:
    return -(-slot.size // PAGE // 8)


def _view(slot: MemorySlot) -> memoryview:
    return memoryview((ctypes.c_ubyte * slot.size).from_address(slot.host_address)).cast("B")


def _misfit(section: SavedSection) -> AuthorError:
    return AuthorError(
        f"section {section.name!r} is not what is in memory of this size",
        expected="all bytes of the file, as they were when it was saved",
    )
