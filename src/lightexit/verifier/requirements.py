# SPDX-License-Identifier: Apache-2.0
"""What an instruction demands before it may run, as values; `checker` holds them against a state.

Nothing here looks at a state: an instruction's requirements follow from the instruction alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from lightexit.isa import PSEUDO_MAP_IDX, PSEUDO_MAP_IDX_VALUE, Instruction, Kind


class RequirementError(Exception):
    """A requirement that does not hold; `registers` are those worth showing, `at` is the slot to
    point at where that is not the instruction's own."""

    def __init__(
        self,
        found: str,
        expected: str = "",
        hint: str = "",
        registers: tuple[int, ...] = (),
        at: int | None = None,
    ) -> None:
        super().__init__(found)
        self.found = found
        self.expected = expected
        self.hint = hint
        self.registers = registers
        self.at = at


class Holds(NamedTuple):
    """The register holds something: it was written on every path."""

    register: int


class IsNumber(NamedTuple):
    """The register holds a number; `purpose` says what it is used for."""

    register: int
    purpose: str


class MemoryAccess(NamedTuple):
    """`size` bytes at the register's address plus `offset` may be read, or written."""

    register: int
    offset: int
    size: int
    reads: bool = False
    writes: bool = False
    atomic: bool = False


class MayStore(NamedTuple):
    """What the register holds may be stored (`size` bytes) where `base` points."""

    register: int
    base: int
    offset: int
    size: int


class Arithmetic(NamedTuple):
    """`dst op= src` (or the constant) is defined for what the registers hold."""

    name: str
    width: int
    dst: int
    src: int | None
    constant: int


class Comparable(NamedTuple):
    """The comparison means the same wherever memory lies."""

    name: str
    width: int
    dst: int
    src: int | None
    constant: int


class HasUse(NamedTuple):
    """The handle of a state can be given to something."""


class StateExists(NamedTuple):
    """The program has a map of that number, and the address lies in it."""

    number: int
    offset: int


class DataExists(NamedTuple):
    """The program has a map of that number, or read-only data; the address lies in it."""

    number: int
    offset: int


class MayCallHelper(NamedTuple):
    """The helper is allowed and its arguments fit."""

    number: int


class MayEnter(NamedTuple):
    """There is room for another function's frame: of the one that starts at slot `target`."""

    target: int


class MayReturn(NamedTuple):
    """What r0 and the context hold is an answer, or a result for the caller."""


class Never(NamedTuple):
    """The instruction may not be used in a filter."""

    what: str
    expected: str


Requirement = (
    Holds
    | IsNumber
    | MemoryAccess
    | MayStore
    | Arithmetic
    | Comparable
    | HasUse
    | StateExists
    | DataExists
    | MayCallHelper
    | MayEnter
    | MayReturn
    | Never
)


_SHIFTS = ("lsh", "rsh", "arsh")
_DIVISIONS = ("div", "mod", "sdiv", "smod")


def _source(i: Instruction) -> int | None:
    return None if i.op.uses_imm else i.src


def _alu(i: Instruction) -> list[Requirement]:
    name, src = i.op.name, _source(i)
    if name == "neg":
        return [Holds(i.dst), IsNumber(i.dst, "neg")]
    needed: list[Requirement] = [] if src is None else [Holds(src)]
    if name == "movsx" or (name == "mov" and i.op.width == 32 and src is not None):
        return [*needed, IsNumber(i.src, "a move of less than 64 bits")]
    if name == "mov":
        return needed
    if src is None and name in _SHIFTS and not 0 <= i.imm < i.op.width:
        return [Never(f"shifts by {i.imm}", f"0 to {i.op.width - 1}, as Linux's verifier requires")]
    if src is None and name in _DIVISIONS and i.imm == 0:
        return [
            Never("divides by the constant 0", "another constant, as Linux's verifier requires")
        ]
    return [*needed, Holds(i.dst), Arithmetic(name, i.op.width, i.dst, src, i.imm)]


def _end(i: Instruction) -> list[Requirement]:
    return [Holds(i.dst), IsNumber(i.dst, "a byte swap")]


def _lddw(i: Instruction) -> list[Requirement]:
    if i.src == 0:
        return []
    if i.src == PSEUDO_MAP_IDX_VALUE:
        return [DataExists(i.imm, i.next_imm)]
    if i.src == PSEUDO_MAP_IDX:
        return [HasUse(), StateExists(i.imm, 0)]
    return [
        Never(
            f"loads the address of something outside the program (`{i}`)",
            "a state by index: map_value(0)",
        )
    ]


def _load(i: Instruction) -> list[Requirement]:
    return [Holds(i.src), MemoryAccess(i.src, i.offset, i.op.width // 8, reads=True)]


def _store(i: Instruction) -> list[Requirement]:
    size = i.op.width // 8
    access = MemoryAccess(i.dst, i.offset, size, writes=True)
    if i.op.uses_imm:
        return [Holds(i.dst), access]
    return [Holds(i.src), Holds(i.dst), access, MayStore(i.src, i.dst, i.offset, size)]


def _atomic(i: Instruction) -> list[Requirement]:
    purpose = "an atomic operation"
    needed: list[Requirement] = [Holds(i.dst), Holds(i.src), IsNumber(i.src, purpose)]
    if i.op.name == "cmpxchg":
        needed += [Holds(0), IsNumber(0, purpose)]
    size = i.op.width // 8
    return [*needed, MemoryAccess(i.dst, i.offset, size, reads=True, writes=True, atomic=True)]


def _jump(i: Instruction) -> list[Requirement]:
    if i.op.name == "ja":
        return []
    src = _source(i)
    needed: list[Requirement] = [Holds(i.dst)] if src is None else [Holds(i.dst), Holds(src)]
    return [*needed, Comparable(i.op.name, i.op.width, i.dst, src, i.imm)]


def _call(i: Instruction) -> list[Requirement]:
    if i.op.name == "call":
        return [MayCallHelper(i.imm)]
    if i.op.name == "call_local":
        return [MayEnter(i.target)]
    return [
        Never(f"calls a function outside the program (`{i}`)", "a function of the program itself")
    ]


def _exit(_i: Instruction) -> list[Requirement]:
    return [MayReturn()]


_REQUIREMENTS: dict[Kind, Callable[[Instruction], list[Requirement]]] = {
    Kind.ALU: _alu,
    Kind.END: _end,
    Kind.LDDW: _lddw,
    Kind.LOAD: _load,
    Kind.STORE: _store,
    Kind.ATOMIC: _atomic,
    Kind.JUMP: _jump,
    Kind.CALL: _call,
    Kind.EXIT: _exit,
}


def requirements(i: Instruction) -> tuple[Requirement, ...]:
    """All that must hold before the instruction, in the order in which they are checked."""
    return tuple(_REQUIREMENTS[i.op.kind](i))
