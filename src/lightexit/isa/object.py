# SPDX-License-Identifier: Apache-2.0
"""Programs as BPF object files (ELF), which `read_elf` and libbpf's tools read.

States are undefined symbols, with their sizes where these are known; read-only data is the section
`.rodata`, addressed by its section's symbol. Format: System V ABI, chapter 4.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from lightexit.isa.decode import decode
from lightexit.isa.instruction import SLOT_SIZE, Instruction, encode
from lightexit.isa.linker import R_BPF_64_64
from lightexit.isa.program import Program
from lightexit.isa.table import BY_OPCODE, LDDW_OPCODE, PSEUDO_MAP_IDX_VALUE, Kind

_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_SECTION = struct.Struct("<IIQQQQIIQQ")
_SYMBOL = struct.Struct("<IBBHQQ")
_RELOCATION = struct.Struct("<QQ")
_IDENTITY = b"\x7fELF\2\1\1"
_OBJECT, _BPF = 1, 247
#: sh_type and sh_flags
_BITS, _SYMBOLS, _STRINGS, _RELOCATIONS = 1, 2, 3, 9
_ALLOCATED, _EXECUTABLE, _ABOUT_SECTION = 2, 4, 0x40
#: st_info: a section's own symbol, functions, and something defined elsewhere
_OF_SECTION, _LOCAL_FUNCTION, _FUNCTION, _ELSEWHERE = 3, 2, 0x12, 0x10
#: The sections by number, the null section not counted; read-only data may be empty.
_CODE, _RODATA, _REL, _SYMTAB, _STRTAB = range(1, 6)
_NAMES = ("filters", ".rodata", ".relfilters", ".symtab", ".strtab")
_RODATA_SYMBOL = 1
_PLAIN = BY_OPCODE[LDDW_OPCODE][0]


class _Section(NamedTuple):
    name: int
    kind: int
    flags: int
    data: bytes
    link: int = 0
    info: int = 0
    entry: int = 0


class _Strings:
    """A table of strings, and where each of them is."""

    def __init__(self) -> None:
        self.data = b"\0"

    def add(self, text: str) -> int:
        """The string's place."""
        at = len(self.data)
        self.data += text.encode() + b"\0"
        return at


class _Symbols:
    """The table of symbols: null, read-only data's section, local functions, program, states."""

    def __init__(self, program: Program, strings: _Strings, value_offset: int) -> None:
        starts = [0, *sorted(_called(program)), len(program.code)]
        null = _SYMBOL.pack(0, 0, 0, 0, 0, 0)
        self._all = [null, _SYMBOL.pack(0, _OF_SECTION, 0, _RODATA, 0, 0)]
        for start, end in itertools.pairwise(starts[1:]):
            name = strings.add(f"{program.name}.{start // SLOT_SIZE}")
            self._all.append(_SYMBOL.pack(name, _LOCAL_FUNCTION, 0, _CODE, start, end - start))
        self.first_global = len(self._all)
        name = strings.add(program.name)
        self._all.append(_SYMBOL.pack(name, _FUNCTION, 0, _CODE, 0, starts[1]))
        self.first_state = len(self._all)
        for each in program.maps:
            size = max(each.size - value_offset, 0)
            self._all.append(_SYMBOL.pack(strings.add(each.name), _ELSEWHERE, 0, 0, 0, size))

    @property
    def data(self) -> bytes:
        """All of them."""
        return b"".join(self._all)


def _called(program: Program) -> set[int]:
    """Where the functions start that a program calls, in bytes."""
    return {i.target * SLOT_SIZE for i in decode(program) if i.op.name == "call_local"}


def write_elf(program: Program, *, value_offset: int) -> bytes:
    """An object file of one program. `value_offset` (the state header's size) is taken from every
    address in a state, as `read_elf` adds it."""
    strings = _Strings()
    names = [strings.add(each) for each in _NAMES]
    symbols = _Symbols(program, strings, value_offset)
    code = encode([_offset_only(program, each, value_offset) for each in decode(program)])
    asked = b"".join(_relocations(program, symbols.first_state))
    table = _SYMTAB, _CODE, _RELOCATION.size
    sections = [
        _Section(names[0], _BITS, _ALLOCATED | _EXECUTABLE, code),
        _Section(names[1], _BITS, _ALLOCATED, program.rodata),
        _Section(names[2], _RELOCATIONS, _ABOUT_SECTION, asked, *table),
        _Section(names[3], _SYMBOLS, 0, symbols.data, _STRTAB, symbols.first_global, _SYMBOL.size),
        _Section(names[4], _STRINGS, 0, strings.data),
    ]
    return _file(sections)


def _relocations(program: Program, first_state: int) -> Iterator[bytes]:
    for each in decode(program):
        if _is_address(each):
            is_rodata = program.is_rodata(each.imm)
            symbol = _RODATA_SYMBOL if is_rodata else first_state + each.imm
            yield _RELOCATION.pack(each.slot * SLOT_SIZE, symbol << 32 | R_BPF_64_64)


def _offset_only(program: Program, each: Instruction, value_offset: int) -> Instruction:
    """An instruction with the plain offset for an address, of which a relocation makes one."""
    if not _is_address(each):
        return each
    offset = each.next_imm - (0 if program.is_rodata(each.imm) else value_offset)
    low, high = struct.unpack("<ii", struct.pack("<q", offset))
    return replace(each, op=_PLAIN, src=0, imm=low, next_imm=high)


def _is_address(each: Instruction) -> bool:
    return each.op.kind is Kind.LDDW and each.src == PSEUDO_MAP_IDX_VALUE


def _file(sections: list[_Section]) -> bytes:
    """Header, contents each at a multiple of 8, and the table of sections."""
    body, places = b"", []
    for each in sections:
        places.append(_HEADER.size + len(body))
        body += each.data + bytes(-len(each.data) % 8)
    table = _SECTION.pack(*[0] * 10)
    for each, at in zip(sections, places, strict=True):
        start = each.name, each.kind, each.flags, 0, at, len(each.data)
        table += _SECTION.pack(*start, each.link, each.info, 8, each.entry)
    counts = _HEADER.size, 0, 0, _SECTION.size, len(sections) + 1, _STRTAB
    header = _HEADER.pack(_IDENTITY, _OBJECT, _BPF, 1, 0, 0, _HEADER.size + len(body), 0, *counts)
    return header + body + table
