# SPDX-License-Identifier: Apache-2.0
"""From an ELF object to an `Image`: a section of code, and the constants that it reads, if any."""

from __future__ import annotations

import struct

from lightexit.engine.native.image import Image
from lightexit.engine.native.relocate import RELOCATIONS
from lightexit.errors import InternalError
from lightexit.isa.sections import Section, Symbol, relocations_of, sections_of, symbols_of

_LOADED = 2  # sh_flags: SHF_ALLOC
_FUNCTION = 2  # st_info: STT_FUNC
_CODE, _CONSTANTS = ".text", ".rodata"
_UNUSED = (".eh_frame",)  # unwinding tables: nothing throws through this code
_ALIGNMENT = 16


def extract(data: bytes, *, constants: bool = False) -> Image:
    """The code of an object and its functions; with `constants`, what it reads behind it.

    Raises InternalError where the code needs other constants, functions or relocations.
    """
    sections = sections_of(data)
    names = [section.name for section in sections]
    code = names.index(_CODE)
    symbols = symbols_of(sections)
    _refuse_other_sections(sections, (_CODE, *_UNUSED, *[_CONSTANTS] * constants))
    functions = {
        each.name: each.value for each in symbols if each.kind == _FUNCTION and each.section == code
    }
    behind = names.index(_CONSTANTS) if constants and _CONSTANTS in names else None
    text = _linked(data, sections, symbols, (code, behind))
    return Image(text, functions)


def _linked(
    data: bytes, sections: list[Section], symbols: list[Symbol], numbers: tuple[int, int | None]
) -> bytes:
    """The code; behind it, if there is a section of constants, these."""
    code, behind = numbers
    text = bytearray(sections[code].data)
    start = -(-len(text) // _ALIGNMENT) * _ALIGNMENT
    (machine,) = struct.unpack_from("<H", data, 18)
    for asked in relocations_of(sections, symbols, code):
        relocate = RELOCATIONS.get((machine, asked.kind))
        if relocate is None or asked.symbol.section != behind:
            name = asked.symbol.name or "a section"
            raise InternalError(f"machine code needs the address of {name}")
        relocate(text, asked.offset, start + asked.symbol.value + asked.addend)
    if behind is None:
        return bytes(text)
    return bytes(text).ljust(start, b"\0") + sections[behind].data


def _refuse_other_sections(sections: list[Section], known: tuple[str, ...]) -> None:
    for section in sections:
        if section.flags & _LOADED and section.data and section.name not in known:
            raise InternalError(f"machine code needs a section of its own: {section.name}")
