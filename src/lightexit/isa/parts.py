# SPDX-License-Identifier: Apache-2.0
"""What an object file says, before its programs are linked."""

from __future__ import annotations

import functools
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from lightexit.errors import AuthorError, Location
from lightexit.isa.btf import Lines
from lightexit.isa.btf_variables import DeclaredVariable
from lightexit.isa.instruction import SLOT_SIZE
from lightexit.isa.program import MOST_RODATA, Map, Program, SourceLine

R_BPF_64_64 = 1
R_BPF_64_32 = 10

#: Functions that an object may have: thousands of them that call a large one would make as many
#: copies of it.
MOST_FUNCTIONS = 1 << 12

#: What sections of constants are called, and where each of them may start.
RODATA, _ALIGNMENT = ".rodata", 8
#: Section name of a state, followed by the state's name; the second if all of it is 0.
STATE_SECTION, ZERO_STATE_SECTION = ".data.", ".bss."


@dataclass(frozen=True)
class Function:
    """A function symbol: its code is `start` to `end`, in bytes, of section `section`."""

    name: str
    section: int
    start: int
    end: int
    is_global: bool


@dataclass(frozen=True)
class InstructionRelocation:
    """What is asked for at an instruction; `section` is 0 for symbols defined elsewhere, `size`
    of the symbol 0 where it is not known."""

    kind: int
    symbol: str
    section: int
    value: int
    size: int = 0


@dataclass(frozen=True)
class ReadOnlyData:
    """The constants of an object: all of them, and where each section of them starts."""

    data: bytes
    starts: dict[int, int]


def _offset(line: tuple[int, Location]) -> int:
    return line[0]


class NamedBytes(NamedTuple):
    """Where in its section a variable is, in bytes."""

    start: int
    end: int
    name: str


@dataclass
class Object:
    """What an object file says. Sections have numbers; `code` is of the executable ones,
    `constants` of those that hold constant data, `states` of those that are a state each, and
    `private` of those with a program's own variables: as maps, without room for a header.

    `pointers` are the sections whose data holds addresses, `named` the variables of each section.
    `declared_as` is what BTF says of variables, `core` of instructions that ask for CO-RE: by name
    of the section and byte offset, the name of a type.
    """

    file: str
    names: dict[int, str] = field(default_factory=dict)
    code: dict[int, bytes] = field(default_factory=dict)
    constants: dict[int, bytes] = field(default_factory=dict)
    states: dict[int, Map] = field(default_factory=dict)
    private: dict[int, Map] = field(default_factory=dict)
    pointers: set[int] = field(default_factory=set)
    named: dict[int, list[NamedBytes]] = field(default_factory=dict)
    declared_as: dict[str, DeclaredVariable] = field(default_factory=dict)
    core: dict[str, dict[int, str]] = field(default_factory=dict)
    functions: list[Function] = field(default_factory=list)
    relocations: dict[tuple[int, int], InstructionRelocation] = field(default_factory=dict)
    lines: Lines = field(default_factory=dict)

    def unlinked(self, function: Function) -> Program:
        """A function on its own."""
        known = self.lines.get(self.names[function.section], [])
        first = bisect_left(known, function.start, key=_offset)
        lines = tuple(
            SourceLine((offset - function.start) // SLOT_SIZE, where)
            for offset, where in known[first : bisect_left(known, function.end, key=_offset)]
        )
        code = self.code[function.section][function.start : function.end]
        return Program(function.name, code, lines=lines)

    @functools.cached_property
    def by_start(self) -> dict[tuple[int, int], Function]:
        """The functions by section and start, in bytes; of several in one place, the first."""
        return {(each.section, each.start): each for each in reversed(self.functions)}

    @functools.cached_property
    def rodata(self) -> ReadOnlyData:
        """All constants. Raises AuthorError where they are more than a program may have."""
        starts, size = {}, 0
        for number, each in self.constants.items():
            starts[number] = -(-size // _ALIGNMENT) * _ALIGNMENT
            size = starts[number] + len(each)
        if size > MOST_RODATA:
            raise AuthorError(
                f"{self.file} has {size} bytes of constant data",
                expected=f"at most {MOST_RODATA} bytes in its sections {RODATA}*",
                advice="smaller elements, or an object for each program",
            )
        data = b""
        for number, each in self.constants.items():
            data = data.ljust(starts[number], b"\0") + each
        return ReadOnlyData(data, starts)

    def relocation(self, function: Function, slot: int) -> InstructionRelocation | None:
        """What is asked for at a slot of a function."""
        return self.relocations.get((function.section, function.start + slot * SLOT_SIZE))

    def asked_in(self, function: Function) -> Iterator[InstructionRelocation]:
        """The relocations of a function."""
        for slot in range((function.end - function.start) // SLOT_SIZE):
            if asked := self.relocation(function, slot):
                yield asked

    def declared(self, asked: InstructionRelocation) -> str:
        """The section that BTF names for a symbol which is defined elsewhere."""
        known = self.declared_as.get(asked.symbol) if not asked.section else None
        return known.section if known else ""

    def variable_at(self, asked: InstructionRelocation, addend: int) -> str:
        """The variable that an address lies in; "" where that is not known."""
        at = asked.value + addend
        known = self.named.get(asked.section, [])
        return next((each.name for each in known if each.start <= at < each.end), "")
