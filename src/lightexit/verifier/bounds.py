# SPDX-License-Identifier: Apache-2.0
"""Intervals of fixed-width integers, read both as unsigned and as signed.

Operations take the width in bits. Each computes the exact interval of the mathematical result
and wraps it (`wrap`), so overflow is handled in one place.
"""

from __future__ import annotations

from typing import NamedTuple


class Bounds(NamedTuple):
    """A value x with umin <= x <= umax, and smin <= x <= smax read as two's complement."""

    umin: int
    umax: int
    smin: int
    smax: int


def anything(width: int) -> Bounds:
    """Nothing known."""
    half = 1 << width - 1
    return Bounds(0, 2 * half - 1, -half, half - 1)


FULL = {width: anything(width) for width in (3, 4, 5, 8, 16, 32, 64)}


def signed(x: int, width: int) -> int:
    """The unsigned number x read as two's complement."""
    return x - (1 << width) if x >> width - 1 else x


def wrap(low: int, high: int, width: int) -> Bounds:
    """Bounds of x modulo 2**width, for every integer x in [low, high]."""
    full, half = (1 << width) - 1, 1 << width - 1
    umin, umax, smin, smax = 0, full, -half, half - 1
    if low >> width == high >> width:
        umin, umax = low & full, high & full
    if low + half >> width == high + half >> width:
        smin, smax = (low + half & full) - half, (high + half & full) - half
    return Bounds(umin, umax, smin, smax)


def both(a: Bounds, b: Bounds) -> Bounds:
    """What both say. Unlike `meet`, for two views that cannot contradict each other."""
    return Bounds(
        max(a.umin, b.umin), min(a.umax, b.umax), max(a.smin, b.smin), min(a.smax, b.smax)
    )


def meet(a: Bounds, b: Bounds) -> Bounds | None:
    """What both say; None if no number satisfies both."""
    c = both(a, b)
    return c if c.umin <= c.umax and c.smin <= c.smax else None


def join(a: Bounds, b: Bounds) -> Bounds:
    """The least that holds both."""
    return Bounds(
        min(a.umin, b.umin), max(a.umax, b.umax), min(a.smin, b.smin), max(a.smax, b.smax)
    )


def covers(a: Bounds, b: Bounds) -> bool:
    """Whether a holds every number that b holds."""
    return a.umin <= b.umin and b.umax <= a.umax and a.smin <= b.smin and b.smax <= a.smax


#: umin, umax, smin, smax: bounds on the way, before they are kept.
Quad = tuple[int, int, int, int]


def agree(b: Bounds, width: int) -> Bounds | None:
    """Let the unsigned and the signed bounds refine each other; None if they contradict."""
    agreed = refine(*b, 1 << width - 1)
    return agreed and Bounds(*agreed)


def refine(umin: int, umax: int, smin: int, smax: int, half: int) -> Quad | None:
    """`agree` of bounds that need not be kept; `half` is the number of negative numbers.

    Written for speed: nearly all of a first proof's time goes by here.
    """
    if smin >= 0 or umax < half:
        low = umin if umin > smin else smin
        high = umax if umax < smax else smax
        return (low, high, low, high) if low <= high else None
    modulus = 2 * half
    # The unsigned interval is two signed ones: up to half, and from half on.
    low = umin - modulus if umin - modulus > smin else smin
    high = umax - modulus if umax - modulus < smax else smax
    top = smax if smax < umax else umax
    if umin > top or smax < 0:
        return (low + modulus, high + modulus, low, high) if low <= high else None
    if low > high:
        return umin, top, umin, top
    return umin, high + modulus, low, top


def add(a: Bounds, b: Bounds, width: int) -> Bounds:
    """a + b."""
    return both(
        wrap(a.umin + b.umin, a.umax + b.umax, width), wrap(a.smin + b.smin, a.smax + b.smax, width)
    )


def sub(a: Bounds, b: Bounds, width: int) -> Bounds:
    """a - b."""
    return both(
        wrap(a.umin - b.umax, a.umax - b.umin, width), wrap(a.smin - b.smax, a.smax - b.smin, width)
    )


def mul(a: Bounds, b: Bounds, width: int) -> Bounds:
    """a * b."""
    corners = (a.smin * b.smin, a.smin * b.smax, a.smax * b.smin, a.smax * b.smax)
    return both(
        wrap(a.umin * b.umin, a.umax * b.umax, width), wrap(min(corners), max(corners), width)
    )


def div(a: Bounds, b: Bounds, width: int) -> Bounds:
    """a / b, unsigned; by zero it is 0."""
    low = a.umin // b.umax if b.umin else 0
    return wrap(low, a.umax // max(b.umin, 1), width)


def mod(a: Bounds, b: Bounds, width: int) -> Bounds:
    """a % b, unsigned; by zero it is a."""
    if a.umax < b.umin:
        return a
    return wrap(0, min(a.umax, b.umax - 1) if b.umin else a.umax, width)


def sdiv(a: Bounds, b: Bounds, width: int) -> Bounds:
    """a / b, signed, rounding to zero; by zero it is 0. The least number by -1 wraps to itself."""
    smallest = max(min(abs(b.smin), abs(b.smax)), 1) if b.smin > 0 or b.smax < 0 else 1
    magnitude = max(abs(a.smin), abs(a.smax)) // smallest
    low = 0 if a.smin >= 0 and b.smin >= 0 else -magnitude
    return wrap(low, magnitude, width)


def smod(a: Bounds, b: Bounds, width: int) -> Bounds:
    """a % b, signed, with the sign of a; by zero it is a."""
    low, high = min(a.smin, 0), max(a.smax, 0)
    if b.smin > 0 or b.smax < 0:
        most = max(abs(b.smin), abs(b.smax)) - 1
        low, high = max(low, -most), min(high, most)
    return wrap(low, high, width)


def lsh(a: Bounds, b: Bounds, width: int) -> Bounds:
    """a << b, for b < width."""
    corners = (a.smin << b.umin, a.smin << b.umax, a.smax << b.umin, a.smax << b.umax)
    return both(
        wrap(a.umin << b.umin, a.umax << b.umax, width), wrap(min(corners), max(corners), width)
    )


def rsh(a: Bounds, b: Bounds, width: int) -> Bounds:
    """a >> b, unsigned, for b < width."""
    return wrap(a.umin >> b.umax, a.umax >> b.umin, width)


def arsh(a: Bounds, b: Bounds, width: int) -> Bounds:
    """a >> b, signed, for b < width."""
    corners = (a.smin >> b.umin, a.smin >> b.umax, a.smax >> b.umin, a.smax >> b.umax)
    return wrap(min(corners), max(corners), width)


def and_(a: Bounds, b: Bounds, width: int) -> Bounds:
    """a & b: no more than either."""
    return wrap(0, min(a.umax, b.umax), width)


def or_(a: Bounds, b: Bounds, width: int) -> Bounds:
    """a | b: no less than either, no more bits than the longer."""
    longest = max(a.umax.bit_length(), b.umax.bit_length())
    return wrap(max(a.umin, b.umin), (1 << longest) - 1, width)


def xor(a: Bounds, b: Bounds, width: int) -> Bounds:
    """a ^ b: no more bits than the longer."""
    return wrap(0, (1 << max(a.umax.bit_length(), b.umax.bit_length())) - 1, width)
