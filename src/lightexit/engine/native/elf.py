# SPDX-License-Identifier: Apache-2.0
"""From an ELF object to an `Image`: one section of code that needs nothing else."""

from __future__ import annotations

from lightexit.engine.native.image import Image
from lightexit.errors import InternalError
from lightexit.isa.sections import Section, relocations_of, sections_of, symbols_of

_LOADED = 2  # sh_flags: SHF_ALLOC
_FUNCTION = 2  # st_info: STT_FUNC
_CODE = ".text"
_UNUSED = (".eh_frame",)  # unwinding tables: nothing throws through this code


def extract(data: bytes) -> Image:
    """The code of an object and its functions.

    Raises InternalError where the code needs constants, other functions or relocations.
    """
    sections = sections_of(data)
    code = [section.name for section in sections].index(_CODE)
    symbols = symbols_of(sections)
    _refuse_other_sections(sections)
    for asked in relocations_of(sections, symbols, code):
        raise InternalError(f"machine code needs the address of {asked.symbol.name or 'a section'}")
    functions = {
        each.name: each.value for each in symbols if each.kind == _FUNCTION and each.section == code
    }
    return Image(sections[code].data, functions)


def _refuse_other_sections(sections: list[Section]) -> None:
    for section in sections:
        if section.flags & _LOADED and section.data and section.name not in (_CODE, *_UNUSED):
            raise InternalError(f"machine code needs a section of its own: {section.name}")
