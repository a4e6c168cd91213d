# SPDX-License-Identifier: Apache-2.0
"""`muldiv64` in the filter language itself, exact for all 64-bit inputs.

Plain Python like any @inline function: each of these can be called and tested as it stands.
"""

from __future__ import annotations

from collections.abc import Callable

from lightexit.abi.inline import inline
from lightexit.abi.types import u32, u64
from lightexit.compiler.typed.interval import Interval

_LOW = 2**32 - 1


def choose(a: Interval, b: Interval, divisor: Interval) -> Callable[[int, int, int], int]:
    """The cheapest function that is exact for these; `split` takes the smaller factor as b."""
    if a.hi * b.hi < 2**64:
        return direct
    if (divisor.hi - 1) * min(a.hi, b.hi) < 2**64:
        return split
    return general


@inline
def direct(a: u64, b: u64, divisor: u64) -> u64:
    """For a * b < 2**64."""
    return a * b // divisor


@inline
def split(a: u64, b: u64, divisor: u64) -> u64:
    """For (divisor - 1) * b < 2**64."""
    return u64(a // divisor * b + a % divisor * b // divisor)


@inline
def general(a: u64, b: u64, divisor: u64) -> u64:
    """For all: schoolbook multiplication, then division of 128 by 64 bits."""
    high, low = multiply(a, b)
    if high == 0:
        return low // divisor
    if high >= divisor:
        high = high % divisor
    return divide(high, low, divisor)


@inline
def multiply(a: u64, b: u64) -> tuple[u64, u64]:
    """a * b as the high and the low 64 bits."""
    a_high, a_low = a >> 32, a & _LOW
    b_high, b_low = b >> 32, b & _LOW
    low = a_low * b_low
    middle = u64(a_high * b_low + (low >> 32))
    cross = u64(a_low * b_high + (middle & _LOW))
    high = u64(a_high * b_high + (middle >> 32) + (cross >> 32))
    return high, u64(cross << 32 | low & _LOW)


@inline
def divide(high: u64, low: u64, divisor: u64) -> u64:
    """(high * 2**64 + low) // divisor for high < divisor, in two digits of 32 bits.

    Knuth, The Art of Computer Programming, volume 2, section 4.3.1, algorithm D.
    """
    shift = leading_zeros(divisor)
    d = u64(divisor << shift)
    top = u64(high << shift | low >> 1 >> 63 - shift)
    rest = u64(low << shift)
    first = digit(top, rest >> 32, d)
    remainder = u64((top << 32 | rest >> 32) - first * d)
    return u64(first << 32 | digit(remainder, rest & _LOW, d))


@inline
def digit(top: u64, next_digit: u64, d: u64) -> u64:
    """One digit of the quotient of top and the next digit by d, whose highest bit is set."""
    d_high = d >> 32
    q = top // max(d_high, 1)
    r = top % max(d_high, 1)
    q, r = corrected(q, r, next_digit, d)
    q, r = corrected(q, r, next_digit, d)
    return u32(q)


@inline
def corrected(q: u64, r: u64, next_digit: u64, d: u64) -> tuple[u64, u64]:
    """The estimated digit q and its remainder r, one less where q is seen to be too large."""
    if r <= _LOW and (q > _LOW or q * (d & _LOW) > (r << 32 | next_digit)):
        return u64(q - 1), r + (d >> 32)
    return q, r


@inline
def bit_length(value: u64) -> u64:
    """How many bits `value` has, as `int.bit_length` says."""
    return 64 - leading_zeros(value) if value != 0 else 0


@inline
def bit_count(value: u64) -> u64:
    """How many bits of `value` are set, as `int.bit_count` says: pairs, nibbles, bytes, all."""
    pairs = u64(value - (value >> 1 & 0x5555_5555_5555_5555))
    nibbles = (pairs & 0x3333_3333_3333_3333) + (pairs >> 2 & 0x3333_3333_3333_3333)
    by_byte = nibbles + (nibbles >> 4) & 0x0F0F_0F0F_0F0F_0F0F
    return u64(by_byte * 0x0101_0101_0101_0101) >> 56


@inline
def leading_zeros(value: u64) -> u64:
    """How far to shift a value of at least 1 for its highest bit to be set."""
    value, shift = shifted(value, 0, 32)
    value, shift = shifted(value, shift, 16)
    value, shift = shifted(value, shift, 8)
    value, shift = shifted(value, shift, 4)
    value, shift = shifted(value, shift, 2)
    value, shift = shifted(value, shift, 1)
    return shift & 63


@inline
def shifted(value: u64, shift: u64, step: u64) -> tuple[u64, u64]:
    """`value` shifted by `step` if its `step` highest bits are 0, and `shift` so far."""
    if value >> 64 - step == 0:
        return u64(value << step), u64(shift + step)
    return value, shift
