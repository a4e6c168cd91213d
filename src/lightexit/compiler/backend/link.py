# SPDX-License-Identifier: Apache-2.0
"""Last pass: from the BPF object to a `Program` that names its states and the author's lines."""

from __future__ import annotations

from dataclasses import replace

from lightexit.abi import STATE_OFFSET
from lightexit.compiler.lowering.emit import ENTRY, SECTION
from lightexit.compiler.source.function import locate
from lightexit.compiler.typed.tables import data_of
from lightexit.compiler.typed.tree import Span, TypedFilter
from lightexit.errors import AuthorError
from lightexit.isa import (
    FRAME_POINTER,
    PSEUDO_MAP_IDX_VALUE,
    STACK_SIZE,
    Instruction,
    Kind,
    decode,
    encode,
)
from lightexit.isa.btf import line_info
from lightexit.isa.linker import link_object
from lightexit.isa.parts import Function, InstructionRelocation, Object
from lightexit.isa.program import Map, Program, SourceLine
from lightexit.isa.sections import relocations_of, sections_of, symbols_of


def link(filter_tree: TypedFilter, spans: tuple[Span, ...], elf: bytes) -> Program:
    """The program in an object; its debug lines are numbers of `spans`, counted from 1."""
    (linked,) = link_object(_object(elf, filter_tree.name), value_offset=STATE_OFFSET)
    code = decode(linked)
    _check_stack(filter_tree, code)
    places = [_place(each.name, len(filter_tree.states)) for each in linked.maps]
    return Program(
        filter_tree.name,
        encode([_placed(each, places) for each in code]),
        tuple(Map(state.name, state.size) for state in filter_tree.states),
        tuple(SourceLine(line.slot, locate(spans[line.where.line - 1])) for line in linked.lines),
        data_of(filter_tree),
    )


def _object(elf: bytes, file: str) -> Object:
    """What LLVM made of `emit`'s module: one function, in a section of its own."""
    sections = sections_of(elf)
    by_name = {section.name: number for number, section in enumerate(sections)}
    number, symbols = by_name[SECTION], symbols_of(sections)
    code = sections[number].data
    return Object(
        file,
        names={each: name for name, each in by_name.items()},
        code={number: code},
        functions=[Function(ENTRY, number, 0, len(code), is_global=True)],
        relocations={
            (number, each.offset): InstructionRelocation(
                each.kind, each.symbol.name, each.symbol.section, each.symbol.value
            )
            for each in relocations_of(sections, symbols, number)
        },
        lines=line_info(sections[by_name[".BTF"]].data, sections[by_name[".BTF.ext"]].data),
    )


def _place(symbol: str, states: int) -> tuple[int, int]:
    """The map that a symbol of the emitter's lies in, and where: read-only data has no header,
    for which the linker has left room."""
    if symbol.startswith("state"):
        return int(symbol.removeprefix("state")), 0
    return states, int(symbol.removeprefix("table")) - STATE_OFFSET


def _placed(each: Instruction, places: list[tuple[int, int]]) -> Instruction:
    """Maps by the order of parameters; the linker has them by the order of first use."""
    if each.op.kind is Kind.LDDW and each.src == PSEUDO_MAP_IDX_VALUE:
        number, start = places[each.imm]
        return replace(each, imm=number, next_imm=each.next_imm + start)
    return each


def _check_stack(filter_tree: TypedFilter, code: tuple[Instruction, ...]) -> None:
    depth = max((-each.offset for each in code if _on_stack(each)), default=0)
    if depth > STACK_SIZE:
        raise AuthorError(
            f"{filter_tree.name} holds {depth // 8} values at once that do not fit into registers",
            where=locate(filter_tree.body[0].span) if filter_tree.body else None,
            expected=f"at most {STACK_SIZE // 8}: an eBPF program has {STACK_SIZE} bytes of stack",
            advice="read each field where it is needed, and write it at once",
        )


def _on_stack(each: Instruction) -> bool:
    base = {Kind.LOAD: each.src, Kind.STORE: each.dst, Kind.ATOMIC: each.dst}.get(each.op.kind)
    return base == FRAME_POINTER
