# SPDX-License-Identifier: Apache-2.0
"""From an ELF object to an `Image`: one section of code that needs nothing else.

Formats: System V ABI, chapter 4 (ELF-64, little-endian, relocatable objects).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from lightexit.engine.native.image import Image
from lightexit.errors import InternalError

_SECTION = struct.Struct("<IIQQQQIIQQ")
_SYMBOL = struct.Struct("<IBBHQQ")
_RELOCATION = struct.Struct("<QQq")
_SYMBOL_TABLE, _RELOCATIONS = 2, 4  # sh_type
_LOADED = 2  # sh_flags: SHF_ALLOC
_FUNCTION = 2  # st_info: STT_FUNC
_CODE = ".text"
_UNUSED = (".eh_frame",)  # unwinding tables: nothing throws through this code


@dataclass(frozen=True)
class _Section:
    name: str
    kind: int
    flags: int
    data: bytes
    info: int


def extract(data: bytes) -> Image:
    """The code of an object and its functions.

    Raises InternalError where the code needs constants, other functions or relocations.
    """
    sections = _sections(data)
    code = [section.name for section in sections].index(_CODE)
    symbols = _symbols(sections)
    _refuse_other_sections(sections)
    _refuse_relocations(sections, code, symbols)
    functions = {
        name: offset
        for name, kind, section, offset in symbols
        if kind == _FUNCTION and section == code
    }
    return Image(sections[code].data, functions)


def _sections(data: bytes) -> list[_Section]:
    (start,) = struct.unpack_from("<Q", data, 40)
    size, count, names = struct.unpack_from("<HHH", data, 58)
    headers = [_SECTION.unpack_from(data, start + i * size) for i in range(count)]
    strings = _contents(data, headers[names])
    return [_Section(_string(strings, h[0]), h[1], h[2], _contents(data, h), h[7]) for h in headers]


def _contents(data: bytes, header: tuple[int, ...]) -> bytes:
    return data[header[4] : header[4] + header[5]]


def _string(table: bytes, offset: int) -> str:
    return table[offset : table.index(b"\0", offset)].decode()


def _symbols(sections: list[_Section]) -> list[tuple[str, int, int, int]]:
    """Name, type, section and offset of each symbol."""
    table = next(section.data for section in sections if section.kind == _SYMBOL_TABLE)
    strings = next(section.data for section in sections if section.name == ".strtab")
    return [
        (_string(strings, name), info & 15, section, value)
        for name, info, _, section, value, _ in _SYMBOL.iter_unpack(table)
    ]


def _refuse_other_sections(sections: list[_Section]) -> None:
    for section in sections:
        if section.flags & _LOADED and section.data and section.name not in (_CODE, *_UNUSED):
            raise InternalError(f"machine code needs a section of its own: {section.name}")


def _refuse_relocations(
    sections: list[_Section], code: int, symbols: list[tuple[str, int, int, int]]
) -> None:
    for section in sections:
        if section.kind == _RELOCATIONS and section.info == code:
            for _, info, _ in _RELOCATION.iter_unpack(section.data):
                name = symbols[info >> 32][0]
                raise InternalError(f"machine code needs the address of {name or 'a section'}")
