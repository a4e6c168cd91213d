# SPDX-License-Identifier: Apache-2.0
"""From bytes to instructions, and everything that makes bytes illegal.

Illegal is what no run needs to show: an unknown opcode, a reserved field that is not zero, a
register that does not exist or may not be written, a jump to no instruction, an end to fall off.
Each refusal names the slot and the field.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

from lightexit.errors import AuthorError
from lightexit.isa.instruction import SLOT, SLOT_SIZE, Instruction
from lightexit.isa.program import Program
from lightexit.isa.table import BY_OPCODE, FRAME_POINTER, Kind, Op

_FIELDS = ("dst", "src", "offset", "imm")
_LEGACY_PACKET = {0x20, 0x28, 0x30, 0x40, 0x48, 0x50}


def decode(code: Program | bytes) -> tuple[Instruction, ...]:
    """The instructions of legal bytecode; of a `Program`, refusals also tell the source line.

    Raises AuthorError for whatever is not legal.
    """
    program = code if isinstance(code, Program) else Program("bytecode", code)
    try:
        return _decoded(program.code)
    except AuthorError:
        return _checked(program)  # says of which program, and where in its source


@functools.lru_cache(maxsize=4)  # linker, verifier and engine decode the same bytes
def _decoded(code: bytes) -> tuple[Instruction, ...]:
    return _checked(Program("bytecode", code))


def _checked(program: Program) -> tuple[Instruction, ...]:
    instructions = tuple(decode_unlinked(program))
    _check_targets(program, instructions)
    _check_end(program, instructions[-1])
    return instructions


def decode_unlinked(program: Program) -> Iterator[Instruction]:
    """The instructions one by one: all is checked but where they lead."""
    if not program.code or len(program.code) % SLOT_SIZE:
        raise AuthorError(
            f"{program.name} has {len(program.code)} bytes",
            expected=f"at least one instruction, {SLOT_SIZE} bytes a slot",
        )
    slot = 0
    while slot < len(program.code) // SLOT_SIZE:
        yield (instruction := _instruction(program, slot))
        slot = instruction.next_slot


def _instruction(program: Program, slot: int) -> Instruction:
    opcode, registers, offset, imm = SLOT.unpack_from(program.code, slot * SLOT_SIZE)
    fields = dict(zip(_FIELDS, (registers & 15, registers >> 4, offset, imm), strict=True))
    op = _row(program, slot, opcode, fields)
    for field, value in fields.items():
        _check_field(program, slot, op, (field, value))
    next_imm = _second_half(program, slot, op) if op.kind is Kind.LDDW else 0
    return Instruction(op, **fields, next_imm=next_imm, slot=slot)


def _row(program: Program, slot: int, opcode: int, fields: dict[str, int]) -> Op:
    rows = BY_OPCODE.get(opcode, ())
    for op in rows:
        if op.fixed is None or fields[op.fixed[0]] == op.fixed[1]:
            return op
    if opcode in _LEGACY_PACKET:
        raise _illegal(program, slot, f"opcode {opcode:#04x} is deprecated packet access", "a load")
    if not rows:
        raise _illegal(program, slot, f"opcode {opcode:#04x} is unknown", "one of RFC 9669")
    field = rows[0].fixed[0] if rows[0].fixed else ""
    known = ", ".join(f"{op.fixed[1]:#x} ({op.texts[0]})" for op in rows if op.fixed)
    found = f"{field} is {fields[field]:#x} with opcode {opcode:#04x}"
    raise _illegal(program, slot, found, f"{field} {known}")


def _check_field(program: Program, slot: int, op: Op, field: tuple[str, int]) -> None:
    name, value = field
    if name in op.fields:
        if name in ("dst", "src"):
            _check_register(program, slot, op, field)
    elif value and not (op.fixed and op.fixed[0] == name):
        found = f"{name} is {value}, but `{op.texts[0]}` does not use it"
        raise _illegal(program, slot, found, f"{name} 0: it is reserved")


def _check_register(program: Program, slot: int, op: Op, field: tuple[str, int]) -> None:
    name, register = field
    if register > FRAME_POINTER:
        raise _illegal(program, slot, f"{name} is register {register}", "r0 to r10")
    if register == FRAME_POINTER and op.written_field == name:
        found = f"{name} is r10, and `{op.texts[0]}` writes it"
        raise _illegal(program, slot, found, "r0 to r9: the frame pointer is read-only")


def _second_half(program: Program, slot: int, op: Op) -> int:
    if (slot + 2) * SLOT_SIZE > len(program.code):
        found = "the code ends in the middle of a wide instruction"
        raise _illegal(program, slot, found, "a second slot")
    *reserved, next_imm = SLOT.unpack_from(program.code, (slot + 1) * SLOT_SIZE)
    if any(reserved):
        found = "opcode, registers or offset of the second slot of a wide instruction are not zero"
        raise _illegal(program, slot, found, "zeros: they are reserved")
    if next_imm and "next_imm" not in op.fields:
        found = f"next_imm is {next_imm}, but `{op.texts[0]}` does not use it"
        raise _illegal(program, slot, found, "next_imm 0: it is reserved")
    return int(next_imm)


def _check_targets(program: Program, instructions: tuple[Instruction, ...]) -> None:
    starts = {each.slot for each in instructions}
    slots = len(program.code) // SLOT_SIZE
    for each in instructions:
        if not each.op.target_field or each.target in starts:
            continue
        inside = 0 <= each.target < slots
        place = "the middle of a wide instruction" if inside else "no instruction"
        found = f"{each.op.target_field} leads to slot {each.target}, which is {place}"
        raise _illegal(program, each.slot, found, f"the first slot of one, 0 to {slots - 1}")


def ends(last: Instruction) -> bool:
    """Whether execution cannot go on to what follows."""
    return last.op.kind is Kind.EXIT or last.op.name == "ja"


def _check_end(program: Program, last: Instruction) -> None:
    if not ends(last):
        found = f"execution falls off the end after `{last}`"
        raise _illegal(program, last.slot, found, "`exit` or `goto` as the last instruction")


def _illegal(program: Program, slot: int, found: str, expected: str) -> AuthorError:
    return AuthorError(
        f"instruction at slot {slot}: {found}", where=program.where(slot), expected=expected
    )
