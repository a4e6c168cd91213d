# SPDX-License-Identifier: Apache-2.0
"""What the prover takes for the same is the same: each lemma, proved by z3 by itself.

Those about division are over the integers of mathematics: over bit-vectors z3 finds none of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lightexit.compiler.inference import arithmetic

z3 = pytest.importorskip("z3", reason="z3 is not installed (extra prove)")
from lightexit.prover import bytecode, division  # noqa: E402
from lightexit.prover.integers import SymbolicInt, lift, of_bits  # noqa: E402
from lightexit.prover.paths import Run, explore  # noqa: E402
from lightexit.prover.query import Budget  # noqa: E402
from lightexit.prover.source import Rebinder  # noqa: E402

BASE, WORDS = 2**32, 2**64


def holds(claim: Any, *given: Any) -> None:
    """The claim, under what is given."""
    solver = z3.Solver()
    solver.set("timeout", 60_000)
    solver.add(*given)
    solver.push()
    solver.add(z3.Not(claim))
    assert solver.check() == z3.unsat
    solver.pop()
    solver.set("timeout", 1000)
    assert solver.check() != z3.unsat, "nothing is given that can be"


def divided(dividend: Any, divisor: Any, quotient: Any, rest: Any) -> Any:
    """Quotient and rest of division by what is above 0, rounded down."""
    return z3.And(dividend == quotient * divisor + rest, rest >= 0, rest < divisor)


# Division


def test_quotient_and_rest_are_unique() -> None:
    """So that it is enough to name a quotient and a rest that fit."""
    b, q, r, p, s = z3.Ints("b q r p s")
    # The difference of two rests is a multiple of the divisor, and less than it.
    difference = z3.Int("difference")
    holds(
        difference == 0,
        difference * b == s - r,
        *(r >= 0, r < b, s >= 0, s < b),
    )
    holds((q - p) * b == s - r, q * b + r == p * b + s)


def test_a_rest_is_what_the_quotient_leaves() -> None:
    """a - a / c * c, in words: nothing wraps around."""
    a, c, q, r = z3.Ints("a c q r")
    holds(z3.And(a - q * c == r, q * c <= a), divided(a, c, q, r), a >= 0, a < WORDS)


def test_32_bits_are_divided_as_64() -> None:
    """At an eighth of the width, where all inputs can be looked at."""
    a, b = z3.BitVecs("a b", 4)
    for operation in (z3.UDiv, z3.URem):
        wide = operation(z3.ZeroExt(4, a), z3.ZeroExt(4, b))
        holds(z3.Extract(3, 0, wide) == operation(a, b), b != 0)
        holds(z3.Extract(7, 4, wide) == 0, b != 0)


def test_quotient_and_rest_of_32_bits_are_of_32_bits() -> None:
    """So they are those of 64 bits with zeros above, at full width."""
    a, b, q, r = z3.Ints("a b q r")
    holds(z3.And(q >= 0, q < BASE, r < BASE), divided(a, b, q, r), a >= 0, a < BASE, b < BASE)


@pytest.mark.parametrize("power", range(64))
def test_powers_of_two(power: int) -> None:
    a, b = z3.BitVec("a", 64), z3.BitVecVal(1 << power, 64)
    holds(division.quotient(a, b) == z3.UDiv(a, b))
    holds(division.remainder(a, b) == z3.URem(a, b))


def test_signed_division_by_unsigned() -> None:
    """The forms of integers.py: ~x is -x - 1."""
    a, b, q, r = z3.Ints("a b q r")
    # b above 0, a below: a // b == ~(~a // b), a % b == b + ~(~a % b)
    holds(divided(a, b, -q - 1, b - r - 1), divided(-a - 1, b, q, r))
    # b below 0: a // b == -a // -b, a % b == -(-a % -b); a rest has the divisor's sign
    rest = -r
    holds(z3.And(a == q * b + rest, b < rest, rest <= 0), divided(-a, -b, q, r))


def test_signed_division_is_one_of_magnitudes() -> None:
    """At full width: rounded to 0, and of the least number by -1 what its bits are, 2**63."""
    a, b, q, r = z3.Ints("a b q r")
    size_a, size_b = z3.If(a < 0, -a, a), z3.If(b < 0, -b, b)
    word = [each for n in (a, b) for each in (n >= -WORDS // 2, n < WORDS // 2)]
    given = [divided(size_a, size_b, q, r), b != 0, *word]
    quotient, rest = z3.If((a < 0) != (b < 0), -q, q), z3.If(a < 0, -r, r)
    towards_0 = z3.If(a < 0, z3.And(rest <= 0, -rest < size_b), z3.And(rest >= 0, rest < size_b))
    holds(towards_0, *given)
    # The product by parts: what is asked is linear.
    product = z3.Int("product")
    is_product = z3.And(product == size_a - r, q >= 0)
    signed = z3.If(a < 0, -product, product)  # quotient * b
    holds(a == signed + rest, *given, is_product)
    holds(quotient < WORDS // 2, *given, z3.Or(a > -WORDS // 2, b != -1), q <= size_a)


@pytest.mark.parametrize("name", ["sdiv", "smod"])
def test_signed_division_of_bytecode(name: str) -> None:
    """Magnitudes are divided, at an eighth of the width: the least number has none that is signed,
    and its bits are it all the same. By 0 the quotient is 0, and the rest the dividend."""
    a, b = z3.BitVecs("a b", 8)
    own = z3.If(b == 0, a * 0, a / b) if name == "sdiv" else z3.If(b == 0, a, z3.SRem(a, b))
    claim = bytecode._ARITHMETIC[name](a, b) == own
    holds(claim, *division.meanings([claim]))


def test_what_is_said_of_quotients_holds() -> None:
    """At an eighth of the width: bounds and facts follow from what division is."""
    a, b = z3.BitVecs("a b", 8)
    q, r = z3.UDiv(a, b), z3.URem(a, b)
    holds(z3.And(z3.ULT(r, b), z3.ULE(q, a), z3.ULE(r, a)), b != 0)
    holds(z3.And(z3.ULE(q * b, a), r == a - q * b), b != 0)
    holds(z3.ULE(q, z3.UDiv(z3.BitVecVal(255, 8), b)), b != 0)
    holds(z3.ULE(r, a))


EXTREME = (0, 1, 2, 3, 10, 2**32 - 1, 2**63, 2**64 - 2, 2**64 - 1)
PAIRS = [(a, b) for a in EXTREME for b in EXTREME]


@pytest.mark.parametrize("is_known", [True, False], ids=["constant", "variable"])
def test_all_that_is_said_of_a_quotient_is_so(is_known: bool) -> None:
    """Of each pair of numbers, with what quotient and rest are, or by 0 with any."""
    for width in (64, 128):
        for a, b in [*PAIRS, *((a << width - 64 | a, b) for a, b in PAIRS)]:
            dividend, divisor = z3.BitVecVal(a, width), z3.BitVec("b", width)
            words = dividend, z3.BitVecVal(b, width) if is_known else divisor
            terms = division._quotient(*words), division._rest(*words)
            solver = z3.Solver()
            for said in (division.bounds, division.facts, division.meanings):
                solver.add(*said(terms))
            solver.add(divisor == b)
            if b:
                solver.add(terms[0] == a // b, terms[1] == a % b)
            assert solver.check() == z3.sat, (a, b)


def test_no_fact_is_said_but_those() -> None:
    """A model of division fits to all that is said of a quotient."""
    a, b = z3.BitVecVal(1000, 64), z3.BitVec("b", 64)
    term = division.quotient(a, b) + division.remainder(a, b)
    solver = z3.Solver()
    said = [division.bounds, division.facts, division.meanings]
    solver.add(*[fact for each in said for fact in each([term])], b == 7, term == 142 + 6)
    assert solver.check() == z3.sat


def test_a_product_of_a_quotient_is_found_as_a_rest() -> None:
    a = z3.BitVec("a", 64)
    ten = z3.BitVecVal(10, 64)
    rest = division.remainder(a, ten)
    assert division.difference(a, division.quotient(a, ten) * ten).eq(rest)
    for other in (a + 1, z3.BitVec("b", 64)):
        assert not division.difference(other, division.quotient(a, ten) * ten).eq(rest)
    assert not division.difference(a, division.quotient(a, ten) * 9).eq(rest)


def test_a_product_of_half_a_quotient_is_no_rest_but_of_its_low_half() -> None:
    """a - (a / 10 >> 32) * 10 is a."""
    a = z3.BitVec("a", 32)
    whole = division.quotient(z3.ZeroExt(32, a), z3.BitVecVal(10, 64))
    low, high = z3.Extract(31, 0, whole), z3.Extract(63, 32, whole)
    rest = z3.Extract(31, 0, division.remainder(z3.ZeroExt(32, a), z3.BitVecVal(10, 64)))
    assert z3.simplify(division.difference(a, low * 10)).eq(z3.simplify(rest))
    assert z3.simplify(division.difference(a, high * 10)).eq(z3.simplify(a - high * 10))


# muldiv64


def test_muldiv_direct_and_split() -> None:
    a, b, c, q, r, s, t = z3.Ints("a b c q r s t")
    whole = (divided(a, c, q, r), divided(r * b, c, s, t))
    holds(divided(a * b, c, q * b + s, t), *whole)
    # (c - 1) * b < 2**64: then the product of rest and b is a word.
    holds(r * b < WORDS, divided(a, c, q, r), b >= 0, (c - 1) * b < WORDS)


def test_schoolbook_multiplication() -> None:
    """Of halves; their products are named, as what is asked of them is linear."""
    high_high, high_low, low_high, low_low = products = z3.Ints("hh hl lh ll")
    halves = z3.Ints("low_up low_down middle_up middle_down cross_up cross_down")
    low_up, low_down, middle_up, middle_down, cross_up, cross_down = halves
    middle, cross = high_low + low_up, low_high + middle_down
    given = [z3.And(each >= 0, each <= (BASE - 1) ** 2) for each in products]
    given += [
        divided(low_low, BASE, low_up, low_down),
        divided(middle, BASE, middle_up, middle_down),
        divided(cross, BASE, cross_up, cross_down),
    ]
    holds(z3.And(middle < WORDS, cross < WORDS), *given)
    high, low = high_high + middle_up + cross_up, cross_down * BASE + low_down
    product = high_high * WORDS + (high_low + low_high) * BASE + low_low
    holds(high * WORDS + low == product, *given)
    holds(z3.And(low >= 0, low < WORDS), *given)


top, digit, d_up, d_down, q, r = z3.Ints("top digit d_up d_down q r")
DIVISOR, DIVIDEND = d_up * BASE + d_down, top * BASE + digit
#: Knuth's digit: the divisor's highest bit is set, and the quotient is below 2**32.
DIGIT = [
    *(d_down >= 0, d_down < BASE, 2 * d_up >= BASE, d_up < BASE),
    *(digit >= 0, digit < BASE, top >= 0, top < DIVISOR),
]


def test_an_estimated_digit_is_seen_to_be_too_large() -> None:
    """`corrected` lessens q where q * divisor is above the dividend, and only there."""
    estimate = [top == q * d_up + r, r >= 0, q >= 0, q <= BASE + 1]
    sees = q * d_down > r * BASE + digit
    holds(sees == (q * DIVISOR > DIVIDEND), *DIGIT, *estimate)
    # With r of more than 32 bits it is not too large: q * d_down is below 2**64.
    holds(q * d_down < r * BASE, *DIGIT, *estimate, r >= BASE, q < BASE)
    # At 2**32 or above it is, as the quotient is not.
    product = z3.Int("product")
    holds(product > DIVIDEND, *DIGIT, product >= BASE * DIVISOR)


def test_an_estimated_digit_is_too_large_by_two_at_most() -> None:
    holds(q <= BASE + 1, *DIGIT, top == q * d_up + r, r >= 0, r < d_up)
    product = z3.Int("product")  # of q and d_down
    bound = product <= (BASE + 1) * d_down
    # (q - 2) * divisor, with q * d_up for what it is
    lessened = (top - r) * BASE + product - 2 * DIVISOR
    holds(lessened <= DIVIDEND, *DIGIT, r >= 0, bound)


def test_two_digits_are_the_quotient() -> None:
    d, first, second, rest, last, low_up, low_down, high = z3.Ints(
        "d first second rest last low_up low_down high"
    )
    steps = [
        divided(high * BASE + low_up, d, first, rest),
        divided(rest * BASE + low_down, d, second, last),
    ]
    whole = high * WORDS + low_up * BASE + low_down
    holds(divided(whole, d, first * BASE + second, last), *steps)
    # A dividend reduced by its multiples of the divisor has the quotient modulo 2**64.
    multiple = z3.Int("multiple")
    reduced, low = high - multiple * d, low_up * BASE + low_down
    holds(
        high * WORDS + low == (multiple * WORDS) * d + reduced * WORDS + low,
    )


@pytest.mark.parametrize("shift", range(64))
def test_shifting_both_changes_no_quotient(shift: int) -> None:
    """`divide` shifts until the divisor's highest bit is set; no bit of the dividend is lost."""
    high, low, d = z3.BitVecs("high low d", 64)
    top_word = high << shift | z3.LShR(z3.LShR(low, 1), 63 - shift)
    normal = z3.And(z3.ULT(high, d), z3.LShR(d << shift, shift) == d)
    shifted = z3.ZeroExt(64, top_word) << 64 | z3.ZeroExt(64, low << shift)
    whole = z3.ZeroExt(64, high) << 64 | z3.ZeroExt(64, low)
    holds(z3.LShR(shifted, shift) == whole, normal)
    holds(shifted == whole << shift, normal)
    holds(z3.ULT(top_word, d << shift), normal)


# Bits


def on_all_words(function: Callable[..., Any], claim: Callable[[SymbolicInt, Any], Any]) -> None:
    """The claim of a word above 0 and what a function of the filter language makes of it."""
    word = z3.BitVec("word", 64)

    def run(run: Run) -> Any:
        value = of_bits(run, word, 0, WORDS - 1)
        return value, lift(run, Rebinder(run).function(function)(value))  # type: ignore[arg-type]

    for path in explore(run, Budget(600, 60).started(), [word != 0]):
        holds(claim(*path.result), *path.run.assumptions.conditions)


def test_leading_zeros() -> None:
    def claim(value: SymbolicInt, zeros: SymbolicInt) -> Any:
        shifted = value.bits(64) << zeros.bits(64)
        back = z3.LShR(shifted, zeros.bits(64)) == value.bits(64)
        return z3.And(back, z3.Extract(63, 63, shifted) == 1)

    on_all_words(arithmetic.leading_zeros, claim)


def test_bit_length() -> None:
    on_all_words(
        arithmetic.bit_length,
        lambda value, found: found.bits(64) == value.bit_length().bits(64),
    )


@pytest.mark.long
def test_bit_count() -> None:
    on_all_words(
        arithmetic.bit_count,
        lambda value, found: found.bits(64) == value.bit_count().bits(64),
    )


def test_numbers_of_a_quotient_are_numbers() -> None:
    for a, b in ((0, 1), (2**64 - 1, 3), (10, 7), (2**63, 2**63)):
        words = z3.BitVecVal(a, 64), z3.BitVecVal(b, 64)
        assert division.quotient(*words).as_long() == a // b
        assert division.remainder(*words).as_long() == a % b
