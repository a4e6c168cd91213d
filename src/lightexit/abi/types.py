# SPDX-License-Identifier: Apache-2.0
"""Integer types of fixed width, and exact 64-bit multiply-and-divide.

An author's integers are Python's: exact and unbounded. A width appears where a value is
stored (a field, an annotated local) and where the author asks for it: `u16(x)` is `x` modulo
2**16, `i16(x)` is its low 16 bits as two's complement, in CPython as in compiled code. Nothing
wraps silently.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

MASK64 = 2**64 - 1


@dataclass(frozen=True)
class IntType:
    """An integer type; calling it keeps a value's low bits."""

    name: str
    bits: int
    signed: bool = False

    @property
    def size(self) -> int:
        """Size in bytes; also the alignment."""
        return self.bits // 8

    @cached_property
    def minimum(self) -> int:
        """The smallest value."""
        return -(1 << self.bits - 1) if self.signed else 0

    @cached_property
    def maximum(self) -> int:
        """The largest value."""
        return (1 << self.bits - self.signed) - 1

    def __call__(self, value: int) -> int:
        """The value of this type that equals `value` modulo 2**bits."""
        if not self.signed:
            return value & self.maximum
        low = int(value) & (1 << self.bits) - 1
        return low - (low >> self.bits - 1 << self.bits)

    def __repr__(self) -> str:
        return self.name


if TYPE_CHECKING:
    u8: TypeAlias = int
    u16: TypeAlias = int
    u32: TypeAlias = int
    u64: TypeAlias = int
    i8: TypeAlias = int
    i16: TypeAlias = int
    i32: TypeAlias = int
    i64: TypeAlias = int
else:
    u8 = IntType("u8", 8)
    u16 = IntType("u16", 16)
    u32 = IntType("u32", 32)
    u64 = IntType("u64", 64)
    i8 = IntType("i8", 8, signed=True)
    i16 = IntType("i16", 16, signed=True)
    i32 = IntType("i32", 32, signed=True)
    i64 = IntType("i64", 64, signed=True)


def muldiv64(a: u64, b: u64, divisor: u64) -> u64:
    """`a * b // divisor` with a 128-bit product, modulo 2**64.

    Raises ZeroDivisionError for a zero divisor; in a compiled filter that is PASS.
    """
    return (a * b // divisor) & MASK64
