# SPDX-License-Identifier: Apache-2.0
"""A state's structs in Rust: without padding, with defaults, and what the crate lightexit asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lightexit.abi import Array, IntType, Struct, fingerprint
from lightexit.abi.struct import ArrayType, FieldType
from lightexit.build.names import words

#: Words of Rust, those that it keeps for later included, which may be names in Python and C.
_WORDS = words(
    """
    Self abstract as async await become box break const continue crate do dyn else enum extern
    false final fn for gen if impl in let loop macro match mod move mut override priv pub ref
    return self static struct super trait true try type typeof unsafe unsized use virtual where
    while yield
    """
)


def rust_name(name: str) -> str:
    """The name, or with a `_` behind it where it is a word of Rust's."""
    return f"{name}_" if name in _WORDS else name


def rust_struct(kind: type[Struct], room: int) -> str:
    """One struct, as a state of `room` bytes. What it holds is declared elsewhere."""
    name = rust_name(kind.__name__)
    members = [(field, rust_type(each), value) for field, each, value in _members(kind)]
    fields = "".join(f"    pub {field}: {each},\n" for field, each, _ in members)
    values = "".join(f"        {field}: {value},\n" for field, _, value in members)
    return (
        f"#[repr(C)]\n#[derive(Clone, Copy, Debug, PartialEq, Eq)]\npub struct {name} {{\n"
        f"{fields}}}\n\n"
        f"impl {name} {{\n    pub const DEFAULT: Self = Self {{\n"
        f"{values}    }};\n}}\n\n"
        f"// SAFETY: integers one behind the other, of which any bytes are a value.\n"
        f"unsafe impl ::lightexit::Layout for {name} {{\n"
        f"    const SIZE: usize = {room};\n"
        f"    const FINGERPRINT: u64 = {fingerprint(kind):#018x};\n}}\n\n" + "\n".join(_facts(kind))
    )


def _facts(kind: type[Struct]) -> Iterator[str]:
    name = rust_name(kind.__name__)
    yield f"const _: () = assert!(::core::mem::size_of::<{name}>() == {kind.layout.size});"
    for field in kind.layout.fields:
        place = f"::core::mem::offset_of!({name}, {rust_name(field.name)})"
        yield f"const _: () = assert!({place} == {field.offset});"


def _members(kind: type[Struct]) -> Iterator[tuple[str, FieldType, str]]:
    """Name, type and default of each, and of the bytes between them."""
    value, end, byte = kind(), 0, IntType("u8", 8)
    taken = {rust_name(field.name) for field in kind.layout.fields}

    def padding(until: int) -> Iterator[tuple[str, FieldType, str]]:
        if end < until:
            name = next(each for each in (f"padding_{end}", f"pad_{end}_") if each not in taken)
            yield name, ArrayType(byte, until - end), f"[0; {until - end}]"

    for field in kind.layout.fields:
        yield from padding(field.offset)
        yield (
            rust_name(field.name),
            field.type,
            _value(field.type, getattr(value, field.name)),
        )
        end = field.offset + field.size
    yield from padding(kind.layout.size)


def rust_type(kind: FieldType) -> str:
    """How a field's type is written: a bool is a byte, for any bytes are a value."""
    if isinstance(kind, ArrayType):
        return f"[{rust_type(kind.element)}; {kind.length}]"
    if isinstance(kind, IntType):
        return f"{'i' if kind.signed else 'u'}{kind.bits}"
    return rust_name(kind.__name__) if issubclass(kind, Struct) else "u8"


def _value(kind: FieldType, value: Any) -> str:
    if isinstance(kind, ArrayType):
        return _array(kind, value)
    if isinstance(value, Struct):
        return _struct(type(value), value)
    return str(int(value))


def _array(kind: ArrayType, value: Array[Any]) -> str:
    elements = [_value(kind.element, value[index]) for index in range(kind.length)]
    if len(set(elements)) == 1:
        return f"[{elements[0]}; {kind.length}]"
    return f"[{', '.join(elements)}]"


def _struct(kind: type[Struct], value: Struct) -> str:
    name = rust_name(kind.__name__)
    if bytes(value) == bytes(kind()):
        return f"{name}::DEFAULT"
    own = {rust_name(each.name): each for each in kind.layout.fields}
    members = (
        f"{field}: "
        + (_value(own[field].type, getattr(value, own[field].name)) if field in own else default)
        for field, _, default in _members(kind)
    )
    return f"{name} {{ {', '.join(members)} }}"
