# SPDX-License-Identifier: Apache-2.0
"""An instruction as a value, and its bytes (RFC 9669, section 3; little-endian)."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass

from lightexit.errors import InternalError
from lightexit.isa.table import Kind, Op

SLOT_SIZE = 8
SLOT = struct.Struct("<BBhi")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction at slot `slot`, fields as encoded: a row's `fixed` field holds its value."""

    op: Op
    dst: int = 0
    src: int = 0
    offset: int = 0
    imm: int = 0
    next_imm: int = 0
    slot: int = 0

    @property
    def wide(self) -> bool:
        """Whether it takes two slots."""
        return self.op.kind is Kind.LDDW

    @property
    def next_slot(self) -> int:
        """The slot after it, where execution continues."""
        return self.slot + 1 + self.wide

    @property
    def imm64(self) -> int:
        """The unsigned 64-bit immediate of a plain lddw."""
        return (self.next_imm & 0xFFFFFFFF) << 32 | self.imm & 0xFFFFFFFF

    @property
    def target(self) -> int:
        """The slot that a jump, a local call or a code address leads to."""
        if not self.op.target_field:
            raise InternalError(f"{self.op.texts[0]} has no target")
        distance: int = getattr(self, self.op.target_field)
        return self.slot + 1 + distance

    def __str__(self) -> str:
        from lightexit.isa.syntax import instruction_text

        return instruction_text(self)


def build(op: Op, *, slot: int = 0, **fields: int) -> Instruction:
    """An instruction of row `op` with its fixed field filled in."""
    return Instruction(op, slot=slot, **fields, **dict([op.fixed] if op.fixed else []))


def encode(instructions: Iterable[Instruction]) -> bytes:
    """The bytecode, 8 bytes a slot; nothing is checked but that each field fits."""
    return b"".join(_slots(each) for each in instructions)


def _slots(each: Instruction) -> bytes:
    first = SLOT.pack(each.op.opcode, each.src << 4 | each.dst, each.offset, each.imm)
    return first + SLOT.pack(0, 0, 0, each.next_imm) if each.wide else first
