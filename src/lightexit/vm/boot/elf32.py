# SPDX-License-Identifier: Apache-2.0
"""ELF32 executables for x86: what to load where, and where to begin.

Reference: System V ABI, chapters 4 ("ELF Header") and 5 ("Program Header").
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from lightexit.errors import AuthorError

MAGIC = b"\x7fELF"
_HEADER = struct.Struct("<16sHHIIIIIHHHHHH")
_PROGRAM_HEADER = struct.Struct("<8I")
_CLASS_32, _LITTLE_ENDIAN = 1, 1
_EXECUTABLE, _I386 = 2, 3
_LOAD = 1


@dataclass(frozen=True)
class LoadSegment:
    """Bytes for physical `address`, `size` of them once zeros are added."""

    address: int
    virtual: int
    data: memoryview
    size: int


@dataclass(frozen=True)
class Executable:
    """Segments to load, and the physical address of the first instruction."""

    segments: tuple[LoadSegment, ...]
    entry: int


def read(file: bytes) -> Executable:
    """Raises AuthorError for a file that is cut short, or is for another kind of CPU."""
    if len(file) < _HEADER.size:
        raise _cut_short(file, _HEADER.size)
    ident, kind, machine, _, entry, offset, _, _, _, _, count, *_ = _HEADER.unpack_from(file)
    if ident[4:6] != bytes([_CLASS_32, _LITTLE_ENDIAN]) or (kind, machine) != (_EXECUTABLE, _I386):
        raise AuthorError(
            f"an ELF file of class {ident[4]}, type {kind}, machine {machine}",
            expected="a 32-bit x86 executable: class 1, type 2, machine 3",
            hint="objcopy -O elf32-i386 KERNEL KERNEL32, if it starts in 32-bit code",
        )
    if len(file) < offset + count * _PROGRAM_HEADER.size:
        raise _cut_short(file, offset + count * _PROGRAM_HEADER.size)
    headers = [
        _PROGRAM_HEADER.unpack_from(file, offset + index * _PROGRAM_HEADER.size)
        for index in range(count)
    ]
    segments = tuple(_segment(file, header) for header in headers if _is_loaded(header))
    if not segments:
        raise AuthorError(
            "an ELF file with nothing to load", expected="a program header of type PT_LOAD"
        )
    return Executable(segments, _physical(entry, segments))


def _is_loaded(header: tuple[int, ...]) -> bool:
    kind, _, _, _, _, size, _, _ = header
    return kind == _LOAD and size > 0


def _segment(file: bytes, header: tuple[int, ...]) -> LoadSegment:
    _, offset, virtual, physical, in_file, size, _, _ = header
    if len(file) < offset + in_file:
        raise _cut_short(file, offset + in_file)
    return LoadSegment(
        physical, virtual, memoryview(file)[offset : offset + in_file], max(size, in_file)
    )


def _physical(entry: int, segments: tuple[LoadSegment, ...]) -> int:
    """Kernels linked for high addresses name their entry there: it runs before paging is on."""
    for segment in segments:
        if segment.virtual <= entry < segment.virtual + segment.size:
            return entry - segment.virtual + segment.address
    return entry


def _cut_short(file: bytes, wanted: int) -> AuthorError:
    return AuthorError(
        f"an ELF file of {len(file)} bytes, cut short",
        expected=f"{wanted} bytes at least, as its headers say",
    )
