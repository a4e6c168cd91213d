# SPDX-License-Identifier: Apache-2.0
"""Addresses in symbolic runs of bytecode: a region, and an offset into it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import z3

from lightexit.prover.integers import WORD, Bits, UnsupportedError, simplified
from lightexit.prover.memory import Offset


@dataclass(frozen=True)
class SymbolicPointer:
    """An address: a region by its number, and an offset in bytes."""

    region: int
    offset: Offset


Value: TypeAlias = Bits | SymbolicPointer | None


def moved(pointer: SymbolicPointer, by: Offset) -> SymbolicPointer:
    """The address so many bytes further on."""
    offset = pointer.offset + by
    if isinstance(offset, z3.BitVecRef):
        offset = simplified(offset)
        if z3.is_bv_value(offset):
            offset = offset.as_signed_long()
    return SymbolicPointer(pointer.region, offset)


def pointer_alu(name: str, width: int, dst: Value, src: Value) -> Value:
    """`+`, `-` and `=`: the arithmetic that gives a pointer, or a distance within a region."""
    if width == WORD:
        if name == "mov":
            return src
        if (
            isinstance(dst, SymbolicPointer)
            and isinstance(src, z3.BitVecRef)
            and name in ("add", "sub")
        ):
            return moved(dst, src if name == "add" else -src)
        if isinstance(src, SymbolicPointer) and isinstance(dst, z3.BitVecRef) and name == "add":
            return moved(src, dst)
        if name == "sub":
            return distance(dst, src)
    raise UnsupportedError(f"{name} of {width} bits on a pointer")


def is_zero(value: Value) -> bool:
    """Whether it is the null pointer."""
    return isinstance(value, z3.BitVecNumRef) and bool(value.as_long() == 0)


def distance(a: Value, b: Value) -> Bits:
    """The bytes from one pointer to another. Raises UnsupportedError for two regions."""
    if (
        not isinstance(a, SymbolicPointer)
        or not isinstance(b, SymbolicPointer)
        or a.region != b.region
    ):
        raise UnsupportedError("a distance that depends on addresses")
    return simplified(z3.BitVecVal(0, WORD) + a.offset - b.offset)
