# SPDX-License-Identifier: Apache-2.0
"""What holds before each instruction: joined over all paths, or path by path."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from lightexit.abi import IoContext
from lightexit.errors import AuthorError
from lightexit.isa import Program
from lightexit.verifier import scalar, words
from lightexit.verifier.analysis import watch
from lightexit.verifier.flow import Flow
from lightexit.verifier.limits import Limits
from lightexit.verifier.scalar import Scalar
from lightexit.verifier.state import FIRST_SYMBOL, State
from lightexit.verifier.value import Number, Pointer, Value

_FIELDS = tuple(field.name for field in IoContext.layout.fields)


class Invariant(NamedTuple):
    """The values of r0 to r10 on every path (None: nothing in common), and of how many states.

    `fields` are those of the context. `origins` has the registers that hold, on every path, what
    a field of the context was at first, plus a constant: by register, the field and that.
    """

    registers: tuple[Value | None, ...]
    states: int
    fields: Mapping[str, Scalar] = MappingProxyType({})
    origins: Mapping[int, tuple[str, int]] = MappingProxyType({})


class Traced(NamedTuple):
    """One explored instruction, and in words what is known before it."""

    slot: int
    instruction: str
    state: list[str]

    def __str__(self) -> str:
        known = "".join(f"        {each}\n" for each in self.state)
        return f"{known}{self.slot:4}: {self.instruction}"


def _common(a: Value | None, b: Value | None) -> Value | None:
    if isinstance(a, Number) and isinstance(b, Number):
        return Number(scalar.join(a.scalar, b.scalar))
    if isinstance(a, Pointer) and isinstance(b, Pointer) and a.region == b.region:
        return Pointer(a.region, scalar.join(a.offset, b.offset), a.null or b.null)
    return None


def _seen(state: State) -> Invariant:
    registers = tuple(state.registers)
    fields = {name: state.field(name) for name in _FIELDS}
    origins = {
        number: (_FIELDS[value.symbol - 1], value.delta)
        for number, value in enumerate(registers)
        if isinstance(value, Number) and 0 < value.symbol < FIRST_SYMBOL
    }
    return Invariant(registers, 1, fields, origins)


def _joined(known: Invariant, here: Invariant) -> Invariant:
    registers = zip(known.registers, here.registers, strict=True)
    fields = {name: scalar.join(each, here.fields[name]) for name, each in known.fields.items()}
    origins = dict(known.origins.items() & here.origins.items())
    both = tuple(_common(a, b) for a, b in registers)
    return Invariant(both, known.states + 1, fields, origins)


def invariants(program: Program, limits: Limits) -> dict[int, Invariant]:
    """By slot; empty for illegal bytecode."""
    found: dict[int, Invariant] = {}

    def observe(slot: int, state: State) -> None:
        here = _seen(state)
        found[slot] = _joined(found[slot], here) if slot in found else here

    try:
        watch(program, Flow(program), limits, observe)
    except AuthorError:
        return {}
    return dict(sorted(found.items()))


def trace(program: Program, limits: Limits) -> list[Traced]:
    """Each state that was explored, with its instruction; empty for illegal bytecode."""
    try:
        flow = Flow(program)
    except AuthorError:
        return []
    texts = {slot: str(i) for slot, i in flow.at.items()}
    steps: list[Traced] = []

    def observe(slot: int, state: State) -> None:
        steps.append(Traced(slot, texts[slot], words.state(program, state)))

    watch(program, flow, limits, observe)
    return steps
