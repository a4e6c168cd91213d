# SPDX-License-Identifier: Apache-2.0
"""Writes a program as a BPF object file (ELF) that libbpf, bpftool and `read_elf` accept.

| section     | contents                                                                      |
|-------------|-------------------------------------------------------------------------------|
| `syscall`   | the program, a global function; libbpf's section name for this program type   |
| `.text`     | functions that it calls, static                                               |
| `.data.S`   | state S, the whole map value: libbpf makes an mmapable map of it              |
| `.rodata`   | read-only data: libbpf makes a frozen map of it                               |
| `license`   | not a GPL-compatible one: the kernel module requires that                     |
| `.BTF`, `.BTF.ext` | types of context, states and functions; functions and source lines     |
"""

from __future__ import annotations

import itertools
import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from lightexit.errors import AuthorError, Location
from lightexit.isa.btf import SectionInfo, extension
from lightexit.isa.btf_types import GLOBAL, STATIC, VOID, BtfVariable, TypeTable
from lightexit.isa.decode import decode
from lightexit.isa.elf_file import (
    ALLOCATED,
    EXECUTABLE,
    FUNCTION,
    OBJECT,
    WRITABLE,
    NewSymbol,
    ObjectFile,
)
from lightexit.isa.functions import function_starts, lines_of
from lightexit.isa.instruction import SLOT_SIZE, Instruction, encode
from lightexit.isa.parts import R_BPF_64_32, R_BPF_64_64, STATE_SECTION
from lightexit.isa.program import Map, Program
from lightexit.isa.table import BY_OPCODE, LDDW_OPCODE, PSEUDO_MAP_IDX_VALUE, Kind

_PROGRAM, _FUNCTIONS, _RODATA = "syscall", ".text", ".rodata"
_LICENSE = b"Apache-2.0\0"
#: All states together, in bytes: an object holds their initial values.
MOST_STATE = 2 << 20
_WORD = 8
_PLAIN = BY_OPCODE[LDDW_OPCODE][0]


class StateContents(NamedTuple):
    """A state in an object: number and size in bytes of its type, which may be smaller than the
    map's value; and its initial value, padded with zeros."""

    kind: int
    size: int
    initial: bytes = b""


class ObjectTypes(NamedTuple):
    """What an object contains besides the program: BTF types, the context's type, the states."""

    table: TypeTable
    context: int
    states: tuple[StateContents, ...]


def untyped(program: Program) -> ObjectTypes:
    """For a program of which nothing else is known: states are bytes, all of them 0."""
    types = TypeTable()
    byte = types.integer("unsigned char", 1)
    states = [
        StateContents(types.array(byte, each.size), each.size, initial_of(each))
        for each in program.maps
    ]
    return ObjectTypes(types, VOID, tuple(states))


def initial_of(state: Map) -> bytes:
    """What a program's own variables are at first, behind room for a header; else nothing."""
    return state.initial.rjust(state.size, b"\0") if state.initial else b""


def write_elf(program: Program, types: ObjectTypes | None = None) -> bytes:
    """An object file of one program, the same bytes for the same arguments.

    Raises AuthorError for a state of unknown size, for more than MOST_STATE bytes of states, for
    state names that are equal once Linux accepts them, and for a program that calls itself.
    """
    _check(program)
    return _Writer(program, types or untyped(program)).data()


def c_name(name: str) -> str:
    """The name with `_` for characters that Linux refuses in names of programs, maps and types."""
    plain = re.sub(r"[^A-Za-z0-9_]", "_", name)
    return f"_{plain}" if plain[:1].isdigit() or not plain else plain


def _check(program: Program) -> None:
    for each in program.maps:
        if not each.size:
            raise AuthorError(
                f"{program.name}: the size of its state `{each.name}` is not known",
                expected="a size, as Python source has it, or assembler text: .map NAME SIZE",
            )
    if (size := sum(each.size for each in program.maps)) > MOST_STATE:
        raise AuthorError(
            f"{program.name} has {size:,} bytes of state",
            expected=f"at most {MOST_STATE:,} bytes in an object",
        )
    _check_names(program)
    if any(each.op.name == "call_local" and not each.target for each in decode(program)):
        raise AuthorError(f"{program.name} calls itself", expected="calls of other functions")


def _check_names(program: Program) -> None:
    known: dict[str, str] = {}
    for each in program.maps:
        name = c_name(each.name)
        if name in known:
            raise AuthorError(
                f"{program.name}: its states `{known[name]}` and `{each.name}` are both "
                f"`{name}` in an object",
                expected="names that differ in letters a to z, digits and `_`",
            )
        known[name] = each.name


class _Part(NamedTuple):
    """The instructions of a section, and the slot in the program where it starts."""

    section: int
    name: str
    start: int
    code: Sequence[Instruction]


class _Writer:
    """The object of one program."""

    def __init__(self, program: Program, types: ObjectTypes) -> None:
        self._program = program
        self._types = types
        self._name = c_name(program.name)
        self._code = decode(program)
        self._slots = len(program.code) // SLOT_SIZE
        self._starts = function_starts(self._code)
        self._file = ObjectFile()
        self._parts = [*self._code_sections()]
        self._states = [*map(self._state_section, program.maps, types.states)]
        self._rodata = self._constants()
        self._file.section("license", _LICENSE, ALLOCATED | WRITABLE)

    def data(self) -> bytes:
        """The file."""
        self._describe()
        symbols = self._symbols()
        for part in self._parts:
            self._relocate(part, symbols)
        return self._file.data()

    def _code_sections(self) -> Iterator[_Part]:
        end = self._starts[1] if self._starts[1:] else self._slots
        parts = (_PROGRAM, 0, end), (_FUNCTIONS, end, self._slots)
        for name, start, stop in parts:
            code = [each for each in self._code if start <= each.slot < stop]
            if code:
                data = encode([self._unlinked(each) for each in code])
                section = self._file.section(name, data, ALLOCATED | EXECUTABLE)
                yield _Part(section, name, start, code)

    def _unlinked(self, each: Instruction) -> Instruction:
        """The instruction before relocation, as LLVM emits it and libbpf expects it."""
        if each.op.name == "call_local":
            return replace(each, imm=-1)
        if not _is_address(each):
            return each
        low, high = struct.unpack("<ii", struct.pack("<q", each.next_imm))
        return replace(each, op=_PLAIN, src=0, imm=low, next_imm=high)

    def _state_section(self, state: Map, contents: StateContents) -> int:
        name, size = c_name(state.name), max(_whole_words(state.size), contents.size)
        section, data = STATE_SECTION + name, contents.initial.ljust(size, b"\0")
        variable = BtfVariable(name, contents.kind, contents.size, GLOBAL)
        self._types.table.section(section, size, variable)
        return self._file.section(section, data, ALLOCATED | WRITABLE)

    def _constants(self) -> int:
        if not (data := self._program.rodata):
            return 0
        types = self._types.table
        table = types.array(types.integer("unsigned char", 1), len(data))
        types.section(_RODATA, len(data), BtfVariable("constants", table, len(data), STATIC))
        return self._file.section(_RODATA, data, ALLOCATED)

    def _describe(self) -> None:
        """Add both sections of BTF: the strings of `.BTF.ext` are in `.BTF`."""
        lines = lines_of(self._program, self._code)
        told = [self._told(part, lines) for part in self._parts]
        ext = extension(self._types.table, told)
        self._file.section(".BTF", self._types.table.blob())
        self._file.section(".BTF.ext", ext)

    def _told(self, part: _Part, lines: list[tuple[int, Location]]) -> SectionInfo:
        slots = {each.slot for each in part.code}
        return SectionInfo(
            part.name,
            [
                ((start - part.start) * SLOT_SIZE, self._function_type(start))
                for start in self._starts
                if start in slots
            ],
            [((slot - part.start) * SLOT_SIZE, where) for slot, where in lines if slot in slots],
        )

    def _function_type(self, start: int) -> int:
        types = self._types.table
        result = types.integer("unsigned long long", 8)
        if start:
            return types.function(self._function_name(start), [], result, STATIC)
        context = [("context", types.pointer(self._types.context))]
        return types.function(self._name, context, result, GLOBAL)

    def _function_name(self, start: int) -> str:
        return f"{self._name}_{start}" if start else self._name

    def _symbols(self) -> _Symbols:
        """Add the symbols: local ones first."""
        rodata = self._file.section_symbol(self._rodata) if self._rodata else 0
        functions = {
            start: self._function_symbol(start, end)
            for start, end in itertools.pairwise([*self._starts[1:], self._slots])
        }
        self._function_symbol(0, [*self._starts, self._slots][1])
        states = [
            self._file.symbol(
                NewSymbol(c_name(each.name), OBJECT, section, 0, each.size, is_global=True)
            )
            for each, section in zip(self._program.maps, self._states, strict=True)
        ]
        return _Symbols([*states, rodata], functions)

    def _function_symbol(self, start: int, end: int) -> int:
        part = self._parts[1 if start else 0]
        place = part.section, (start - part.start) * SLOT_SIZE, (end - start) * SLOT_SIZE
        name = self._function_name(start)
        return self._file.symbol(NewSymbol(name, FUNCTION, *place, is_global=not start))

    def _relocate(self, part: _Part, symbols: _Symbols) -> None:
        for each in part.code:
            offset = (each.slot - part.start) * SLOT_SIZE
            if each.op.name == "call_local":
                called = symbols.functions[each.target]
                self._file.relocation(part.section, offset, called, R_BPF_64_32)
            elif _is_address(each):
                self._file.relocation(part.section, offset, symbols.maps[each.imm], R_BPF_64_64)


class _Symbols(NamedTuple):
    """Numbers of symbols: by map index, read-only data behind the states; functions by slot."""

    maps: list[int]
    functions: dict[int, int]


def _whole_words(size: int) -> int:
    """Rounded up to the alignment of a state's header, as C rounds sizes of structs up."""
    return -(-size // _WORD) * _WORD


def _is_address(each: Instruction) -> bool:
    return each.op.kind is Kind.LDDW and each.src == PSEUDO_MAP_IDX_VALUE
