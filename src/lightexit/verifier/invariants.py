# SPDX-License-Identifier: Apache-2.0
"""What holds before each instruction: joined over all paths, or path by path."""

from __future__ import annotations

from typing import NamedTuple

from lightexit.errors import AuthorError
from lightexit.isa import Program
from lightexit.verifier import scalar, words
from lightexit.verifier.analysis import watch
from lightexit.verifier.flow import Flow
from lightexit.verifier.limits import Limits
from lightexit.verifier.state import State
from lightexit.verifier.value import Number, Pointer, Value


class Invariant(NamedTuple):
    """The values of r0 to r10 on every path (None: nothing in common), and of how many states."""

    registers: tuple[Value | None, ...]
    states: int


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


def invariants(program: Program, limits: Limits) -> dict[int, Invariant]:
    """By slot; empty for illegal bytecode."""
    found: dict[int, Invariant] = {}

    def observe(slot: int, state: State) -> None:
        known = found.get(slot, Invariant(tuple(state.registers), 0))
        both = zip(known.registers, state.registers, strict=True)
        found[slot] = Invariant(tuple(_common(a, b) for a, b in both), known.states + 1)

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
