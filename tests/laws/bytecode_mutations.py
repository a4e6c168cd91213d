# SPDX-License-Identifier: Apache-2.0
"""Mistakes put into bytecode, each into one instruction: those that a compiler might make."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from lightexit.isa import ROWS, SLOT_SIZE, Instruction, Kind, Op, Program, decode, encode

#: ALU operations that stand in the place of others.
_OTHERS = {
    "add": ("sub",),
    "sub": ("add",),
    "mul": ("add",),
    "div": ("mod", "sdiv"),
    "mod": ("div", "smod"),
    "or": ("and", "xor"),
    "and": ("or",),
    "xor": ("or",),
    "lsh": ("rsh",),
    "rsh": ("lsh", "arsh"),
    "arsh": ("rsh",),
}
_NEGATED = {
    "jeq": "jne",
    "jne": "jeq",
    "jset": "jeq",
    "jgt": "jle",
    "jge": "jlt",
    "jlt": "jge",
    "jle": "jgt",
    "jsgt": "jsle",
    "jsge": "jslt",
    "jslt": "jsge",
    "jsle": "jsgt",
}
_BOUNDARY = {
    f"j{sign}{name}": f"j{sign}{other}"
    for sign in ("", "s")
    for name, other in (("gt", "ge"), ("ge", "gt"), ("lt", "le"), ("le", "lt"))
}
_SIGNEDNESS = {name: "j" + name.removeprefix("j").removeprefix("s") for name in _BOUNDARY}
_SIGNEDNESS |= {name: f"js{name[1:]}" for name in _BOUNDARY if not name.startswith("js")}
_WIDTHS = (8, 16, 32, 64)


@dataclass(frozen=True)
class Mutation:
    """One mistake: its kind, the instruction before and after, and the whole program."""

    kind: str
    before: Instruction
    after: Instruction
    program: Program

    def __str__(self) -> str:
        return f"slot {self.before.slot}, `{self.before}` becomes `{self.after}`"


_Change = tuple[str, Instruction]


def mutations(program: Program) -> list[Mutation]:
    """All that there are for a program, in the order of its instructions."""
    instructions = decode(program)
    return [
        Mutation(kind, before, after, replace(program, code=_code(program, before, after)))
        for before in instructions
        for change in _CHANGES
        for kind, after in change(before)
        if _fits(after)
    ]


def _code(program: Program, before: Instruction, after: Instruction) -> bytes:
    """The code with an instruction in the other's place; no other moves."""
    first, last = before.slot * SLOT_SIZE, before.next_slot * SLOT_SIZE
    changed = encode([after] * ((last - first) // SLOT_SIZE // (1 + after.wide)))
    return program.code[:first] + changed + program.code[last:]


def _fits(each: Instruction) -> bool:
    return -(2**31) <= each.imm < 2**31 and -(2**15) <= each.offset < 2**15


def _like(each: Instruction, **changed: object) -> Op | None:
    """The row that is as an instruction's but for what is changed."""
    wanted = {"name": each.op.name, "width": each.op.width} | changed
    rows = (
        row
        for row in ROWS
        if (row.kind, row.uses_imm) == (each.op.kind, each.op.uses_imm)
        and (row.source_width, row.fetch) == (each.op.source_width, each.op.fetch)
        and all(getattr(row, field) == value for field, value in wanted.items())
    )
    return next(rows, None)


def _as(each: Instruction, **changed: object) -> Iterator[Instruction]:
    """The instruction as another row, if there is one."""
    op = _like(each, **changed)
    if op is not None and op is not each.op:
        yield replace(each, op=op, **dict([op.fixed] if op.fixed else []))


def _operation(each: Instruction) -> Iterator[_Change]:
    if each.op.kind is Kind.ALU:
        for name in _OTHERS.get(each.op.name, ()):
            yield from (("another operation", other) for other in _as(each, name=name))


def _number(each: Instruction) -> Iterator[_Change]:
    if "imm" in each.op.fields and each.op.target_field != "imm":
        for number in (each.imm + 1, each.imm - 1, _flipped(each)):
            yield "another number", replace(each, imm=number)


def _flipped(each: Instruction) -> int:
    """A number with one bit the other way: which one depends on where it stands."""
    bit = 1 << (7 * each.slot + 3) % 31
    return each.imm ^ bit


def _condition(each: Instruction) -> Iterator[_Change]:
    if each.op.kind is Kind.JUMP:
        for kind, others in (
            ("a condition negated", _NEGATED),
            ("a bound off by one", _BOUNDARY),
            ("another signedness", _SIGNEDNESS),
        ):
            name = others.get(each.op.name, each.op.name)
            yield from ((kind, other) for other in _as(each, name=name))


def _target(each: Instruction) -> Iterator[_Change]:
    if each.op.target_field:
        distance = getattr(each, each.op.target_field)
        for other in (distance + 1, distance - 1):
            yield "another target", replace(each, **{each.op.target_field: other})


def _access(each: Instruction) -> Iterator[_Change]:
    if each.op.kind in (Kind.LOAD, Kind.STORE):
        for width in _WIDTHS:
            yield from (("another width", other) for other in _as(each, width=width))
        for distance in (-8, -1, 1, 8):
            yield "another offset", replace(each, offset=each.offset + distance)
    elif "next_imm" in each.op.fields and each.op.fields >= {"imm"} and each.src:
        for distance in (-1, 1):
            yield "another offset", replace(each, next_imm=each.next_imm + distance)


def _register(each: Instruction) -> Iterator[_Change]:
    for field in sorted(each.op.fields & {"dst", "src"}):
        register = getattr(each, field)
        for other in ((register + 1) % 10, (register + 9) % 10):
            yield "another register", replace(each, **{field: other})


def _half(each: Instruction) -> Iterator[_Change]:
    if each.op.kind in (Kind.ALU, Kind.JUMP) and each.op.name != "ja":
        for other in _as(each, width=96 - each.op.width):
            yield "32 for 64 bits" if each.op.width == 64 else "64 for 32 bits", other


def _nothing(each: Instruction) -> Iterator[_Change]:
    if each.op.kind is not Kind.EXIT and each.op.name != "ja":
        yield "nothing done", Instruction(_GOTO, slot=each.slot)


_GOTO = next(row for row in ROWS if row.texts == ("goto to",))
_CHANGES: tuple[Callable[[Instruction], Iterator[_Change]], ...] = (
    *(_operation, _number, _condition, _target),
    *(_access, _register, _half, _nothing),
)
