# SPDX-License-Identifier: Apache-2.0
"""Reading ELF: from the bytes of a BPF object file to an `Object`."""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator

from lightexit.errors import AuthorError
from lightexit.isa.btf import line_info
from lightexit.isa.btf_variables import core_relocations, variables
from lightexit.isa.instruction import SLOT_SIZE
from lightexit.isa.parts import (
    MOST_FUNCTIONS,
    RODATA,
    STATE_SECTION,
    ZERO_STATE_SECTION,
    Function,
    InstructionRelocation,
    NamedBytes,
    Object,
)
from lightexit.isa.program import Map
from lightexit.isa.sections import (
    DamagedElf,
    Section,
    Symbol,
    relocations_in,
    sections_of,
    symbols_of,
)

_MAGIC = b"\x7fELF"
#: e_type and e_machine, as elf.h calls them.
_TYPES = ("ET_NONE", "ET_REL", "ET_EXEC", "ET_DYN", "ET_CORE")
_MACHINES = {3: "EM_386", 40: "EM_ARM", 62: "EM_X86_64", 183: "EM_AARCH64", 243: "EM_RISCV"}
_OBJECT, _BPF = 1, 247
_BITS, _ORDERS = {1: 32, 2: 64}, {1: "little", 2: "big"}
#: Of sections: sh_type, sh_flags; of symbols: st_info, and the first reserved st_shndx.
_PROGRAM_BITS, _NO_BITS = 1, 8
_WRITABLE, _ALLOCATED, _EXECUTABLE, _COMPRESSED = 1, 2, 4, 1 << 11
_VARIABLE, _FUNCTION, _RESERVED = 1, 2, 0xFF00
#: Bytes of a program's own variables, each section of them.
MOST_PRIVATE = 1 << 16


def read_object(data: bytes, file: str) -> Object:
    """Read an object file; `file` is its name in messages. Raises AuthorError."""
    if not data.startswith(_MAGIC):
        raise AuthorError(f"{file} is no ELF file", expected="an object of `clang -target bpf -c`")
    try:
        _check_header(data, file)
        return _read(sections_of(data), file)
    except DamagedElf as error:
        raise AuthorError(
            f"{file} is damaged: {error}",
            expected=f"a whole ELF object file; this one has {len(data)} bytes",
        ) from None


def _check_header(data: bytes, file: str) -> None:
    if len(data) < 20:
        raise DamagedElf("it ends within its header")
    bits, order = _BITS.get(data[4]), _ORDERS.get(data[5])
    kind, machine = struct.unpack_from(">HH" if order == "big" else "<HH", data, 16)
    if (kind, machine, bits, order) != (_OBJECT, _BPF, 64, "little"):
        type_name = _TYPES[kind] if kind < len(_TYPES) else str(kind)
        machine_name = "EM_BPF" if machine == _BPF else _MACHINES.get(machine, str(machine))
        raise AuthorError(
            f"{file} is of type {type_name} for machine {machine_name}, "
            f"{bits or 'no known number of'} bits, {order or 'neither'}-endian",
            expected="an object file (ET_REL) for EM_BPF, 64 bits, little-endian",
            hint="clang -O2 -target bpfel -c",
        )


def _read(sections: list[Section], file: str) -> Object:
    symbols = symbols_of(sections)
    found = Object(file, names={i: each.name for i, each in enumerate(sections)})
    found.code = {i: each.data for i, each in enumerate(sections) if _is_code(each)}
    found.constants = {i: each.data for i, each in enumerate(sections) if _is_constant(each)}
    found.private = {i: _private(found, each) for i, each in enumerate(sections) if _is_own(each)}
    found.functions = list(_functions(found, symbols))
    found.named = _named(symbols)
    _relocate(found, sections, symbols)
    by_name = {each.name: each for each in sections if not each.flags & _COMPRESSED}
    if ".BTF" in by_name:
        btf = by_name[".BTF"].data
        ext = by_name[".BTF.ext"].data if ".BTF.ext" in by_name else b""
        found.declared_as = variables(btf)
        found.lines, found.core = line_info(btf, ext), core_relocations(btf, ext)
    found.states = dict(_states(found, sections))
    return found


def _relocate(found: Object, sections: list[Section], symbols: list[Symbol]) -> None:
    holds_data = {*found.constants, *found.private}
    for section in sections:
        if section.info not in found.code and section.info not in holds_data:
            continue
        for each in relocations_in(section, symbols):
            if section.info in holds_data:
                found.pointers.add(section.info)
                break
            asked = _relocation(each.kind, each.symbol, sections)
            found.relocations[section.info, each.offset] = asked


def _named(symbols: list[Symbol]) -> dict[int, list[NamedBytes]]:
    named: dict[int, list[NamedBytes]] = {}
    for each in symbols:
        if each.kind == _VARIABLE and each.size:
            spanned = NamedBytes(each.value, each.value + each.size, each.name)
            named.setdefault(each.section, []).append(spanned)
    return named


def _is_code(section: Section) -> bool:
    return bool(
        section.kind == _PROGRAM_BITS
        and section.flags & _EXECUTABLE
        and not section.flags & _COMPRESSED
        and section.data
    )


def _is_constant(section: Section) -> bool:
    return bool(
        section.kind == _PROGRAM_BITS
        and section.flags & (_ALLOCATED | _WRITABLE | _EXECUTABLE | _COMPRESSED) == _ALLOCATED
        and section.name.startswith(RODATA)
        and section.data
    )


def _is_writable(section: Section) -> bool:
    flags = section.flags & (_ALLOCATED | _WRITABLE | _EXECUTABLE | _COMPRESSED)
    kinds = _PROGRAM_BITS, _NO_BITS
    return section.kind in kinds and flags == _ALLOCATED | _WRITABLE and section.size > 0


def _is_own(section: Section) -> bool:
    return _is_writable(section) and section.name in (".data", ".bss")


def _state_name(section: Section) -> str:
    """Of a section that is a state; else ""."""
    for prefix in (STATE_SECTION, ZERO_STATE_SECTION):
        name = section.name.removeprefix(prefix)
        if _is_writable(section) and name != section.name and name.isidentifier():
            return name
    return ""


def _private(found: Object, section: Section) -> Map:
    if section.size > MOST_PRIVATE:
        raise AuthorError(
            f"{found.file} has {section.size} bytes of variables in {section.name}",
            expected=f"at most {MOST_PRIVATE} bytes",
            advice="a state for what is large: LIGHTEXIT_STATE(TYPE, NAME)",
        )
    return Map(section.name.removeprefix("."), section.size, section.data)


def _states(found: Object, sections: list[Section]) -> Iterator[tuple[int, Map]]:
    """Each is as large as its variables, or as its section where nothing is said of these."""
    for number, section in enumerate(sections):
        name = _state_name(section)
        if not name:
            continue
        named = found.named.get(number, [])
        size = max((each.end for each in named), default=section.size)
        if size > section.size:
            raise AuthorError(
                f"{found.file}: the variables of section {section.name} end at byte {size}, and it "
                f"has {section.size}",
                expected="a section that holds them",
            )
        _check_header_of(found, section, named)
        yield number, Map(name, size)


def _check_header_of(found: Object, section: Section, named: list[NamedBytes]) -> None:
    """As far as BTF says what the section begins with."""
    first = next((each.name for each in named if each.start == 0), "")
    declared = found.declared_as.get(first)
    if declared and declared.is_struct and not declared.has_header:
        raise AuthorError(
            f"{found.file}: `{first}` in section {section.name} does not begin with "
            "struct lightexit_state_header",
            expected="a state, header first, or a section of another name",
            advice=f"declare it as LIGHTEXIT_STATE(TYPE, {first}), and compile without "
            "-fdata-sections",
        )


def _functions(found: Object, symbols: list[Symbol]) -> Iterator[Function]:
    """The functions of all code, each with its end: by its size, or where the next one starts."""
    functions = [each for each in symbols if each.kind == _FUNCTION and each.section in found.code]
    if len(functions) > MOST_FUNCTIONS:
        raise AuthorError(
            f"{found.file} has {len(functions)} functions", expected=f"at most {MOST_FUNCTIONS}"
        )
    starts: dict[int, list[int]] = {}
    for each in sorted(functions, key=lambda each: each.value):
        starts.setdefault(each.section, []).append(each.value)
    for each in functions:
        end = each.value + each.size
        if not each.size:
            following = starts[each.section]
            index = bisect_right(following, each.value)
            last = len(found.code[each.section])
            end = following[index] if index < len(following) else last
        yield _function(found, each, end)


def _function(found: Object, symbol: Symbol, end: int) -> Function:
    start, size = symbol.value, len(found.code[symbol.section])
    if start % SLOT_SIZE or not start < end <= size:
        raise AuthorError(
            f"{found.file}: function {symbol.name} is at bytes {start} to {end} of its section",
            expected=f"a multiple of {SLOT_SIZE} within {size} bytes",
        )
    return Function(symbol.name, symbol.section, start, end, not symbol.is_local)


def _relocation(kind: int, symbol: Symbol, sections: list[Section]) -> InstructionRelocation:
    number = symbol.section if symbol.section < _RESERVED else -1
    name = symbol.name or (sections[number].name if 0 < number < len(sections) else "")
    return InstructionRelocation(kind, name, number, symbol.value, symbol.size)
