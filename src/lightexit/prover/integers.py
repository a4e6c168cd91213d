# SPDX-License-Identifier: Apache-2.0
"""Python's integers, symbolic: exact, with bounds, and as bits of any width.

`SymbolicInt.bits(w)` is the value modulo 2**w as a bit-vector. Sums, products, shifts to the left
and bitwise operations need no more of their operands than that, so nothing is ever computed wider
than somebody looks at. What needs the exact value (comparisons, shifts to the right, division)
takes the width that holds all that the bounds allow.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Protocol, TypeAlias, Union

import z3

Bits: TypeAlias = z3.BitVecRef
#: What an operand may be.
Number: TypeAlias = Union["SymbolicInt", int]
WORD = 64
#: Of a shift to the left: the language knows no wider numbers.
_MOST_SHIFT = 4 * WORD


def simplified(term: Any) -> Any:
    """In z3's normal form, comparisons as they are: it would split those of few bits in two."""
    return z3.simplify(term, bv_le2extract=False)


class Path(Protocol):
    """The run that integers belong to: what settles a question that has to be settled."""

    def decide(self, condition: z3.BoolRef) -> bool:
        """Which of both it is on this path."""
        ...

    def choose(self, value: SymbolicInt) -> int:
        """The number that it is on this path."""
        ...

    def divide(self, dividend: Bits, divisor: Bits) -> Bits:
        """The quotient, rounded down, of two words as unsigned numbers; the divisor is not 0."""
        ...

    def rest(self, dividend: Bits, divisor: Bits) -> Bits:
        """The remainder, likewise."""
        ...


class UnsupportedError(Exception):
    """What the prover has no means for. Its text says what."""


class SymbolicInt:
    """A number that a run of an author's function works on."""

    __slots__ = ("_known", "_make", "condition", "hi", "lo", "path")

    def __init__(
        self,
        path: Path,
        lo: int,
        hi: int,
        make: Callable[[int], Bits],
        condition: z3.BoolRef | None = None,
    ) -> None:
        self.path = path
        #: Its least and greatest value, as far as they are known.
        self.lo, self.hi = lo, hi
        self._make = make
        self._known: dict[int, Bits] = {}
        #: Of a bool: when it is True.
        self.condition = condition

    def bit_length(self) -> SymbolicInt:
        """As `int.bit_length`, of what is not below 0."""
        value, result = _word(self), z3.BitVecVal(0, WORD)
        for length in range(1, min(self.hi.bit_length(), WORD) + 1):
            result = z3.If(z3.LShR(value, length - 1) != 0, z3.BitVecVal(length, WORD), result)
        return of_bits(self.path, result, self.lo.bit_length(), self.hi.bit_length())

    def bit_count(self) -> SymbolicInt:
        """As `int.bit_count`, of what is not below 0."""
        value, most = _word(self), self.hi.bit_length()
        result = z3.BitVecVal(0, WORD)
        for place in range(most):
            result = result + (z3.LShR(value, place) & 1)
        return of_bits(self.path, result, 0, most)

    def bits(self, width: int) -> Bits:
        """The value modulo 2**width."""
        if width not in self._known:
            self._known[width] = self._make(width)
        return self._known[width]

    @property
    def width(self) -> int:
        """The bits that hold it, as two's complement where it may be below 0: 64 or more."""
        if self.lo >= 0:
            return max(WORD, self.hi.bit_length())
        return max(WORD, (-self.lo - 1).bit_length() + 1, self.hi.bit_length() + 1)

    # What ends on a path

    def __bool__(self) -> bool:
        return self.path.decide(truth(self))

    def __index__(self) -> int:
        return self.path.choose(self)

    def __hash__(self) -> int:
        return hash(self.path.choose(self))

    # Comparisons: each gives an `SymbolicInt` that is a bool

    def __eq__(self, other: object) -> Any:
        return _compared("==", self, other)

    def __ne__(self, other: object) -> Any:
        return _compared("!=", self, other)

    def __lt__(self, other: Number) -> Any:
        return _compared("<", self, other)

    def __le__(self, other: Number) -> Any:
        return _compared("<=", self, other)

    def __gt__(self, other: Number) -> Any:
        return _compared(">", self, other)

    def __ge__(self, other: Number) -> Any:
        return _compared(">=", self, other)

    # Arithmetic

    def __add__(self, other: Number) -> SymbolicInt:
        b = lift(self.path, other)
        return _ring(self, b, self.lo + b.lo, self.hi + b.hi, lambda x, y: x + y)

    def __sub__(self, other: Number) -> SymbolicInt:
        b = lift(self.path, other)
        return _ring(self, b, self.lo - b.hi, self.hi - b.lo, lambda x, y: x - y)

    def __mul__(self, other: Number) -> SymbolicInt:
        b = lift(self.path, other)
        ends = [x * y for x in (self.lo, self.hi) for y in (b.lo, b.hi)]
        return _ring(self, b, min(ends), max(ends), lambda x, y: x * y)

    def __and__(self, other: Number) -> SymbolicInt:
        b = lift(self.path, other)
        if self.condition is not None and b.condition is not None:
            return boolean(self.path, z3.And(self.condition, b.condition))
        tops = [each.hi for each in (self, b) if each.lo >= 0]
        mask = b.lo if b.lo == b.hi else None
        if mask is not None and self.lo >= 0 and mask & mask + 1 == 0 and self.hi <= mask:
            return self
        lo, hi = (0, min(tops)) if tops else _signed_bounds(self, b)
        return _ring(self, b, lo, hi, lambda x, y: x & y)

    def __or__(self, other: Number) -> SymbolicInt:
        b = lift(self.path, other)
        if self.condition is not None and b.condition is not None:
            return boolean(self.path, z3.Or(self.condition, b.condition))
        return _ring(self, b, *_bitwise_bounds(self, b), lambda x, y: x | y)

    def __xor__(self, other: Number) -> SymbolicInt:
        b = lift(self.path, other)
        if self.condition is not None and b.condition is not None:
            return boolean(self.path, z3.Xor(self.condition, b.condition))
        return _ring(self, b, *_bitwise_bounds(self, b), lambda x, y: x ^ y)

    def __invert__(self) -> SymbolicInt:
        return SymbolicInt(self.path, ~self.hi, ~self.lo, lambda w: ~self.bits(w))

    def __neg__(self) -> SymbolicInt:
        return SymbolicInt(self.path, -self.hi, -self.lo, lambda w: -self.bits(w))

    def __pos__(self) -> SymbolicInt:
        return self + 0 if self.condition is not None else self

    def __abs__(self) -> SymbolicInt:
        return self if self.lo >= 0 else select(truth(self < 0), -self, self)

    def __lshift__(self, other: Number) -> SymbolicInt:
        b = _shift_count(lift(self.path, other))
        if b.hi > _MOST_SHIFT:
            if truth_on_path(b > _MOST_SHIFT):
                raise UnsupportedError(f"a shift to the left by more than {_MOST_SHIFT}")
            b = _between(b, b.lo, _MOST_SHIFT)
        if b.lo == b.hi:
            return self * (1 << b.lo)
        ends = [x << y for x in (self.lo, self.hi) for y in (b.lo, b.hi)]

        def shifted(width: int) -> Bits:
            wide = max(width, WORD)
            return fitted(self.bits(wide) << b.bits(wide), width)

        return SymbolicInt(self.path, min(ends), max(ends), shifted)

    def __rshift__(self, other: Number) -> SymbolicInt:
        b = _shift_count(lift(self.path, other))
        is_signed, width = self.lo < 0, max(self.width, b.width)
        value, count = self.bits(width), b.bits(width)
        most = min(b.hi, width)
        ends = [x >> y for x in (self.lo, self.hi) for y in (b.lo, most)]
        result = value >> count if is_signed else z3.LShR(value, count)
        return of_bits(self.path, result, min(ends), max(ends), is_signed=is_signed)

    def __floordiv__(self, other: Number) -> SymbolicInt:
        return divided(self, lift(self.path, other))[0]

    def __mod__(self, other: Number) -> SymbolicInt:
        return divided(self, lift(self.path, other))[1]

    def __radd__(self, other: int) -> SymbolicInt:
        return lift(self.path, other) + self

    def __rsub__(self, other: int) -> SymbolicInt:
        return lift(self.path, other) - self

    def __rmul__(self, other: int) -> SymbolicInt:
        return lift(self.path, other) * self

    def __rand__(self, other: int) -> SymbolicInt:
        return self & other

    def __ror__(self, other: int) -> SymbolicInt:
        return self | other

    def __rxor__(self, other: int) -> SymbolicInt:
        return self ^ other

    def __rlshift__(self, other: int) -> SymbolicInt:
        return lift(self.path, other) << self

    def __rrshift__(self, other: int) -> SymbolicInt:
        return lift(self.path, other) >> self

    def __rfloordiv__(self, other: int) -> SymbolicInt:
        return lift(self.path, other) // self

    def __rmod__(self, other: int) -> SymbolicInt:
        return lift(self.path, other) % self


def lift(path: Path, value: Number) -> SymbolicInt:
    """A number of either kind as an `SymbolicInt`."""
    if isinstance(value, SymbolicInt):
        return value
    number = int(value)
    condition = z3.BoolVal(value) if isinstance(value, bool) else None
    return SymbolicInt(path, number, number, lambda w: z3.BitVecVal(number, w), condition)


def of_bits(path: Path, value: Bits, lo: int, hi: int, *, is_signed: bool = False) -> SymbolicInt:
    """A number of all bits of a bit-vector, between two bounds that are known to hold."""
    return SymbolicInt(path, lo, hi, lambda w: fitted(value, w, is_signed=is_signed))


def boolean(path: Path, condition: z3.BoolRef) -> SymbolicInt:
    """A bool."""

    def bits(width: int) -> Bits:
        return z3.If(condition, z3.BitVecVal(1, width), z3.BitVecVal(0, width))

    return SymbolicInt(path, 0, 1, bits, condition)


def truth(value: Number) -> z3.BoolRef:
    """When a number counts as true."""
    if not isinstance(value, SymbolicInt):
        return z3.BoolVal(bool(value))
    if value.condition is not None:
        return value.condition
    return value.bits(value.width) != 0


def select(condition: z3.BoolRef, a: SymbolicInt, b: SymbolicInt) -> SymbolicInt:
    """`a if condition else b`, on one path."""
    if a.condition is not None and b.condition is not None:
        return boolean(a.path, z3.If(condition, a.condition, b.condition))
    return SymbolicInt(
        a.path,
        min(a.lo, b.lo),
        max(a.hi, b.hi),
        lambda w: z3.If(condition, a.bits(w), b.bits(w)),
    )


def fitted(value: Bits, width: int, *, is_signed: bool = False) -> Bits:
    """A bit-vector's value in another width."""
    size = value.size()
    if width == size:
        return value
    if width < size:
        return z3.Extract(width - 1, 0, value)
    return z3.SignExt(width - size, value) if is_signed else z3.ZeroExt(width - size, value)


_COMPARISONS: dict[str, tuple[Callable[[Bits, Bits], Any], Callable[[Any, Any], Any]]] = {
    "==": (operator.eq, operator.eq),
    "!=": (operator.ne, operator.ne),
    "<": (z3.ULT, operator.lt),
    "<=": (z3.ULE, operator.le),
    ">": (z3.UGT, operator.gt),
    ">=": (z3.UGE, operator.ge),
}


def _compared(sign: str, a: SymbolicInt, other: object) -> Any:
    if not isinstance(other, SymbolicInt | int):
        return NotImplemented
    b = lift(a.path, other)
    unsigned, plain = _COMPARISONS[sign]
    if a.hi < b.lo or b.hi < a.lo or a.lo == a.hi == b.lo == b.hi:
        return plain(a.lo, b.lo)
    if a.condition is not None and b.condition is not None and sign in ("==", "!="):
        return boolean(a.path, plain(a.condition, b.condition))
    if a.lo >= 0 and b.lo >= 0:
        width = max(a.width, b.width)
        return boolean(a.path, unsigned(a.bits(width), b.bits(width)))
    width = max(each.width + (each.lo >= 0 and each.hi >> each.width - 1 > 0) for each in (a, b))
    return boolean(a.path, plain(a.bits(width), b.bits(width)))


def _ring(
    a: SymbolicInt, b: SymbolicInt, lo: int, hi: int, operation: Callable[[Bits, Bits], Bits]
) -> SymbolicInt:
    """Of an operation whose low bits need no more than the low bits of its operands."""
    return SymbolicInt(a.path, lo, hi, lambda w: operation(a.bits(w), b.bits(w)))


def _signed_bounds(a: SymbolicInt, b: SymbolicInt) -> tuple[int, int]:
    length = max(end.bit_length() for each in (a, b) for end in (each.lo, each.hi, ~each.lo))
    return -1 << length, (1 << length) - 1


def _bitwise_bounds(a: SymbolicInt, b: SymbolicInt) -> tuple[int, int]:
    lo, hi = _signed_bounds(a, b)
    return (lo, hi) if a.lo < 0 or b.lo < 0 else (0, hi)


def _shift_count(count: SymbolicInt) -> SymbolicInt:
    if count.lo < 0 and truth_on_path(count < 0):
        raise ValueError("negative shift count")
    return count if count.lo >= 0 else SymbolicInt(count.path, 0, max(count.hi, 0), count.bits)


def truth_on_path(value: Any) -> bool:
    """What a comparison gives on this path."""
    return bool(value)


def _word(value: SymbolicInt) -> Bits:
    if value.lo < 0 or value.hi >= 1 << WORD:
        raise UnsupportedError(
            "a number below 0 or of more than 64 bits, where its bits are counted"
        )
    return value.bits(WORD)


def divided(a: SymbolicInt, b: SymbolicInt) -> tuple[SymbolicInt, SymbolicInt]:
    """Quotient and remainder, rounded down. Raises ZeroDivisionError on the path where b is 0."""
    if b.lo <= 0 <= b.hi and truth_on_path(b == 0):
        raise ZeroDivisionError("division by zero")
    is_signed = a.lo < 0 or b.lo < 0
    width = next((each for each in (WORD, 2 * WORD) if _fit(each - is_signed, a, b)), None)
    if width is None:
        raise UnsupportedError(f"division of numbers that {2 * WORD} bits do not hold")
    return (_divided_signed if is_signed else _divided_unsigned)(a, b, width)


def _fit(bits: int, *values: SymbolicInt) -> bool:
    return all(-(1 << bits) <= each.lo and each.hi < 1 << bits for each in values)


def _divided_unsigned(
    a: SymbolicInt, b: SymbolicInt, width: int
) -> tuple[SymbolicInt, SymbolicInt]:
    least, most = max(b.lo, 1), max(b.hi, 1)
    quotient = a.path.divide(a.bits(width), b.bits(width))
    rest = a.path.rest(a.bits(width), b.bits(width))
    return (
        of_bits(a.path, quotient, a.lo // most, a.hi // least),
        of_bits(a.path, rest, 0, min(a.hi, most - 1)),
    )


def _divided_signed(a: SymbolicInt, b: SymbolicInt, width: int) -> tuple[SymbolicInt, SymbolicInt]:
    """By that of two numbers of at least 0. With b above 0 and a below 0, ~a is one, and

    a // b == ~(~a // b)        a % b == b + ~(~a % b)

    With b below 0, a // b == -a // -b and a % b == -(-a % -b).
    """
    turned = b.bits(width) < 0 if b.lo < 0 else z3.BoolVal(False)
    x, y = ((z3.If(turned, -each.bits(width), each.bits(width))) for each in (a, b))
    below = _is_turned_below_0(a.bits(width), a.lo < 0, turned)
    x = z3.If(below, ~x, x)
    farthest, span = (max(abs(each.lo), abs(each.hi)) for each in (a, b))
    divisors = (-1, 1) if b.lo <= 0 <= b.hi else (b.lo, b.hi)
    ends = [dividend // divisor for dividend in (a.lo, a.hi) for divisor in divisors]
    quotient = of_bits(a.path, a.path.divide(x, y), 0, farthest)
    rest = of_bits(a.path, a.path.rest(x, y), 0, max(span - 1, 0))
    rest = select(below, of_bits(a.path, y, 0, span) + ~rest, rest)
    rest = select(turned, -rest, rest)
    return (
        _between(select(below, ~quotient, quotient), min(ends), max(ends)),
        _between(rest, -span if b.lo < 0 else 0, span),
    )


def _between(value: SymbolicInt, lo: int, hi: int) -> SymbolicInt:
    return SymbolicInt(value.path, lo, hi, value.bits)


def _is_turned_below_0(value: Bits, may_be_below: bool, turned: z3.BoolRef) -> z3.BoolRef:
    """Whether the dividend is below 0, once both have the divisor's sign off."""
    is_below = value < 0 if may_be_below else z3.BoolVal(False)
    is_above = value > 0 if may_be_below else value != 0
    return z3.If(turned, is_above, is_below)
