# SPDX-License-Identifier: Apache-2.0
"""A filter as an eBPF object with BTF types, for libbpf and bpftool: `NAME.bpf.o`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lightexit.abi import (
    STATE_OFFSET,
    ArrayType,
    IntType,
    IoContext,
    StateHeader,
    Struct,
    fingerprint,
)
from lightexit.abi.header import c_tag
from lightexit.abi.struct import FieldType
from lightexit.errors import AuthorError
from lightexit.filter import Filter
from lightexit.isa.btf_types import BOOL, SIGNED, BtfMember, TypeTable
from lightexit.isa.object import ObjectTypes, StateContents, c_name, initial_of, write_elf
from lightexit.isa.program import Map, Program, SourceLine

if TYPE_CHECKING:
    from lightexit.build.built_filter import BuiltFilter

#: By size in bytes, as C compilers call them in BTF.
_UNSIGNED = {1: "unsigned char", 2: "unsigned short", 4: "unsigned int", 8: "unsigned long long"}
_ALIGNMENT = StateHeader.layout.alignment
_SIGNED = {1: "signed char", 2: "short", 4: "int", 8: "long long"}


def bpf_object(subject: BuiltFilter) -> bytes:
    """The object of a filter that is built; its program is called as the filter is in C."""
    named = replace(subject.program, name=subject.symbol)
    return program_object(portable(named), [each.kind for each in subject.states])


def filter_object(filter_: Filter[Any]) -> bytes:
    """The object of a filter. Raises AuthorError if it does not compile, or as `write_elf` does."""
    return program_object(portable(filter_.program), filter_.states)


def program_object(program: Program, states: Sequence[type[Struct] | None] = ()) -> bytes:
    """The object of a program; `states` are the types of its maps, None if not known.

    The variable of a state is a struct of two members: `header` (StateHeader) and `state`, whose
    initial value has the defaults of its fields, and the fingerprint of their layout in the
    header. Raises AuthorError as `write_elf` does.
    """
    _check_sizes(program)
    known = states or [None] * len(program.maps)
    types = TypeTable()
    context = _struct(types, IoContext)
    contents = [_contents(types, *each) for each in zip(program.maps, known, strict=True)]
    return write_elf(program, ObjectTypes(types, context, tuple(contents)))


def _check_sizes(program: Program) -> None:
    for each in program.maps:
        if 0 < each.size < STATE_OFFSET:
            raise AuthorError(
                f"{program.name}: its state `{each.name}` has {each.size} bytes",
                expected=f"at least {STATE_OFFSET}: every state begins with a header",
            )


def _contents(types: TypeTable, state: Map, kind: type[Struct] | None) -> StateContents:
    """A map's value may be larger than the struct: see `value_size`."""
    header = BtfMember("header", _struct(types, StateHeader), 0)
    if kind is None:
        size = state.size
        room = types.array(types.integer(_UNSIGNED[1], 1), size - STATE_OFFSET)
        inner, initial = BtfMember("state", room, STATE_OFFSET), initial_of(state)
    else:
        size = STATE_OFFSET + kind.layout.size
        inner = BtfMember("state", _struct(types, kind), STATE_OFFSET)
        named = StateHeader()
        named.fingerprint = fingerprint(kind)
        initial = bytes(named) + bytes(kind())
    size = -(-size // _ALIGNMENT) * _ALIGNMENT
    return StateContents(types.struct("", size, [header, inner]), size, initial)


def _struct(types: TypeTable, kind: type[Struct]) -> int:
    members = [
        BtfMember(c_name(each.name), _type(types, each.type), each.offset)
        for each in kind.layout.fields
    ]
    return types.struct(c_name(c_tag(kind)), kind.layout.size, members)


def _type(types: TypeTable, kind: FieldType) -> int:
    if isinstance(kind, IntType):
        names, encoding = (_SIGNED, SIGNED) if kind.signed else (_UNSIGNED, 0)
        return types.integer(names[kind.size], kind.size, encoding)
    if isinstance(kind, ArrayType):
        return types.array(_type(types, kind.element), kind.length)
    return _struct(types, kind) if issubclass(kind, Struct) else types.integer("_Bool", 1, BOOL)


def portable(program: Program) -> Program:
    """The program with file names that do not depend on the machine or the current folder."""
    files = {line.where.file: _portable_name(line.where.file) for line in program.lines}
    lines = [
        SourceLine(line.slot, line.where._replace(file=files[line.where.file]))
        for line in program.lines
    ]
    return replace(program, lines=tuple(lines))


def _portable_name(file: str) -> str:
    """The path relative to the folder of its top-level package; outside packages, the name."""
    path = Path(file)
    if not path.is_absolute():
        return file
    top = path.parent
    while (top / "__init__.py").exists() and top != top.parent:
        top = top.parent
    return path.relative_to(top).as_posix()
