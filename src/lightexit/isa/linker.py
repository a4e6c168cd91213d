# SPDX-License-Identifier: Apache-2.0
"""Programs from a BPF object file, as LLVM and clang write it.

Every global function is a program; those of `.text` only where no other section has one, for
there stand subprograms. A program is its function with all functions that it calls behind it.
Its maps are states: sections `.data.NAME` and `.bss.NAME`, each of them the whole value of a map,
undefined data symbols, and its own variables in `.data` and `.bss`. Sections of constants
(`.rodata`) become its read-only data, one behind the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from lightexit.errors import AuthorError
from lightexit.isa.alu import signed
from lightexit.isa.decode import decode, decode_unlinked, ends
from lightexit.isa.instruction import SLOT_SIZE, Instruction, encode
from lightexit.isa.parts import (
    R_BPF_64_32,
    R_BPF_64_64,
    Function,
    InstructionRelocation,
    Object,
)
from lightexit.isa.program import Map, Program, SourceLine
from lightexit.isa.table import BY_OPCODE, LDDW_OPCODE, PSEUDO_MAP_IDX_VALUE, Kind
from lightexit.isa.unsupported import (
    Unsupported,
    unsupported_address,
    unsupported_call,
    unsupported_core,
    unsupported_data,
)

#: Slots of all programs of an object together, each with the functions that it calls.
MOST_SLOTS = 1 << 16

#: Larger ones are treated as unknown.
_LARGEST_STATE = 1 << 29
#: Bytes that C may add to a state whose header is aligned to 8.
_MOST_PADDING = 7

_MAP_VALUE = BY_OPCODE[LDDW_OPCODE][PSEUDO_MAP_IDX_VALUE]


def read_elf(
    data: bytes, *, value_offset: int, file: str, sizes: Mapping[str, int] | None = None
) -> list[Program]:
    """The programs of an object file, in the order of their symbols.

    A program's maps are the sections `.data.NAME` and `.bss.NAME` that it uses, in their order, or
    all of them if it is the only program. Behind these stand its undefined data symbols in order
    of first use, their sizes from symbols, BTF or `sizes` (bytes by name, header not counted), else
    0; and last its own variables, `.data` and `.bss`. `value_offset` (the state header's size) is
    added to every address in the latter two. Raises AuthorError for what is no BPF object, needs
    more than this linker does, or does not fit `sizes`.
    """
    from lightexit.isa.elf import read_object

    return link_object(read_object(data, file), value_offset=value_offset, sizes=sizes)


def link_object(
    found: Object, *, value_offset: int, sizes: Mapping[str, int] | None = None
) -> list[Program]:
    """The programs of an object; see `read_elf`."""
    functions = [each for each in found.functions if each.is_global]
    entries = [each for each in functions if found.names[each.section] != ".text"] or functions
    if not entries:
        found_none = f"{found.file} has no global function"
        raise AuthorError(found_none, expected="one at least: the program")
    programs, room = [], MOST_SLOTS
    for entry in entries:
        linker = _Linker(found, value_offset, room, sizes or {})
        programs.append(linker.link(entry, owns_all=len(entries) == 1))
        room -= len(programs[-1].code) // SLOT_SIZE
    _check_given(found, programs, sizes or {})
    return programs


def _check_given(found: Object, programs: list[Program], sizes: Mapping[str, int]) -> None:
    known = dict.fromkeys(each.name for program in programs for each in program.maps)
    if unknown := next((name for name in sizes if name not in known), ""):
        raise AuthorError(
            f"{found.file} has no state named `{unknown}`, whose size is given",
            expected=f"one of: {', '.join(known)}" if known else "no sizes: it has no states",
        )


#: The index of read-only data until all maps are known.
_NO_INDEX = -1


def _map_address(each: Instruction, index: int, offset: int) -> Instruction:
    return replace(each, op=_MAP_VALUE, src=PSEUDO_MAP_IDX_VALUE, imm=index, next_imm=offset)


class _Linker:
    """Links one program."""

    def __init__(
        self, found: Object, value_offset: int, room: int, sizes: Mapping[str, int]
    ) -> None:
        self.object = found
        self.room = room
        self.sizes = sizes
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
        keys = sorted(self.maps, key=lambda key: _is_private(self.maps[key]))
        maps = [self.maps[key] for key in keys]
        numbers = {self.indices[key]: number for number, key in enumerate(keys)}
        numbers[_NO_INDEX] = len(maps)
        self._check_names(entry)
        program = Program(
            name=entry.name,
            code=encode([_numbered(each, numbers) for each in instructions]),
            maps=tuple(maps),
            lines=tuple(self._lines()),
            rodata=self.object.rodata.data if self.uses_rodata else b"",
        )
        decode(program)
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
                    f"(section {self.object.names[section]})",
                    expected=f"at least {self.value_offset}: every state begins with a header",
                )
            self._check_size(state.name, state.size - self.value_offset, _MOST_PADDING)
            self._index(section, state)

    def _check_size(self, name: str, size: int, padding: int = 0) -> None:
        given = self.sizes.get(name, size)
        if not size - padding <= given <= size:
            raise AuthorError(
                f"{self.object.file}: the state `{name}` has {size} bytes, header not counted",
                expected=f"the {given} bytes that are given for it",
            )

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
        if not asked or asked.kind == R_BPF_64_32:
            section = asked.section if asked else caller.section
            base = asked.value if asked else caller.start + call.slot * SLOT_SIZE
            if function := self.object.by_start.get((section, base + (call.imm + 1) * SLOT_SIZE)):
                return function
        raise self._refusal(caller, call, unsupported_call(self.object, asked))

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
            self._check_core(function, each)
            asked = self.object.relocation(function, each.slot)
            linked = self._address(function, each, asked) if asked else each
            yield linked if linked.slot == slot else replace(linked, slot=slot)

    def _check_end(self, function: Function, last: Instruction) -> None:
        if not ends(last):
            found = "is the last of its function, and execution falls off its end"
            raise self._refusal(function, last, Unsupported(found, "`exit` or `goto` there"))

    def _check_target(self, function: Function, each: Instruction) -> None:
        slots = (function.end - function.start) // SLOT_SIZE
        if each.op.target_field and not 0 <= each.target < slots:
            told = Unsupported("leads out of its function", "a place within it")
            raise self._refusal(function, each, told)

    def _check_core(self, function: Function, each: Instruction) -> None:
        asked = self.object.core.get(self.object.names[function.section], {})
        kind = asked.get(function.start + each.slot * SLOT_SIZE)
        if kind is not None:
            raise self._refusal(function, each, unsupported_core(kind))

    def _address(
        self, function: Function, each: Instruction, asked: InstructionRelocation
    ) -> Instruction:
        is_plain = asked.kind == R_BPF_64_64 and each.op.kind is Kind.LDDW
        if asked.section in self.object.pointers:
            told = unsupported_data(self.object.names[asked.section])
            raise self._refusal(function, each, told)
        if is_plain and asked.section in self.object.constants:
            return self._constant(function, each, asked)
        is_elsewhere = not asked.section and not self.object.declared(asked)
        if is_plain and (is_elsewhere or self._known(asked.section)):
            return self._map_value(function, each, asked)
        raise self._refusal(function, each, unsupported_address(self.object, asked, each))

    def _known(self, section: int) -> Map | None:
        """The map that a section is."""
        if own := self.object.private.get(section):
            return own._replace(size=own.size + self.value_offset)
        return self.object.states.get(section)

    def _constant(
        self, function: Function, each: Instruction, asked: InstructionRelocation
    ) -> Instruction:
        size = len(self.object.constants[asked.section])
        offset = asked.value + signed(each.imm64, 64)
        if not 0 <= offset < size:
            found = f"is the address of byte {offset} of {self.object.names[asked.section]}"
            told = Unsupported(found, f"byte 0 to {size - 1}: it has {size} bytes")
            raise self._refusal(function, each, told)
        self.uses_rodata = True
        start = self.object.rodata.starts[asked.section]
        return _map_address(each, _NO_INDEX, start + offset)

    def _map_value(
        self, function: Function, each: Instruction, asked: InstructionRelocation
    ) -> Instruction:
        known = self._known(asked.section) or self._elsewhere(asked)
        offset = asked.value + signed(each.imm64, 64) + self._room_for_header(asked)
        if offset != signed(offset, 32):
            found = f"is the address of byte {offset} of `{asked.symbol}`"
            raise self._refusal(function, each, Unsupported(found, "an offset of 32 bits"))
        return _map_address(each, self._index(asked.section or asked.symbol, known), offset)

    def _room_for_header(self, asked: InstructionRelocation) -> int:
        """What is added to addresses in a map: 0 where the header is there already."""
        declared = self.object.declared_as.get(asked.symbol)
        has_header = declared.has_header if declared and not asked.section else False
        return 0 if has_header or asked.section in self.object.states else self.value_offset

    def _elsewhere(self, asked: InstructionRelocation) -> Map:
        """The state that a symbol is which is defined elsewhere."""
        declared = self.object.declared_as.get(asked.symbol)
        size = asked.size or (declared.size if declared else 0)
        added = self._room_for_header(asked)
        if size > _LARGEST_STATE:
            size = 0
        if size:
            self._check_size(asked.symbol, size + added - self.value_offset)
        elif given := self.sizes.get(asked.symbol, 0):
            size = given + self.value_offset - added
        return Map(asked.symbol, size + added if size else 0)

    def _lines(self) -> Iterator[SourceLine]:
        for function, start in self.starts.items():
            for line in self.object.unlinked(function).lines:
                yield SourceLine(start + line.slot, line.where)

    def _refusal(self, function: Function, each: Instruction, told: Unsupported) -> AuthorError:
        place = f"{self.object.file}: {function.name}: `{each.op.texts[0]}` at slot {each.slot}"
        where = self.object.unlinked(function).where(each.slot)
        found = f"{place} {told.found}"
        return AuthorError(found, where=where, expected=told.expected, advice=told.advice)


def _is_private(each: Map) -> bool:
    return each.initial is not None


def _numbered(each: Instruction, numbers: dict[int, int]) -> Instruction:
    """With the index that a map has in the program."""
    return replace(each, imm=numbers[each.imm]) if each.op is _MAP_VALUE else each
