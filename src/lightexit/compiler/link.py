# SPDX-License-Identifier: Apache-2.0
"""Last pass: from the BPF object to a `Program` that names its states and the author's lines."""

from __future__ import annotations

from dataclasses import replace

from lightexit.abi import STATE_OFFSET
from lightexit.compiler.source import locate
from lightexit.compiler.tree import Filter, Span
from lightexit.errors import AuthorError
from lightexit.isa import PSEUDO_MAP_IDX_VALUE, Instruction, Kind, decode, encode, read_elf
from lightexit.isa.program import Line, Map, Program

#: Linux, Documentation/bpf/bpf_design_QA.rst.
STACK_SIZE = 512
_FRAME_POINTER = 10


def link(filter_tree: Filter, spans: tuple[Span, ...], elf: bytes) -> Program:
    """The program in an object; its debug lines are numbers of `spans`, counted from 1."""
    (linked,) = read_elf(elf, value_offset=STATE_OFFSET, file=filter_tree.name)
    code = decode(linked)
    _check_stack(filter_tree, code)
    numbers = [int(each.name.removeprefix("state")) for each in linked.maps]
    return Program(
        filter_tree.name,
        encode([_renumbered(each, numbers) for each in code]),
        tuple(Map(state.name, state.size) for state in filter_tree.states),
        tuple(Line(line.slot, locate(spans[line.where.line - 1])) for line in linked.lines),
    )


def _renumbered(each: Instruction, numbers: list[int]) -> Instruction:
    """Maps by the order of parameters; the linker has them by the order of first use."""
    if each.op.kind is Kind.LDDW and each.src == PSEUDO_MAP_IDX_VALUE:
        return replace(each, imm=numbers[each.imm])
    return each


def _check_stack(filter_tree: Filter, code: tuple[Instruction, ...]) -> None:
    depth = max((-each.offset for each in code if _on_stack(each)), default=0)
    if depth > STACK_SIZE:
        raise AuthorError(
            f"{filter_tree.name} holds {depth // 8} values at once that find no register",
            where=locate(filter_tree.body[0].span) if filter_tree.body else None,
            expected=f"at most {STACK_SIZE // 8}: an eBPF program has {STACK_SIZE} bytes of stack",
            hint="read each field where it is needed, and write it at once",
        )


def _on_stack(each: Instruction) -> bool:
    base = {Kind.LOAD: each.src, Kind.STORE: each.dst, Kind.ATOMIC: each.dst}.get(each.op.kind)
    return base == _FRAME_POINTER
