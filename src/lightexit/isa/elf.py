# SPDX-License-Identifier: Apache-2.0
"""Reading ELF: from the bytes of a BPF object file to an `Object`."""

from __future__ import annotations

import io
from collections.abc import Iterator

from elftools.elf.elffile import ELFFile
from elftools.elf.relocation import RelocationSection
from elftools.elf.sections import Section, Symbol, SymbolTableSection

from lightexit.errors import AuthorError
from lightexit.isa.btf import line_info
from lightexit.isa.instruction import SLOT_SIZE
from lightexit.isa.linker import Function, Object, Relocation

_EXECUTABLE = 4
_MAGIC = b"\x7fELF"


def read_object(data: bytes, file: str) -> Object:
    """Read an object file; `file` is its name in messages. Raises AuthorError."""
    if not data.startswith(_MAGIC):
        raise AuthorError(f"{file} is no ELF file", expected="an object of `clang -target bpf -c`")
    try:
        return _read(data, file)
    except AuthorError:
        raise
    except Exception as error:  # pyelftools meets damage with many kinds of exception
        raise AuthorError(
            f"{file} is damaged: {error or type(error).__name__}",
            expected="a whole ELF object file",
        ) from error


def _read(data: bytes, file: str) -> Object:
    elf = ELFFile(io.BytesIO(data))
    _check_header(elf, file)
    sections = list(elf.iter_sections())
    for section in sections:
        _check_extent(section, data, file)
    found = Object(file, names={i: each.name for i, each in enumerate(sections)})
    found.code = {i: each.data() for i, each in enumerate(sections) if _is_code(each)}
    found.functions = _functions(found, sections)
    for section in sections:
        if isinstance(section, RelocationSection) and section["sh_info"] in found.code:
            found.relocations |= _relocations(section, sections)
    by_name = {each.name: each for each in sections}
    if ".BTF" in by_name and ".BTF.ext" in by_name:
        found.lines = line_info(by_name[".BTF"].data(), by_name[".BTF.ext"].data())
    return found


def _check_header(elf: ELFFile, file: str) -> None:
    kind = elf["e_type"], elf["e_machine"], elf.elfclass, elf.little_endian
    if kind != ("ET_REL", "EM_BPF", 64, True):
        order = "little" if elf.little_endian else "big"
        raise AuthorError(
            f"{file} is of type {kind[0]} for machine {kind[1]}, {kind[2]} bits, {order}-endian",
            expected="an object file (ET_REL) for EM_BPF, 64 bits, little-endian",
            hint="clang -O2 -target bpfel -c",
        )


def _check_extent(section: Section, data: bytes, file: str) -> None:
    end = section["sh_offset"] + section["sh_size"]
    if section["sh_type"] != "SHT_NOBITS" and end > len(data):
        raise AuthorError(
            f"{file} is truncated: section {section.name} ends at byte {end}",
            expected=f"a whole file; this one has {len(data)} bytes",
        )


def _is_code(section: Section) -> bool:
    return bool(
        section["sh_type"] == "SHT_PROGBITS"
        and section["sh_flags"] & _EXECUTABLE
        and section["sh_size"]
    )


def _symbols(sections: list[Section]) -> Iterator[Symbol]:
    for section in sections:
        if isinstance(section, SymbolTableSection):
            yield from section.iter_symbols()


def _functions(found: Object, sections: list[Section]) -> list[Function]:
    """The functions of all code, each with its end: by its size, or where the next one starts."""
    symbols = [
        each
        for each in _symbols(sections)
        if each["st_info"]["type"] == "STT_FUNC" and each["st_shndx"] in found.code
    ]
    return [_function(found, each, symbols) for each in symbols]


def _function(found: Object, symbol: Symbol, symbols: list[Symbol]) -> Function:
    section, start = symbol["st_shndx"], symbol["st_value"]
    following = [
        each["st_value"]
        for each in symbols
        if each["st_shndx"] == section and each["st_value"] > start
    ]
    end = start + symbol["st_size"]
    if not symbol["st_size"]:
        end = min(following, default=len(found.code[section]))
    if start % SLOT_SIZE or not start < end <= len(found.code[section]):
        raise AuthorError(
            f"{found.file}: function {symbol.name} is at bytes {start} to {end} of its section",
            expected=f"a multiple of {SLOT_SIZE} within {len(found.code[section])} bytes",
        )
    return Function(symbol.name, section, start, end, symbol["st_info"]["bind"] != "STB_LOCAL")


def _relocations(
    section: RelocationSection, sections: list[Section]
) -> dict[tuple[int, int], Relocation]:
    table = sections[section["sh_link"]]
    return {
        (section["sh_info"], each["r_offset"]): _relocation(
            each["r_info_type"], table.get_symbol(each["r_info_sym"]), sections
        )
        for each in section.iter_relocations()
    }


def _relocation(kind: int, symbol: Symbol, sections: list[Section]) -> Relocation:
    index = symbol["st_shndx"]
    section = 0 if index == "SHN_UNDEF" else index if isinstance(index, int) else -1
    name = symbol.name or (sections[section].name if section > 0 else "")
    return Relocation(kind, name, section, symbol["st_value"])
