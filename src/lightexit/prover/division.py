# SPDX-License-Identifier: Apache-2.0
"""Division in proofs: two functions that z3 knows nothing of but what is said where it is needed.

Source and bytecode divide the same numbers by the same numbers, so mostly it is enough that equal
operands have equal quotients and rests. Where it is not, facts are said of each in a question:
first their bounds, then that quotient times divisor plus rest is the dividend.

There is one form for each value: a - a / c * c, as LLVM writes some, is a rest; a division by a
power of two is a shift; 32 bits are divided as 64, with zeros above.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from random import Random
from typing import Any

import z3

from lightexit.prover.integers import WORD, Bits, fitted, simplified

#: Of two numbers of so many bits, where the divisor is not 0.
_QUOTIENTS, _RESTS = (
    {
        width: z3.Function(f"{name}{width}", *[z3.BitVecSort(width)] * 3)
        for width in (WORD, 2 * WORD)
    }
    for name in ("quotient", "rest")
)
_ARITHMETIC = (z3.Z3_OP_BADD, z3.Z3_OP_BSUB, z3.Z3_OP_BMUL, z3.Z3_OP_BNEG)


def quotient(dividend: Bits, divisor: Bits) -> Bits:
    """Of two words or double words as unsigned numbers; means nothing where the divisor is 0."""
    a, b = simplified(dividend), simplified(divisor)
    if z3.is_bv_value(a) and z3.is_bv_value(b):
        return z3.BitVecVal(a.as_long() // max(b.as_long(), 1), a.size())
    power = _power_of_two(b)
    return z3.LShR(a, power.bit_length() - 1) if power else _quotient(a, b)


def remainder(dividend: Bits, divisor: Bits) -> Bits:
    """Of the same."""
    a, b = simplified(dividend), simplified(divisor)
    if z3.is_bv_value(a) and z3.is_bv_value(b):
        return z3.BitVecVal(a.as_long() % max(b.as_long(), 1), a.size())
    power = _power_of_two(b)
    return a & power - 1 if power else _rest(a, b)


def _quotient(a: Bits, b: Bits) -> Bits:
    return _QUOTIENTS[a.size()](a, b)


def _rest(a: Bits, b: Bits) -> Bits:
    return _RESTS[a.size()](a, b)


def _power_of_two(divisor: Bits) -> int:
    number = divisor.as_long() if z3.is_bv_value(divisor) else 0
    return number if number & number - 1 == 0 else 0


def difference(a: Bits, b: Bits) -> Bits:
    """a - b, of 32 or 64 bits; a rest where b is the quotient of a and a constant times that."""
    a, b = simplified(a), simplified(b)
    divided = _multiplied_quotient(a, b)
    if divided is not None:
        return fitted(_rest(*divided), a.size())
    return a - b


def _multiplied_quotient(a: Bits, product: Bits) -> list[Bits] | None:
    """a and c, as words, where the product is a / c * c with a constant c."""
    is_product = z3.is_app_of(product, z3.Z3_OP_BMUL) and product.num_args() == 2
    if not is_product or not z3.is_bv_value(product.arg(0)):
        return None
    factor, value = product.children()
    is_low = z3.is_app_of(value, z3.Z3_OP_EXTRACT) and value.params()[1] == 0
    whole = value.arg(0) if is_low else value
    if not whole.decl().eq(_QUOTIENTS[WORD]):
        return None
    words = [simplified(fitted(each, WORD)) for each in (a, factor)]
    same = all(each.eq(part) for each, part in zip(words, whole.children(), strict=True))
    return words if same else None


def bounds(terms: Iterable[z3.ExprRef]) -> Iterator[z3.BoolRef]:
    """How large each quotient and rest in terms can be."""
    for a, b in _pairs(terms):
        yield z3.Implies(b != 0, z3.And(z3.ULT(_rest(a, b), b), z3.ULE(_quotient(a, b), a)))
        yield z3.ULE(_rest(a, b), a)
        if z3.is_bv_value(b) and b.as_long():
            yield z3.ULE(_quotient(a, b), (2 ** a.size() - 1) // b.as_long())


def facts(terms: Iterable[z3.ExprRef]) -> Iterator[z3.BoolRef]:
    """What each quotient and rest in terms have to do with each other."""
    for a, b in _pairs(terms):
        product = _quotient(a, b) * b
        whole = z3.And(z3.ULE(product, a), _rest(a, b) == a - product)
        yield z3.Implies(b != 0, whole)


def meanings(terms: Iterable[z3.ExprRef]) -> Iterator[z3.BoolRef]:
    """That each quotient and rest in terms is z3's own."""
    for a, b in _pairs(terms):
        own = z3.And(_quotient(a, b) == z3.UDiv(a, b), _rest(a, b) == z3.URem(a, b))
        yield z3.Implies(b != 0, own)


def rivals(term: z3.ExprRef) -> Iterator[tuple[Bits, Bits]]:
    """Pairs of dividends in a term that are divided by the same, the innermost first."""
    by_divisor: dict[int, list[Bits]] = {}
    for a, b in _pairs([term]):
        known = by_divisor.setdefault(b.get_id(), [])
        if not any(a.eq(each) for each in known):
            known.append(a)
    pairs = [pair for each in by_divisor.values() for pair in itertools.combinations(each, 2)]
    # A term is made after those that it is made of.
    yield from sorted(pairs, key=lambda pair: max(each.get_id() for each in pair))


def _leaves(term: z3.ExprRef) -> Iterator[Any]:
    """The variables, quotients and rests that a word is made of."""
    if _divides(term) or (z3.is_bv(term) and not term.children() and not z3.is_bv_value(term)):
        yield term
        return
    for each in term.children():
        yield from _leaves(each)


def _divides(term: z3.ExprRef) -> bool:
    return any(term.decl().eq(each) for each in (*_QUOTIENTS.values(), *_RESTS.values()))


class Abstraction:
    """Terms with a variable for each sum or product that a quotient is a part of.

    What cannot be with the variables cannot be at all; the other way round it may. Questions become
    easy: those about time mostly ask for the same sum on both sides.
    """

    def __init__(self) -> None:
        #: By the number of a term: the term, which keeps its number, and what stands for it.
        self._known: dict[int, tuple[z3.ExprRef, Any]] = {}
        self._divides: dict[int, tuple[z3.ExprRef, bool]] = {}
        self._different: dict[tuple[int, int], tuple[Bits, Bits]] = {}
        self._random = Random(0)

    def of(self, term: Any) -> Any:
        """The term, with variables where it divides."""
        if not self._contains(term):
            return term
        if term.get_id() not in self._known:
            self._known[term.get_id()] = term, self._made(term)
        return self._known[term.get_id()][1]

    def may_be_equal(self, a: Bits, b: Bits) -> bool:
        """Whether two words are equal for some values of what is in them, and were not judged."""
        if (a.get_id(), b.get_id()) in self._different:
            return False
        values = [
            (each, z3.BitVecVal(self._random.getrandbits(each.size()), each.size()))
            for each in _leaves(a - b)
        ]
        difference = simplified(z3.substitute(a - b, *values))
        return not z3.is_bv_value(difference) or not difference.as_long()

    def are_different(self, a: Bits, b: Bits) -> None:
        """Two words were judged."""
        self._different[a.get_id(), b.get_id()] = a, b

    def _made(self, term: Any) -> Any:
        if z3.is_bv(term) and (term.decl().kind() in _ARITHMETIC or _divides(term)):
            return z3.FreshConst(term.sort(), "sum")
        parts = [(each, self.of(each)) for each in term.children() if self._contains(each)]
        return z3.substitute(term, *parts)

    def _contains(self, term: z3.ExprRef) -> bool:
        known = self._divides.get(term.get_id())
        if known is not None:
            return known[1]
        stack = [term]
        while stack:
            each = stack[-1]
            parts = each.children()
            unknown = [part for part in parts if part.get_id() not in self._divides]
            if each.get_id() in self._divides or not unknown:
                stack.pop()
                divides = _divides(each) or any(self._divides[part.get_id()][1] for part in parts)
                self._divides[each.get_id()] = each, divides
            else:
                stack += unknown
        return self._divides[term.get_id()][1]


def _pairs(terms: Iterable[z3.ExprRef]) -> Iterator[tuple[Bits, Bits]]:
    seen: dict[int, z3.ExprRef] = {}
    pairs: dict[tuple[int, int], tuple[Bits, Bits]] = {}
    stack = list(terms)
    while stack:
        term = stack.pop()
        if term.get_id() in seen:
            continue
        seen[term.get_id()] = term
        stack.extend(term.children())
        if _divides(term):
            pairs[term.arg(0).get_id(), term.arg(1).get_id()] = term.arg(0), term.arg(1)
    yield from pairs.values()
