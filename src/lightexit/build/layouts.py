# SPDX-License-Identifier: Apache-2.0
"""The states of an object as Structs: what BTF says of their variables, field by field.

A Struct is called as the struct in C, without `lightexit_`, or as its typedef. One without a name
is called after its variable or member. Structs of structs without a name are one.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, cast

from lightexit.abi import STATE_OFFSET, Array, Struct, i8, i16, i32, i64, u8, u16, u32, u64
from lightexit.abi.header import PREFIX
from lightexit.abi.struct import ArrayType, FieldType, alignment_of, array, size_of
from lightexit.abi.types import IntType
from lightexit.isa.btf_read import (
    ARRAY,
    ARRAY_OF,
    DEEPEST,
    ENUM,
    ENUM64,
    FLOAT,
    IN_SECTION,
    INT,
    MEMBER,
    POINTER,
    SECTION,
    STRUCT,
    UNION,
    VARIABLE,
    BtfType,
    meant_number,
    text_at,
    texts_of,
    types_of,
)
from lightexit.isa.btf_types import BOOL, SIGNED
from lightexit.isa.btf_variables import HEADER_NAME
from lightexit.isa.object import MOST_STATE
from lightexit.isa.parts import STATE_SECTION, ZERO_STATE_SECTION
from lightexit.isa.sections import sections_of

#: By size in bytes and whether they have a sign.
_INTEGERS = {
    (each.size, each.signed): each
    for each in cast(list[IntType], [u8, u16, u32, u64, i8, i16, i32, i64])
}
_NO_FIELDS = {POINTER: "a pointer", UNION: "a union", FLOAT: "a floating-point number"}
#: Of a member's offset in bits, where its struct may have bit fields.
_OFFSET_BITS = 24


class NoLayout(Exception):  # noqa: N818 - says why, to those who can do without
    """Why a state is no Struct."""


class _Member(NamedTuple):
    name: str
    kind: int
    offset: int


class _Field(NamedTuple):
    name: str
    type: FieldType
    offset: int


class ObjectStates:
    """The states of an object whose bytes are these."""

    def __init__(self, data: bytes) -> None:
        self._sections = {each.name: each.data for each in sections_of(data)}
        btf = self._sections.get(".BTF", b"")
        try:
            self._types = types_of(btf) if btf else []
            self._texts = texts_of(btf) if btf else b""
        except (struct.error, ValueError):
            self._types = []

    def section(self, name: str) -> str:
        """The section of a state; "" where it is defined elsewhere."""
        sections = (f"{STATE_SECTION}{name}", f"{ZERO_STATE_SECTION}{name}")
        return next((each for each in sections if each in self._sections), "")

    def struct(self, name: str, room: int) -> type[Struct]:
        """What a state of at most `room` bytes is, header not counted; with its initial value.

        Raises NoLayout.
        """
        section = self.section(name)
        initial = self._sections.get(section, b"")[STATE_OFFSET:]
        try:
            number = self._variable(name, section)
            made = _Structs(
                (self._types, self._texts), min(room, MOST_STATE), initial.ljust(room, b"\0")
            )
            return made.of_value(number, name)
        except (struct.error, ValueError, IndexError, KeyError):
            raise NoLayout("its BTF is damaged") from None

    def _variable(self, name: str, section: str) -> int:
        """The type of a state's only variable."""
        if not self._types:
            raise NoLayout("the object has no BTF, which clang writes with -g")
        there = [each.more for each in self._types if (each.kind, each.name) == (SECTION, section)]
        if section:
            numbers = [number for more in there for number, _, _ in IN_SECTION.iter_unpack(more)]
        else:
            known = enumerate(self._types)
            numbers = [n for n, each in known if (each.kind, each.name) == (VARIABLE, name)]
        if len(numbers) != 1:
            raise NoLayout(f"BTF has {len(numbers)} variables for it")
        return int(self._types[numbers[0]].last)


#: And the names of their members.
_Types = tuple[list[BtfType], bytes]


class _Structs:
    """Makes Structs of types, of at most `room` bytes; `initial` is the value of the outermost."""

    def __init__(self, types: _Types, room: int, initial: bytes) -> None:
        self._types, self._texts = types
        self._room = room
        self._initial = initial
        self._made: dict[int, type[Struct]] = {}
        self._open: list[int] = []

    def of_value(self, number: int, variable: str) -> type[Struct]:
        """The Struct of a variable, without the header that it may begin with."""
        kind, name = self._meant(number), f"{variable}_state"
        if kind.kind != STRUCT:
            return self._made_of(name, [*self._fields([_Member("value", number, 0)], name, 0)], 0)
        members = list(self._members(kind))
        if not members or self._meant(members[0].kind).name != HEADER_NAME:
            return self._struct(number, name, 0)
        rest = [each._replace(offset=each.offset - STATE_OFFSET) for each in members[1:]]
        if [each.offset for each in rest] == [0] and self._meant(rest[0].kind).kind == STRUCT:
            return self._struct(rest[0].kind, name, 0)
        return self._made_of(kind.name or name, [*self._fields(rest, kind.name or name, 0)], 0)

    def _meant(self, number: int) -> BtfType:
        return self._types[meant_number(self._types, number)]

    def _members(self, kind: BtfType) -> Iterator[_Member]:
        """Of a struct, their offsets in bytes."""
        for text, number, place in MEMBER.iter_unpack(kind.more):
            name = text_at(self._texts, text)
            bits, offset = divmod(place, 1 << _OFFSET_BITS) if kind.flag else (0, place)
            if bits or offset % 8:
                raise NoLayout(f"{kind.name or 'a struct'}_{name} is a bit field")
            yield _Member(name, number, offset // 8)

    def _struct(self, number: int, unnamed: str, at: int) -> type[Struct]:
        """The Struct of a struct, found first at byte `at` of the value."""
        plain = meant_number(self._types, number)
        if plain not in self._made:
            kind = self._types[plain]
            name = kind.name or self._types[number].name or unnamed
            made = self._made_of(name, [*self._fields(self._members(kind), name, at)], at)
            if made.layout.size != kind.last:
                told = f"struct {name} has {kind.last} bytes, of which its fields need"
                raise NoLayout(f"{told} {made.layout.size}: packed or aligned by an attribute")
            self._made[plain] = made
        return self._made[plain]

    def _fields(self, members: Iterable[_Member], of: str, at: int) -> Iterator[_Field]:
        for each in members:
            if each.name:
                type_ = self._type(each, f"{of}_{each.name}", at + each.offset)
                yield _Field(each.name, type_, each.offset)
            elif (inner := self._meant(each.kind)).kind == STRUCT:
                for field in self._fields(self._members(inner), of, at + each.offset):
                    yield field._replace(offset=field.offset + each.offset)
            else:
                raise NoLayout(
                    f"{of} holds {_NO_FIELDS.get(inner.kind, 'something')} without a name"
                )

    def _type(self, member: _Member, place: str, at: int) -> FieldType:
        number, lengths = meant_number(self._types, member.kind), list[int]()
        while self._types[number].kind == ARRAY_OF and len(lengths) <= DEEPEST:
            element, _, length = ARRAY.unpack(self._types[number].more)
            lengths.append(length)
            if not length:
                raise NoLayout(f"{place} has no elements")
            member, number = member._replace(kind=element), meant_number(self._types, element)
        type_ = self._element(member.kind, place, at)
        for length in reversed(lengths):
            type_ = ArrayType(type_, length)
        return type_

    def _element(self, number: int, place: str, at: int) -> FieldType:
        plain = meant_number(self._types, number)
        kind = self._types[plain]
        if kind.kind == STRUCT:
            if plain in self._open or len(self._open) > DEEPEST:
                raise NoLayout(f"{place} holds itself, or structs without end")
            self._open.append(plain)
            made = self._struct(number, place, at)
            self._open.pop()
            return made
        if kind.kind in (INT, ENUM, ENUM64):
            return _integer(kind, place)
        raise NoLayout(f"{place} is {_NO_FIELDS.get(kind.kind, 'of a type without a size')}")

    def _made_of(self, name: str, fields: list[_Field], at: int) -> type[Struct]:
        self._check(name, fields)
        body: dict[str, Any] = {each.name: each.type for each in fields if _is_array(each)}
        body["__annotations__"] = {each.name: each.type for each in fields}
        made = _struct(name.removeprefix(PREFIX), body)
        made._initial = self._initial[at : at + made.layout.size].ljust(made.layout.size, b"\0")
        return made

    def _check(self, name: str, fields: list[_Field]) -> None:
        """Fields are where a Struct has them, and there is room for all."""
        end, names = 0, {each.name for each in fields}
        if not fields or len(names) != len(fields):
            raise NoLayout(f"struct {name} has no fields, or two of one name")
        for each in fields:
            if hasattr(Struct, each.name):
                raise NoLayout(f"{name}_{each.name}: a Struct has no field called {each.name}")
            alignment = alignment_of(each.type)
            end = -(-end // alignment) * alignment
            if each.offset != end:
                found = f"{name}_{each.name} is at byte {each.offset}"
                raise NoLayout(f"{found}, not {end}: packed or aligned by an attribute")
            end += size_of(each.type)
            if end > self._room:
                raise NoLayout(f"{name}_{each.name} ends at byte {end}, of {self._room}")


def _integer(kind: BtfType, place: str) -> FieldType:
    if kind.kind != INT:
        return _INTEGERS[kind.last, kind.flag]
    (told,) = struct.unpack("<I", kind.more)
    encoding, bits = told >> 24, told & 0xFFFFFF
    if bits != 8 * kind.last:
        raise NoLayout(f"{place} is a bit field")
    if encoding == BOOL and kind.last == 1:
        return bool
    found = _INTEGERS.get((kind.last, encoding == SIGNED))
    if found is None:
        raise NoLayout(f"{place} is an integer of {kind.last} bytes")
    return found


def bytes_struct(name: str, size: int) -> type[Struct]:
    """A Struct that is nothing but bytes."""
    body = {"__annotations__": {"bytes": Array[u8]}, "bytes": array(u8, size)}
    return _struct(f"{name}_bytes", body)


def _struct(name: str, body: dict[str, Any]) -> type[Struct]:
    return cast(type[Struct], type(name, (Struct,), body))


def _is_array(field: _Field) -> bool:
    return isinstance(field.type, ArrayType)
