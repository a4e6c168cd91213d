# SPDX-License-Identifier: Apache-2.0
"""Values in the author's words: fields of the context and of states, and what numbers may be."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lightexit.abi import STATE_OFFSET, ArrayType, IoContext, Struct
from lightexit.abi.struct import FieldType, Layout, size_of
from lightexit.isa import Instruction, Kind, Program
from lightexit.verifier import words
from lightexit.verifier.invariants import Invariant
from lightexit.verifier.scalar import Scalar
from lightexit.verifier.value import Number, Pointer, RegionKind

#: Fields of the context of which a line says what it knows.
_TOLD = ("offset", "size", "is_write", "space")
_AT_FIRST = {"size": (1, 8), "is_write": (0, 1), "space": (0, 2)}
_PLAIN = re.compile(r"a (?:u\d+|signed number) in (.*)")
_INDEX = re.compile(r"\[(\d+)\]")

#: Types of the states, in the order of the program's maps; None where one is not known.
States = Sequence[type[Struct] | None]


def field_path(layout: Layout, offset: int) -> str:
    """The field that holds the byte at `offset`: `counters[1].due`; "" where there is none."""
    for field in layout.fields:
        if field.offset <= offset < field.offset + field.size:
            return field.name + _within(field.type, offset - field.offset)
    return ""


def _within(kind: FieldType, offset: int) -> str:
    if isinstance(kind, ArrayType):
        each = size_of(kind.element)
        return f"[{offset // each}]" + _within(kind.element, offset % each)
    if isinstance(kind, type) and issubclass(kind, Struct):
        inner = field_path(kind.layout, offset)
        return f".{inner}" if inner else ""
    return ""


def between_paths(low: str, high: str) -> str:
    """What stands for all paths from one to the other: `counters[0..2].due`; "" for none."""
    if _INDEX.sub("[]", low) != _INDEX.sub("[]", high):
        return ""
    indices = zip(_INDEX.findall(low), _INDEX.findall(high), strict=True)
    told = iter(f"[{a}]" if a == b else f"[{a}..{b}]" for a, b in indices)
    return _INDEX.sub(lambda _: next(told), low)


def _of_some_element(layout: Layout, low: int, high: int) -> str:
    """The same field of any element: a mask may leave an index room behind its array's end, where
    no access comes."""
    for field in layout.fields:
        kind = field.type
        if isinstance(kind, ArrayType) and field.offset <= low < field.offset + field.size:
            stride = size_of(kind.element)
            if low - field.offset < stride and not (high - low) % stride:
                return _INDEX.sub("[*]", field_path(layout, low), count=1)
    return ""


def place(program: Program, states: States, pointer: Pointer, moved: int) -> str:
    """What is `moved` bytes from where a pointer points to."""
    kind, number = pointer.region
    low, high = (bound + moved for bound in words.interval(pointer.offset))
    if kind is RegionKind.CONTEXT:
        return words.context_field(low) if low == high else "ctx"
    if kind is RegionKind.STATE:
        return _state_place(program, states, number, (low - STATE_OFFSET, high - STATE_OFFSET))
    return "a table" if kind is RegionKind.RODATA else "the stack"


def _state_place(program: Program, states: States, number: int, ends: tuple[int, int]) -> str:
    name, (low, high) = program.maps[number].name, ends
    struct = states[number] if number < len(states) else None
    if struct is not None:
        path = between_paths(*(field_path(struct.layout, each) for each in ends))
        path = path or _of_some_element(struct.layout, low, high)
        if path:
            return f"{name}.{path}"
    return f"{name} + {low}" if low == high else f"{name} + [{low}, {high}]"


def number(known: Scalar) -> str:
    """What a number may be, after its name: ` is 3`, ` in [0, 2]`; "" where it may be anything."""
    said = words.number(known)
    if said == "any u64":
        return ""
    if plain := _PLAIN.fullmatch(said):
        return f" in {plain[1]}"
    return f" is {said.removeprefix('the number ')}"


def operand(here: Invariant, register: int) -> str:
    """A number's name and what it may be: `ctx.offset - 1 in [0, 2]`."""
    value = here.registers[register]
    if not isinstance(value, Number):
        return ""
    origin = here.origins.get(register)
    name = f"r{register}" if origin is None else _origin(*origin)
    known = number(value.scalar)
    return f"{name}{known}" if known or origin else ""


def _origin(field: str, delta: int) -> str:
    delta = delta - (1 << 64) if delta >> 63 else delta
    moved = f" {'-' if delta < 0 else '+'} {words.integer(abs(delta))}" if delta else ""
    return f"ctx.{field}{moved}"


def about(program: Program, states: States, i: Instruction, here: Invariant) -> str:
    """What an instruction accesses, or decides by."""
    if i.op.kind in (Kind.LOAD, Kind.STORE, Kind.ATOMIC):
        base = here.registers[i.src if i.op.kind is Kind.LOAD else i.dst]
        if not isinstance(base, Pointer):
            return ""
        verb = {Kind.LOAD: "reads", Kind.STORE: "writes", Kind.ATOMIC: "changes"}[i.op.kind]
        return f"{verb} {place(program, states, base, i.offset)}"
    if i.op.kind is Kind.JUMP and i.op.name != "ja":
        return operand(here, i.dst)
    return ""


def known_registers(program: Program, here: Invariant) -> tuple[str, ...]:
    """What each register holds, where anything is known."""
    said = []
    for register, value in enumerate(here.registers[:-1]):
        if isinstance(value, Number):
            told = operand(here, register)
            origin = register in here.origins
            said += [f"r{register}: {told}" if origin else told] if told else []
        elif value is not None:
            said.append(f"r{register} is {words.pointer(program, value)}")
    return tuple(said)


def known_fields(here: dict[str, Scalar]) -> list[str]:
    """What is known of the access, beyond what holds of any."""
    sizes = {field.name: field.size for field in IoContext.layout.fields}
    said = []
    for name in _TOLD:
        low, high = _AT_FIRST.get(name, (0, (1 << 8 * sizes[name]) - 1))
        if here[name].umin > low or here[name].umax < high:
            said.append(f"ctx.{name}{number(here[name])}")
    return said
