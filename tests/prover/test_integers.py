# SPDX-License-Identifier: Apache-2.0
"""Symbolic integers are Python's: the same expression of both, on the same numbers."""

from __future__ import annotations

import operator
from collections.abc import Callable
from contextlib import suppress
from types import FunctionType
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import scale
from lightexit.abi import IntType, muldiv64

z3 = pytest.importorskip("z3", reason="z3 is not installed (extra prove)")
from lightexit.prover import integers, source  # noqa: E402
from lightexit.prover.integers import SymbolicInt, UnsupportedError  # noqa: E402

TYPES = tuple(IntType(f"u{bits}", bits) for bits in (8, 16, 32, 64)) + tuple(
    IntType(f"i{bits}", bits, signed=True) for bits in (8, 16, 32, 64)
)


def examples(count: int) -> settings:
    """So many, more where tests may be long; a busy host is no failure."""
    return settings(
        derandomize=True,
        deadline=None,
        max_examples=scale.full(count),
        suppress_health_check=[HealthCheck.too_slow],
    )


#: Above it, a number and its opposite do not fit in 128 bits together.
BIG = 2**127


class At:
    """A path on which each variable is one number; division is z3's own."""

    def __init__(self) -> None:
        self.values: list[tuple[Any, Any]] = []

    def variable(self, kind: IntType, value: int) -> SymbolicInt:
        name = z3.BitVec(f"v{len(self.values)}", kind.bits)
        self.values.append((name, z3.BitVecVal(value, kind.bits)))
        return integers.of_bits(self, name, kind.minimum, kind.maximum, is_signed=kind.signed)

    def at(self, term: Any) -> Any:
        return z3.simplify(z3.substitute(term, *self.values))

    def decide(self, condition: Any) -> bool:
        return bool(z3.is_true(self.at(condition)))

    def choose(self, value: SymbolicInt) -> int:
        return self.number(value)

    def number(self, value: Any) -> int:
        """What it is there; within its bounds, and the same in any width that holds it."""
        if not isinstance(value, SymbolicInt):
            return int(value)
        width = value.width
        found: int = self.at(value.bits(width)).as_long()
        if value.lo < 0:
            found -= (found >> width - 1) << width
        assert value.lo <= found <= value.hi
        assert self.at(value.bits(8)).as_long() == found & 255
        assert self.at(value.bits(width + 70)).as_long() == found & (1 << width + 70) - 1
        return found

    def divide(self, dividend: Any, divisor: Any) -> Any:
        return z3.UDiv(dividend, divisor)

    def rest(self, dividend: Any, divisor: Any) -> Any:
        return z3.URem(dividend, divisor)


def near(kind: IntType) -> st.SearchStrategy[int]:
    """Numbers of a type; its ends, and those about 0, more often."""
    ends = [kind.minimum, kind.maximum, 0, kind.maximum // 2]
    edges = [each + by for each in ends for by in (-1, 0, 1)]
    known = [each for each in edges if kind.minimum <= each <= kind.maximum]
    return st.sampled_from(known) | st.integers(kind.minimum, kind.maximum)


variables = st.sampled_from(TYPES).flatmap(lambda kind: st.tuples(st.just(kind), near(kind)))
BINARY: dict[str, Callable[[Any, Any], Any]] = {
    each.__name__: each
    for each in (
        operator.add,
        operator.sub,
        operator.mul,
        operator.and_,
        operator.or_,
        operator.xor,
        operator.floordiv,
        operator.mod,
        operator.eq,
        operator.ne,
        operator.lt,
        operator.le,
        operator.gt,
        operator.ge,
    )
}
UNARY: dict[str, Callable[[Any], Any]] = {
    each.__name__: each for each in (operator.neg, operator.invert, operator.pos, abs)
}


def both(path: At, drawn: list[tuple[IntType, int]]) -> list[tuple[Any, int]]:
    return [(path.variable(*each), each[1]) for each in drawn]


def same(path: At, operation: Callable[..., Any], *pairs: tuple[Any, int]) -> tuple[Any, int]:
    """The operation's result of both kinds of numbers; what one raises, the other does."""
    try:
        wanted = operation(*(each for _, each in pairs))
    except (ZeroDivisionError, ValueError) as error:
        with pytest.raises(type(error)):
            operation(*(each for each, _ in pairs))
        raise _SameError from None
    found = operation(*(each for each, _ in pairs))
    assert path.number(found) == wanted
    return found, wanted


class _SameError(Exception):
    """Both have raised it."""


class Operand(NamedTuple):
    """A number and what is known of it: its bounds, or that it is a bool; a constant is itself."""

    value: int
    lo: int
    hi: int
    kind: str = "known"

    def on(self, path: At) -> Any:
        """It, on a path."""
        if self.kind == "constant":
            return self.value
        if self.kind == "bool":
            return integers.boolean(path, path.variable(TYPES[0], self.value).bits(8) != 0)
        bits = max(abs(self.lo), abs(self.hi)).bit_length() + 1
        wide = path.variable(IntType("wide", bits, signed=True), self.value)
        return SymbolicInt(path, self.lo, self.hi, wide.bits)


def about(value: int) -> st.SearchStrategy[Operand]:
    """A number whose bounds are near on either side, or far."""
    ends = [0, 0, 1, 2, 100, 2**32, 2**63, 2**64 - 1, 2**64, 2**70]
    far = st.sampled_from(ends)
    between = st.builds(lambda a, b: Operand(value, value - a, value + b), far, far)
    natural = st.builds(lambda b: Operand(value, 0 if value >= 0 else value, value + b), far)
    constant = st.just(Operand(value, value, value, "constant"))
    truths = [st.just(Operand(bool(value), 0, 1, kind)) for kind in ("bool", "constant")]
    return st.one_of(between, natural, constant, truths[0], truths[1])


SMALL = st.integers(-3, 9)
operands = (SMALL | SMALL | near(TYPES[3]) | near(TYPES[7]) | near(TYPES[4])).flatmap(about)


def symbolic(*drawn: Operand) -> bool:
    return any(each.kind != "constant" for each in drawn)


@pytest.mark.parametrize("operation", BINARY.values(), ids=BINARY)
@examples(1000)
@given(operands, operands)
def test_each_operation(operation: Callable[..., Any], a: Operand, b: Operand) -> None:
    """Of any bounds, of bools, and with plain numbers on either side."""
    path = At()
    if not symbolic(a, b):
        return
    with suppress(_SameError, UnsupportedError):
        same(path, operation, (a.on(path), a.value), (b.on(path), b.value))
    if operation in (operator.floordiv, operator.mod) and max(map(abs, (*a[1:3], *b[1:3]))) < BIG:
        with suppress(_SameError):
            same(path, operation, (a.on(path), a.value), (b.on(path), b.value))


@pytest.mark.parametrize("operation", BINARY.values(), ids=BINARY)
@examples(300)
@given(SMALL | near(TYPES[3]), st.data())
def test_equal_numbers(operation: Callable[..., Any], value: int, data: st.DataObject) -> None:
    path = At()
    a, b = data.draw(about(value)), data.draw(about(value))
    if symbolic(a, b):
        with suppress(_SameError, UnsupportedError):
            same(path, operation, (a.on(path), a.value), (b.on(path), b.value))


@pytest.mark.parametrize("operation", UNARY.values(), ids=UNARY)
@examples(1000)
@given(operands)
def test_each_sign(operation: Callable[..., Any], a: Operand) -> None:
    path = At()
    same(path, operation, (a.on(path), a.value))


@pytest.mark.parametrize("operation", [operator.lshift, operator.rshift])
@examples(800)
@given(operands, (SMALL | st.integers(0, 200)).flatmap(about))
def test_each_shift(operation: Callable[..., Any], a: Operand, b: Operand) -> None:
    path = At()
    if symbolic(a, b):
        with suppress(_SameError):
            same(path, operation, (a.on(path), a.value), (b.on(path), b.value))


def test_what_is_too_much_is_said() -> None:
    path = At()
    far = SymbolicInt(path, 0, 2**64, path.variable(TYPES[3], 300).bits)
    with pytest.raises(UnsupportedError, match="a shift to the left by more than 256"):
        far << far
    with pytest.raises(UnsupportedError, match="where its bits are counted"):
        far.bit_count()
    huge = SymbolicInt(path, 0, 2**128, path.variable(TYPES[3], 3).bits)
    for a, b in ((huge, far), (far, huge), (far, -huge), (-huge, far)):
        with pytest.raises(UnsupportedError, match="that 128 bits do not hold"):
            a // b


def test_bounds_are_near() -> None:
    """They decide which form a division takes, and whether a value fits."""
    path = At()
    a, b = (SymbolicInt(path, *ends, path.variable(TYPES[0], 7).bits) for ends in ((3, 40), (5, 7)))
    for lo, hi, found in (
        (3 + 5, 40 + 7, a + b),
        (3 - 7, 40 - 5, a - b),
        (15, 280, a * b),
        (0, 8, a // b),
        (0, 6, a % b),
        (0, 7, a & b),
        (0, 63, a | b),
        (3 << 5, 40 << 7, a << b),
        (0, 1, a >> b),
        (-41, -4, ~a),
        (-40, -3, -a),
        (2, 6, a.bit_length()),
        (0, 6, a.bit_count()),
    ):
        assert (found.lo, found.hi) == (lo, hi)


@examples(300)
@given(st.lists(variables, min_size=2, max_size=4), st.data())
def test_expressions(drawn: list[tuple[IntType, int]], data: st.DataObject) -> None:
    """Each result is an operand of later ones, so that operands are of any width and sign."""
    path = At()
    values: list[tuple[Any, int]] = [*both(path, drawn), *[(each, each) for each in (0, 1, -3, 8)]]
    for _ in range(data.draw(st.integers(1, 6))):
        name = data.draw(st.sampled_from([*BINARY, *UNARY]))
        operation: Callable[..., Any] = BINARY.get(name) or UNARY[name]
        count = 2 if name in BINARY else 1
        pairs = [data.draw(st.sampled_from(values)) for _ in range(count)]
        if not any(isinstance(each, SymbolicInt) for each, _ in pairs):
            continue
        try:
            values.append(same(path, operation, *pairs))
        except (_SameError, UnsupportedError):
            return


@examples(300)
@given(variables, st.integers(0, 80), variables)
def test_shifts(drawn: tuple[IntType, int], by: int, other: tuple[IntType, int]) -> None:
    path = At()
    (value,), (count,) = both(path, [drawn]), both(path, [(TYPES[0], by)])
    for operation in (operator.lshift, operator.rshift):
        same(path, operation, value, count)
        same(path, operation, value, (by, by))
        same(path, operation, (drawn[1], drawn[1]), count)
    try:
        same(path, operator.rshift, value, *both(path, [other]))
    except _SameError:
        assert other[1] < 0


@examples(300)
@given(variables, variables, variables)
def test_functions(
    first: tuple[IntType, int], second: tuple[IntType, int], third: tuple[IntType, int]
) -> None:
    path = At()
    rebind = source.Rebinder(path)  # type: ignore[arg-type]
    a, b, c = both(path, [first, second, third])
    same(path, lambda x: rebind(int)(x) if isinstance(x, SymbolicInt) else int(x), a)
    for function in (min, max):
        found = rebind(function)(a[0], b[0], c[0])
        assert path.number(found) == function(a[1], b[1], c[1])
    for kind in TYPES:
        assert path.number(rebind(kind)(a[0] * b[0] - c[0])) == kind(a[1] * b[1] - c[1])
    assert path.number(rebind(bool)(a[0])) == bool(a[1])
    if a[1] >= 0 and not first[0].signed:
        same(path, lambda x: x.bit_length(), a)
        same(path, lambda x: x.bit_count(), a)


u64s = near(TYPES[3])


@examples(300)
@given(u64s, u64s, u64s, st.sampled_from(TYPES[:4]), st.sampled_from(TYPES[:4]))
def test_muldiv64(x: int, y: int, divisor: int, narrow: IntType, wide: IntType) -> None:
    """In whichever of its forms the widths lead to."""
    path = At()
    x, divisor = narrow(x), wide(divisor)
    a, b, c = both(path, [(narrow, x), (TYPES[3], y), (wide, divisor)])
    rebound = source.Rebinder(path)(muldiv64)  # type: ignore[arg-type]
    if not divisor:
        with pytest.raises(ZeroDivisionError):
            rebound(a[0], b[0], c[0])
        return
    assert path.number(rebound(a[0], b[0], c[0])) == muldiv64(x, y, divisor)


@pytest.mark.parametrize("place", range(3))
def test_muldiv64_of_what_is_no_word_is_not_looked_at(place: int) -> None:
    """Its forms are exact for words only; CPython's `muldiv64` takes any number."""
    path = At()
    rebound = source.Rebinder(path)(muldiv64)  # type: ignore[arg-type]
    high, low = path.variable(TYPES[3], 2**64 - 1), path.variable(TYPES[3], 5)
    for each in (high + low, low - high):
        given: list[Any] = [low, low, low]
        given[place] = each
        with pytest.raises(UnsupportedError, match="muldiv64 of a number below 0 or of more than"):
            rebound(*given)
    assert path.number(rebound(low + low, high - low, low)) == muldiv64(10, 2**64 - 6, 5)


@examples(300)
@given(variables, variables)
def test_truth_is_that_of_python(first: tuple[IntType, int], second: tuple[IntType, int]) -> None:
    path = At()
    a, b = both(path, [first, second])
    assert bool(a[0]) == bool(a[1])
    assert [0, 1, 2][a[0] < b[0]] == int(a[1] < b[1])
    for operation in (operator.and_, operator.or_, operator.xor):
        found = operation(a[0] < b[0], a[0] == b[0])
        assert found.condition is not None
        assert path.number(found) == operation(a[1] < b[1], a[1] == b[1])


@examples(300)
@given(
    st.integers(-(2**126), 2**126),
    st.integers(-(2**126), 2**126).filter(bool),
    st.tuples(*[st.integers(0, 2**40)] * 4),
)
@example(-(2**126), 1, (0, 0, 0, 0))
@example(2**84, -3, (0, 0, 0, 2))
def test_double_words_are_divided(a: int, b: int, around: tuple[int, int, int, int]) -> None:
    path = At()

    def near_to(value: int, below: int, above: int) -> SymbolicInt:
        word = z3.BitVecVal
        return SymbolicInt(path, value - below, value + above, lambda width: word(value, width))

    found = integers.divided(near_to(a, *around[:2]), near_to(b, *around[2:]))
    assert tuple(map(path.number, found)) == divmod(a, b)


def test_a_helper_finds_its_own_names() -> None:
    path = At()
    rebind = source.Rebinder(path)  # type: ignore[arg-type]
    limit = (7, 9)

    def helper(value: Any, *, least: int = 3) -> Any:
        return max(int(value), least, limit[value & 1])

    assert isinstance(helper, FunctionType)
    rebound = rebind.function(helper)

    assert path.number(rebound(path.variable(TYPES[0], 1))) == 9
    assert path.number(rebound(path.variable(TYPES[0], 200), least=5)) == 200
