# SPDX-License-Identifier: Apache-2.0
"""Reading ELF: from the bytes of a BPF object file to an `Object`."""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator

from lightexit.errors import AuthorError
from lightexit.isa.btf import line_info
from lightexit.isa.instruction import SLOT_SIZE
from lightexit.isa.linker import (
    MOST_FUNCTIONS,
    STATE_SECTION,
    Function,
    InstructionRelocation,
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
_PROGRAM_BITS, _WRITABLE, _ALLOCATED, _EXECUTABLE, _COMPRESSED = 1, 1, 2, 4, 1 << 11
_VARIABLE, _FUNCTION, _RESERVED = 1, 2, 0xFF00


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
    found.states = dict(_states(found, sections, symbols))
    found.functions = list(_functions(found, symbols))
    for section in sections:
        if section.info in found.code:
            for each in relocations_in(section, symbols):
                asked = _relocation(each.kind, each.symbol, sections)
                found.relocations[section.info, each.offset] = asked
    by_name = {each.name: each for each in sections if not each.flags & _COMPRESSED}
    if ".BTF" in by_name and ".BTF.ext" in by_name:
        found.lines = line_info(by_name[".BTF"].data, by_name[".BTF.ext"].data)
    return found


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
        and section.name.startswith(".rodata")
        and section.data
    )


def _is_state(section: Section) -> bool:
    return bool(
        section.kind == _PROGRAM_BITS
        and section.flags & (_ALLOCATED | _WRITABLE | _EXECUTABLE | _COMPRESSED)
        == _ALLOCATED | _WRITABLE
        and section.name.startswith(STATE_SECTION)
        and section.name.removeprefix(STATE_SECTION).isidentifier()
    )


def _states(
    found: Object, sections: list[Section], symbols: list[Symbol]
) -> Iterator[tuple[int, Map]]:
    """Each is as large as its variables, or as its section where nothing is said of these."""
    ends: dict[int, int] = {}
    for each in symbols:
        if each.kind == _VARIABLE and each.size:
            ends[each.section] = max(ends.get(each.section, 0), each.value + each.size)
    for number, section in enumerate(sections):
        if not _is_state(section):
            continue
        size = ends.get(number, len(section.data))
        if size > len(section.data):
            raise AuthorError(
                f"{found.file}: the variables of section {section.name} end at byte {size}, and it "
                f"has {len(section.data)}",
                expected="a section that holds them",
            )
        yield number, Map(section.name.removeprefix(STATE_SECTION), size)


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
