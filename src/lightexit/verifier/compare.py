# SPDX-License-Identifier: Apache-2.0
"""What a conditional jump teaches about the numbers it compares."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from lightexit.verifier import bounds, tnum
from lightexit.verifier.bounds import Bounds
from lightexit.verifier.scalar import FULL32, Scalar, make
from lightexit.verifier.tnum import Tnum

#: The condition that holds where the jump is not taken. "jclear" (no common bit set) is ours.
OPPOSITE = {
    "jeq": "jne",
    "jne": "jeq",
    "jgt": "jle",
    "jle": "jgt",
    "jge": "jlt",
    "jlt": "jge",
    "jsgt": "jsle",
    "jsle": "jsgt",
    "jsge": "jslt",
    "jslt": "jsge",
    "jset": "jclear",
}

_MIRRORED = {"jgt": "jlt", "jge": "jle", "jsgt": "jslt", "jsge": "jsle"}

# One operand at the width of the comparison.
View = tuple[Tnum, Bounds]
Pair = tuple[View, View]


def _equal(a: View, b: View) -> Pair | None:
    bits, range_ = tnum.meet(a[0], b[0]), bounds.meet(a[1], b[1])
    return ((bits, range_),) * 2 if bits is not None and range_ is not None else None


def _without(view: View, x: int, signed_x: int) -> View | None:
    """The view without the number x, which can be cut off at an end only."""
    bits, (umin, umax, smin, smax) = view
    if not bits.mask:
        return None if bits.value == x else view
    cut = Bounds(umin + (umin == x), umax - (umax == x), smin + (smin == signed_x), smax)
    cut = cut._replace(smax=smax - (smax == signed_x))
    return (bits, cut) if cut.umin <= cut.umax and cut.smin <= cut.smax else None


def _different(a: View, b: View) -> Pair | None:
    left: View | None = a
    right: View | None = b
    if not b[0].mask:
        left = _without(a, b[0].value, b[1].smin)
    if not a[0].mask:
        right = _without(b, a[0].value, a[1].smin)
    return (left, right) if left and right else None


def _less(a: View, b: View, gap: int) -> Pair | None:
    """a + gap <= b, unsigned."""
    (p, x), (q, y) = a, b
    umax, umin = min(x.umax, y.umax - gap), max(y.umin, x.umin + gap)
    if x.umin > umax or umin > y.umax:
        return None
    return (p, Bounds(x.umin, umax, x.smin, x.smax)), (q, Bounds(umin, y.umax, y.smin, y.smax))


def _less_signed(a: View, b: View, gap: int) -> Pair | None:
    """a + gap <= b, signed."""
    (p, x), (q, y) = a, b
    smax, smin = min(x.smax, y.smax - gap), max(y.smin, x.smin + gap)
    if x.smin > smax or smin > y.smax:
        return None
    return (p, Bounds(x.umin, x.umax, x.smin, smax)), (q, Bounds(y.umin, y.umax, smin, y.smax))


def _some_common_bit(a: View, b: View) -> Pair | None:
    """a & b is not 0."""
    possible = (a[0].value | a[0].mask) & (b[0].value | b[0].mask)
    if not possible:
        return None
    if possible & possible - 1:
        return a, b
    return _set(a, possible), _set(b, possible)


def _set(view: View, bit: int) -> View:
    bits, range_ = view
    return Tnum(bits.value | bit, bits.mask & ~bit), range_


def _no_common_bit(a: View, b: View) -> Pair | None:
    """a & b is 0."""
    (p, x), (q, y) = a, b
    if p.value & q.value:
        return None
    return (Tnum(p.value, p.mask & ~q.value), x), (Tnum(q.value, q.mask & ~p.value), y)


_CONDITIONS: dict[str, Callable[[View, View], Pair | None]] = {
    "jeq": _equal,
    "jne": _different,
    "jlt": lambda a, b: _less(a, b, 1),
    "jle": lambda a, b: _less(a, b, 0),
    "jslt": lambda a, b: _less_signed(a, b, 1),
    "jsle": lambda a, b: _less_signed(a, b, 0),
    "jset": _some_common_bit,
    "jclear": _no_common_bit,
}


def _view(s: Scalar, width: int) -> View:
    if width == 64:
        return s.bits, s.wide
    return Tnum(s.bits.value & FULL32, s.bits.mask & FULL32), s.low


def _absorb(s: Scalar, view: View, width: int) -> Scalar | None:
    """s, knowing what the view of it became."""
    bits, range_ = view
    if width == 64:
        return make(bits, range_, s.low)
    high = ~FULL32
    return make(
        Tnum(s.bits.value & high | bits.value, s.bits.mask & high | bits.mask), s.wide, range_
    )


@lru_cache(1 << 15)
def assume(name: str, width: int, a: Scalar, b: Scalar) -> tuple[Scalar, Scalar] | None:
    """a and b, knowing that the comparison holds; None if it cannot."""
    if name in _MIRRORED:
        swapped = assume(_MIRRORED[name], width, b, a)
        return swapped and (swapped[1], swapped[0])
    pair = _CONDITIONS[name](_view(a, width), _view(b, width))
    if pair is None:
        return None
    left, right = _absorb(a, pair[0], width), _absorb(b, pair[1], width)
    return (left, right) if left is not None and right is not None else None
