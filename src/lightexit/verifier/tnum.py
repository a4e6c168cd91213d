# SPDX-License-Identifier: Apache-2.0
"""Tristate numbers: which bits of a value are known.

A `Tnum` is the set of every x with `x & ~mask == value`. Operations are sound (the result holds
every possible outcome) and take `full`, the mask of the width they work in, so that tests can
enumerate small widths. The domain is that of Vishwanathan et al., "Sound, Precise, and Fast
Abstract Interpretation with Tristate Numbers", CGO 2022.
"""

from __future__ import annotations

from typing import NamedTuple


class Tnum(NamedTuple):
    """Bits set in `mask` are unknown and clear in `value`."""

    value: int
    mask: int


def unknown(full: int) -> Tnum:
    """Nothing known."""
    return Tnum(0, full)


def contains(a: Tnum, x: int) -> bool:
    """Whether a includes the number x."""
    return x & ~a.mask == a.value


def covers(a: Tnum, b: Tnum) -> bool:
    """Whether a includes every number that b includes."""
    return not b.mask & ~a.mask and b.value & ~a.mask == a.value


def meet(a: Tnum, b: Tnum) -> Tnum | None:
    """What both say; None if they contradict each other."""
    if (a.value ^ b.value) & ~(a.mask | b.mask):
        return None
    mask = a.mask & b.mask
    return Tnum((a.value | b.value) & ~mask, mask)


def join(a: Tnum, b: Tnum) -> Tnum:
    """The least that holds both."""
    mask = a.mask | b.mask | (a.value ^ b.value)
    return Tnum(a.value & ~mask, mask)


def between(low: int, high: int) -> Tnum:
    """The least that holds every number in [low, high]: their common leading bits."""
    mask = (1 << (low ^ high).bit_length()) - 1
    return Tnum(low & ~mask, mask)


def add(a: Tnum, b: Tnum, full: int) -> Tnum:
    """a + b."""
    low = a.value + b.value
    carries = low ^ (low + a.mask + b.mask)
    mask = (carries | a.mask | b.mask) & full
    return Tnum(low & ~mask & full, mask)


def sub(a: Tnum, b: Tnum, full: int) -> Tnum:
    """a - b."""
    middle = a.value - b.value
    borrows = (middle + a.mask) ^ (middle - b.mask)
    mask = (borrows | a.mask | b.mask) & full
    return Tnum(middle & ~mask & full, mask)


def mul(a: Tnum, b: Tnum, full: int) -> Tnum:
    """a * b: the product of the known bits, and the carries of the unknown ones."""
    if b.mask.bit_count() < a.mask.bit_count():
        a, b = b, a
    product = a.value * b.value & full
    certain, possible, mask = a.value, a.value | a.mask, 0
    while possible and mask != full:
        shift = (possible & -possible).bit_length() - 1
        bit = 1 << shift
        term = (b.mask if certain & bit else b.value | b.mask) << shift & full
        mask = (mask + term | mask | term) & full
        possible &= ~bit
    return add(Tnum(product, 0), Tnum(0, mask), full)


def and_(a: Tnum, b: Tnum) -> Tnum:
    """a & b."""
    value = a.value & b.value
    return Tnum(value, (a.value | a.mask) & (b.value | b.mask) & ~value)


def or_(a: Tnum, b: Tnum) -> Tnum:
    """a | b."""
    value = a.value | b.value
    return Tnum(value, (a.mask | b.mask) & ~value)


def xor(a: Tnum, b: Tnum) -> Tnum:
    """a ^ b."""
    mask = a.mask | b.mask
    return Tnum((a.value ^ b.value) & ~mask, mask)


def lsh(a: Tnum, shift: int, full: int) -> Tnum:
    """a << shift."""
    return Tnum(a.value << shift & full, a.mask << shift & full)


def rsh(a: Tnum, shift: int) -> Tnum:
    """a >> shift, zeros coming in."""
    return Tnum(a.value >> shift, a.mask >> shift)


def arsh(a: Tnum, shift: int, full: int) -> Tnum:
    """a >> shift, the sign bit coming in: known if it is, else unknown."""
    sign = full ^ (full >> 1)
    arrived = full ^ (full >> shift)
    value, mask = a.value >> shift, a.mask >> shift
    if a.mask & sign:
        mask |= arrived
    elif a.value & sign:
        value |= arrived
    return Tnum(value & ~mask, mask)
