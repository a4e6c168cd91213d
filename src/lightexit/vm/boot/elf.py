# SPDX-License-Identifier: Apache-2.0
"""ELF executables for x86, of 32 and 64 bits: what to load where, where to begin, their notes.

Reference: System V ABI, chapters 4 ("ELF Header") and 5 ("Program Header", "Note Section").
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from lightexit.errors import AuthorError
from lightexit.vm.boot.arena import align_up

MAGIC = b"\x7fELF"
_IDENT = 16
_LITTLE_ENDIAN, _EXECUTABLE = 1, 2
_LOAD, _NOTE = 1, 4
#: What is looked at: a file has two or three such segments, of some hundred bytes.
_MOST_NOTES, _LARGEST_NOTES = 8, 1 << 16
_NOTE_HEADER = struct.Struct("<3I")


@dataclass(frozen=True)
class _Format:
    """How a class of ELF files writes what this module reads."""

    machine: int
    header: struct.Struct
    program: struct.Struct
    #: Where kind, offset, virtual, physical, size in the file and in memory, alignment stand.
    order: tuple[int, ...]


_FORMATS = {
    1: _Format(3, struct.Struct("<16sHHIIIIIHHHHHH"), struct.Struct("<8I"), (0, 1, 2, 3, 4, 5, 7)),
    2: _Format(
        62, struct.Struct("<16sHHIQQQIHHHHHH"), struct.Struct("<2I6Q"), (0, 2, 3, 4, 5, 6, 7)
    ),
}


@dataclass(frozen=True)
class LoadSegment:
    """Bytes for physical `address`, `size` of them once zeros are added."""

    address: int
    virtual: int
    data: memoryview
    size: int


@dataclass(frozen=True)
class Note:
    """Who says it, of what kind it is, what it says."""

    owner: bytes
    kind: int
    content: bytes


@dataclass(frozen=True)
class Executable:
    """Segments to load, and the physical address of the first instruction."""

    segments: tuple[LoadSegment, ...]
    entry: int
    is_64bit: bool
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class _ProgramHeader:
    kind: int
    offset: int
    virtual: int
    physical: int
    in_file: int
    size: int
    align: int


def is_elf(file: bytes) -> bool:
    """Whether it begins as such files do."""
    return file.startswith(MAGIC)


def read(file: bytes) -> Executable:
    """Raises AuthorError for a file that is cut short, or is for another kind of CPU."""
    if len(file) < _FORMATS[1].header.size:
        raise _cut_short(file, _FORMATS[1].header.size)
    form = _FORMATS.get(file[4])
    if form is None or file[5] != _LITTLE_ENDIAN:
        raise _foreign(file)
    if len(file) < form.header.size:
        raise _cut_short(file, form.header.size)
    _, kind, machine, _, entry, start, *_, count, _, _, _ = form.header.unpack_from(file)
    if (kind, machine) != (_EXECUTABLE, form.machine):
        raise _foreign(file)
    headers = list(_headers(file, form, start, count))
    segments = tuple(
        LoadSegment(each.physical, each.virtual, _content(file, each), max(each.size, each.in_file))
        for each in headers
        if each.kind == _LOAD and each.size > 0
    )
    if not segments:
        raise AuthorError(
            "an ELF file with nothing to load", expected="a program header of type PT_LOAD"
        )
    noted = [each for each in headers if each.kind == _NOTE][:_MOST_NOTES]
    notes = tuple(note for each in noted for note in _notes(file, each))
    return Executable(segments, _physical(entry, segments), file[4] == 2, notes)


def _headers(file: bytes, form: _Format, start: int, count: int) -> Iterator[_ProgramHeader]:
    size = form.program.size
    if len(file) < start + count * size:
        raise _cut_short(file, start + count * size)
    for index in range(count):
        fields = form.program.unpack_from(file, start + index * size)
        yield _ProgramHeader(*(fields[place] for place in form.order))


def _content(file: bytes, header: _ProgramHeader) -> memoryview:
    if len(file) < header.offset + header.in_file:
        raise _cut_short(file, header.offset + header.in_file)
    return memoryview(file)[header.offset : header.offset + header.in_file]


def _notes(file: bytes, header: _ProgramHeader) -> Iterator[Note]:
    """Up to the first that does not fit; names and contents are padded to the alignment."""
    data, place = bytes(_content(file, header)[:_LARGEST_NOTES]), 0
    align = 8 if header.align == 8 else 4
    while place + _NOTE_HEADER.size <= len(data):
        name_size, size, kind = _NOTE_HEADER.unpack_from(data, place)
        name = place + _NOTE_HEADER.size
        content = align_up(name + name_size, align)
        place = align_up(content + size, align)
        if content + size > len(data):
            return
        yield Note(data[name : name + name_size], kind, data[content : content + size])


def _physical(entry: int, segments: tuple[LoadSegment, ...]) -> int:
    """Kernels linked for high addresses name their entry there: it runs before paging is on."""
    for segment in segments:
        if segment.virtual <= entry < segment.virtual + segment.size:
            return entry - segment.virtual + segment.address
    return entry


def _foreign(file: bytes) -> AuthorError:
    kind, machine = struct.unpack_from("<HH", file, _IDENT)
    return AuthorError(
        f"an ELF file of class {file[4]}, type {kind}, machine {machine}",
        expected="an x86 executable: type 2, and class 1, machine 3 or class 2, machine 62",
    )


def _cut_short(file: bytes, wanted: int) -> AuthorError:
    return AuthorError(
        f"an ELF file of {len(file)} bytes, cut short",
        expected=f"{wanted} bytes at least, as its headers say",
    )
