# SPDX-License-Identifier: Apache-2.0
"""Programs from a BPF object file, as LLVM and clang write it.

Every global function is a program; those of `.text` only where no other section has one, for
there stand subprograms. A program is its function with all functions that it calls behind it.
Its maps are states: sections `.data.NAME`, each of them the whole value of a map, and undefined
data symbols. Sections of constants (`.rodata`) become its read-only data, one behind the other.
"""

from __future__ import annotations

import functools
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from lightexit.errors import AuthorError, Location
from lightexit.isa.alu import signed
from lightexit.isa.btf import Lines
from lightexit.isa.decode import decode, decode_unlinked, ends
from lightexit.isa.instruction import SLOT_SIZE, Instruction, encode
from lightexit.isa.program import MOST_RODATA, Map, Program, SourceLine
from lightexit.isa.table import BY_OPCODE, LDDW_OPCODE, PSEUDO_MAP_IDX_VALUE, Kind

R_BPF_64_64 = 1
R_BPF_64_32 = 10

#: Limits of an object. Slots count all programs with the functions that they call: otherwise
#: thousands of small functions that call a large one would make as many copies of it.
MOST_SLOTS, MOST_FUNCTIONS = 1 << 16, 1 << 12

#: What sections of constants are called, and where each of them may start.
_RODATA, _ALIGNMENT = ".rodata", 8
#: Section name of a state, followed by the state's name.
STATE_SECTION = ".data."
#: Larger ones are treated as unknown.
_LARGEST_STATE = 1 << 29

_MAP_VALUE = BY_OPCODE[LDDW_OPCODE][PSEUDO_MAP_IDX_VALUE]


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


@dataclass
class Object:
    """What an object file says. Sections have numbers; `code` is of the executable ones,
    `constants` of those that hold constant data, `states` of those that are a state each."""

    file: str
    names: dict[int, str] = field(default_factory=dict)
    code: dict[int, bytes] = field(default_factory=dict)
    constants: dict[int, bytes] = field(default_factory=dict)
    states: dict[int, Map] = field(default_factory=dict)
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
                expected=f"at most {MOST_RODATA} bytes in its sections {_RODATA}*",
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


def read_elf(data: bytes, *, value_offset: int, file: str) -> list[Program]:
    """The programs of an object file, in the order of their symbols.

    A program's maps are the sections `.data.NAME` that it uses, in their order, or all of them
    if it is the only program. Behind these stand its undefined data symbols in order of first
    use, of size 0 where the object does not know it, as clang's do not: `value_offset` (the state
    header's size) is added to every address in them. Raises AuthorError for what is no BPF object
    or needs more than this linker does.
    """
    from lightexit.isa.elf import read_object

    return link_object(read_object(data, file), value_offset=value_offset)


def link_object(found: Object, *, value_offset: int) -> list[Program]:
    """The programs of an object; see `read_elf`."""
    functions = [each for each in found.functions if each.is_global]
    entries = [each for each in functions if found.names[each.section] != ".text"] or functions
    if not entries:
        found_none = f"{found.file} has no global function"
        raise AuthorError(found_none, expected="one at least: the program")
    programs, room = [], MOST_SLOTS
    for entry in entries:
        linker = _Linker(found, value_offset, room)
        programs.append(linker.link(entry, owns_all=len(entries) == 1))
        room -= len(programs[-1].code) // SLOT_SIZE
    return programs


#: The index of read-only data until all maps are known.
_NO_INDEX = -1


def _map_address(each: Instruction, index: int, offset: int) -> Instruction:
    return replace(each, op=_MAP_VALUE, src=PSEUDO_MAP_IDX_VALUE, imm=index, next_imm=offset)


class _Linker:
    """Links one program."""

    def __init__(self, found: Object, value_offset: int, room: int) -> None:
        self.object = found
        self.room = room
        self.value_offset = value_offset
        #: By section, or by name where it is defined elsewhere, in the order of the maps.
        self.maps: dict[int | str, Map] = {}
        self.indices: dict[int | str, int] = {}
        self.uses_rodata = False
        self.starts: dict[Function, int] = {}

    def link(self, entry: Function, owns_all: bool) -> Program:
        """The function and all that it calls, as a legal program. With `owns_all`, it gets all
        states and constants of the object, used or not."""
        self._place(entry)
        self._take_states(owns_all)
        self.uses_rodata = owns_all and bool(self.object.constants)
        instructions = [each for function in self.starts for each in self._linked(function)]
        instructions = [self._indexed(each) for each in instructions]
        program = Program(
            name=entry.name,
            code=encode(instructions),
            maps=tuple(self.maps.values()),
            lines=tuple(self._lines()),
            rodata=self.object.rodata.data if self.uses_rodata else b"",
        )
        decode(program)
        self._check_names(entry)
        return program

    def _take_states(self, owns_all: bool) -> None:
        """The maps that sections are."""
        used = {asked.section for each in self.starts for asked in self.object.asked_in(each)}
        for section, state in self.object.states.items():
            if not (owns_all or section in used):
                continue
            if state.size < self.value_offset:
                raise AuthorError(
                    f"{self.object.file}: the state `{state.name}` has {state.size} bytes "
                    f"(section {STATE_SECTION}{state.name})",
                    expected=f"at least {self.value_offset}: every state begins with a header",
                )
            self._index(section, state)

    def _index(self, key: int | str, state: Map) -> int:
        """The index of a map; the next one at its first use."""
        self.maps[key] = state
        return self.indices.setdefault(key, len(self.indices))

    def _check_names(self, entry: Function) -> None:
        names = Counter(each.name for each in self.maps.values())
        if twice := next((name for name, count in names.items() if count > 1), ""):
            raise AuthorError(
                f"{self.object.file}: `{entry.name}` has several states named `{twice}`",
                expected="a name for each",
            )

    def _indexed(self, each: Instruction) -> Instruction:
        """Read-only data has its index once the number of maps is known."""
        is_rodata = each.op is _MAP_VALUE and each.imm == _NO_INDEX
        return replace(each, imm=len(self.maps)) if is_rodata else each

    def _place(self, entry: Function) -> None:
        waiting, slot = [entry], 0
        while waiting:
            function = waiting.pop(0)
            if function in self.starts:
                continue
            self.starts[function] = slot
            slot += (function.end - function.start) // SLOT_SIZE
            if slot > self.room:
                raise AuthorError(
                    f"{self.object.file}: `{entry.name}` and what it calls leave no room: the "
                    f"programs have more than {MOST_SLOTS} instructions",
                    expected=f"at most {MOST_SLOTS} slots in all, each program with what it calls",
                    advice="an object for each program",
                )
            waiting += [self._callee(function, each) for each in self._calls(function)]

    def _calls(self, function: Function) -> Iterator[Instruction]:
        for each in decode_unlinked(self.object.unlinked(function)):
            if each.op.name == "call_local":
                yield each

    def _callee(self, caller: Function, call: Instruction) -> Function:
        asked = self.object.relocation(caller, call.slot)
        if asked and asked.kind != R_BPF_64_32:
            found = f"needs relocation {asked.kind} against `{asked.symbol}`"
            raise self._refusal(caller, call, found, f"R_BPF_64_32 ({R_BPF_64_32})")
        section = asked.section if asked else caller.section
        base = asked.value if asked else caller.start + call.slot * SLOT_SIZE
        start = base + (call.imm + 1) * SLOT_SIZE
        if function := self.object.by_start.get((section, start)):
            return function
        name = f"`{asked.symbol}`" if asked and asked.symbol else "something"
        raise self._refusal(
            caller,
            call,
            f"calls {name}, which is no function of this object",
            "calls within the object: mark helpers `static inline`, and mind that LLVM may call "
            "memcpy, memset or __bpf_trap by itself",
        )

    def _linked(self, function: Function) -> Iterator[Instruction]:
        start = self.starts[function]
        instructions = list(decode_unlinked(self.object.unlinked(function)))
        self._check_end(function, instructions[-1])
        for each in instructions:
            slot = start + each.slot
            if each.op.name == "call_local":
                callee = self.starts[self._callee(function, each)]
                yield replace(each, slot=slot, imm=callee - slot - 1)
                continue
            self._check_target(function, each)
            asked = self.object.relocation(function, each.slot)
            linked = self._address(function, each, asked) if asked else each
            yield linked if linked.slot == slot else replace(linked, slot=slot)

    def _check_end(self, function: Function, last: Instruction) -> None:
        if not ends(last):
            found = "is the last of its function, and execution falls off its end"
            raise self._refusal(function, last, found, "`exit` or `goto` there")

    def _check_target(self, function: Function, each: Instruction) -> None:
        slots = (function.end - function.start) // SLOT_SIZE
        if each.op.target_field and not 0 <= each.target < slots:
            raise self._refusal(function, each, "leads out of its function", "a place within it")

    def _address(
        self, function: Function, each: Instruction, asked: InstructionRelocation
    ) -> Instruction:
        is_state = not asked.section or asked.section in self.object.states
        is_known = is_state or asked.section in self.object.constants
        if not is_known or asked.kind != R_BPF_64_64 or each.op.kind is not Kind.LDDW:
            place = self.object.names.get(asked.section, "elsewhere")
            raise self._refusal(
                function,
                each,
                f"needs relocation {asked.kind} against `{asked.symbol}` in {place}",
                f"addresses of a state, which is a section {STATE_SECTION}NAME or undefined "
                f"(`extern`), and of constants in {_RODATA}; other global variables are "
                "not supported",
            )
        if is_state:
            return self._map_value(function, each, asked)
        return self._constant(function, each, asked)

    def _constant(
        self, function: Function, each: Instruction, asked: InstructionRelocation
    ) -> Instruction:
        size = len(self.object.constants[asked.section])
        offset = asked.value + signed(each.imm64, 64)
        if not 0 <= offset < size:
            found = f"is the address of byte {offset} of {self.object.names[asked.section]}"
            raise self._refusal(function, each, found, f"byte 0 to {size - 1}: it has {size} bytes")
        self.uses_rodata = True
        start = self.object.rodata.starts[asked.section]
        return _map_address(each, _NO_INDEX, start + offset)

    def _map_value(
        self, function: Function, each: Instruction, asked: InstructionRelocation
    ) -> Instruction:
        start = asked.value if asked.section else self.value_offset
        offset = start + signed(each.imm64, 64)
        if offset != signed(offset, 32):
            found = f"is the address of byte {offset} of `{asked.symbol}`"
            raise self._refusal(function, each, found, "an offset of 32 bits")
        if asked.section:
            index = self._index(asked.section, self.object.states[asked.section])
        else:
            size = asked.size + self.value_offset if 0 < asked.size <= _LARGEST_STATE else 0
            index = self._index(asked.symbol, Map(asked.symbol, size))
        return _map_address(each, index, offset)

    def _lines(self) -> Iterator[SourceLine]:
        for function, start in self.starts.items():
            for line in self.object.unlinked(function).lines:
                yield SourceLine(start + line.slot, line.where)

    def _refusal(
        self, function: Function, each: Instruction, found: str, expected: str
    ) -> AuthorError:
        place = f"{self.object.file}: {function.name}: `{each.op.texts[0]}` at slot {each.slot}"
        where = self.object.unlinked(function).where(each.slot)
        return AuthorError(f"{place} {found}", where=where, expected=expected)
