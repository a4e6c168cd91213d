# SPDX-License-Identifier: Apache-2.0
"""What is known of a 64-bit number: its bits, its bounds, and the bounds of its low half.

The three views refine each other in `make`. All operations are pure and cached: a filter's
paths ask the same questions again and again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from lightexit.isa import alu, byte_swap
from lightexit.verifier import bounds, tnum
from lightexit.verifier.bounds import Bounds, Quad
from lightexit.verifier.tnum import Tnum

FULL64 = 2**64 - 1
FULL32 = 2**32 - 1
_HIGH = FULL64 ^ FULL32
_BITS = tnum.unknown(FULL64)
_WIDE = bounds.FULL[64]
_LOW = bounds.FULL[32]
_HALF64 = 1 << 63
_HALF32 = 1 << 31
_CACHE = 1 << 15


class Scalar(NamedTuple):
    """Every x that has these bits, lies in `wide`, and whose low 32 bits lie in `low`."""

    bits: Tnum
    wide: Bounds
    low: Bounds

    @property
    def is_const(self) -> bool:
        """Whether one number is left."""
        return not self.bits.mask

    @property
    def const(self) -> int:
        """That number, unsigned."""
        return self.bits.value

    @property
    def umin(self) -> int:
        """The least it can be, unsigned."""
        return self.wide.umin

    @property
    def umax(self) -> int:
        """The most it can be, unsigned."""
        return self.wide.umax


@lru_cache(_CACHE)
def const(value: int) -> Scalar:
    """Exactly `value`, modulo 2**64."""
    value &= FULL64
    low = value & FULL32
    wide, s = bounds.signed(value, 64), bounds.signed(low, 32)
    return Scalar(Tnum(value, 0), Bounds(value, value, wide, wide), Bounds(low, low, s, s))


def _low_in(umin: int, umax: int, smin: int, smax: int, low: Quad) -> Quad | None:
    """The low half's bounds that follow from the number's, where the high half is constant."""
    a, b, c, d = low
    if umin >> 32 == umax >> 32:
        a, b = max(a, umin & FULL32), min(b, umax & FULL32)
    if smin >> 32 == smax >> 32:
        a, b = max(a, smin & FULL32), min(b, smax & FULL32)
    if smin >= -_HALF32 and smax < _HALF32:
        c, d = max(c, smin), min(d, smax)
    return low if (a, b, c, d) == low else bounds.refine(a, b, c, d, _HALF32)


def _wide_in(wide: Quad, low: Quad) -> Quad | None:
    """The bounds with ends whose low half is possible."""
    umin, umax, smin, smax = wide
    a, b, _, _ = low
    if umin & FULL32 < a:
        umin = umin & _HIGH | a
    if umax & FULL32 > b:
        umax = umax & _HIGH | b
    if smin & FULL32 < a:
        smin = smin & ~FULL32 | a
    if smax & FULL32 > b:
        smax = smax & ~FULL32 | b
    ends = umin, umax, smin, smax
    return wide if ends == wide else bounds.refine(umin, umax, smin, smax, _HALF64)


def _refined(value: int, mask: int, wide: Quad, low: Quad) -> tuple[int, int, Quad, Quad] | None:
    """The bits, the bounds and those of the low half, each refined by the others."""
    umin, umax, smin, smax = wide
    most = value | mask
    # The least number has all unknown bits clear, the most has all of them set.
    known = bounds.refine(
        value if value > umin else umin, most if most < umax else umax, smin, smax, _HALF64
    )
    umin, umax, smin, smax = low
    least, most = value & FULL32, most & FULL32
    half = bounds.refine(
        least if least > umin else umin, most if most < umax else umax, smin, smax, _HALF32
    )
    half = known and half and _low_in(*known, half)
    known = known and half and _wide_in(known, half)
    if known is None or half is None:
        return None
    umin, umax, low_min, low_max = *known[:2], *half[:2]
    # All that lies between two bounds has their common leading bits.
    free = (1 << (umin ^ umax).bit_length()) - 1
    free_low = (1 << (low_min ^ low_max).bit_length()) - 1
    if (value ^ umin) & ~(mask | free) or (value ^ low_min) & ~(mask | free_low) & FULL32:
        return None
    left = mask & free & (free_low | _HIGH)
    return (value | umin & ~free | low_min & ~free_low) & ~left, left, known, half


def make(bits: Tnum, wide: Bounds, low: Bounds) -> Scalar | None:
    """Let the three views refine each other; None if they contradict."""
    if wide == _WIDE and low == _LOW and bits == _BITS:
        return UNKNOWN
    before = (*bits, tuple(wide), tuple(low))
    once = _refined(*bits, wide, low)
    found = _refined(*once) if once is not None and once != before else once
    if found is None:
        return None
    value, mask, known, half = found
    return Scalar(Tnum(value, mask), Bounds(*known), Bounds(*half)) if mask else const(value)


def _sure(bits: Tnum, wide: Bounds, low: Bounds) -> Scalar:
    """`make`, for the result of an operation.

    Not every contradiction is seen where it arises: no number of [3, 8] has the bits of 2 or 10.
    An operation on such a value of no run may see it, and may say anything.
    """
    return make(bits, wide, low) or UNKNOWN


#: Any number at all.
UNKNOWN = Scalar(_BITS, _WIDE, _LOW)


@lru_cache(_CACHE)
def between(low: int, high: int) -> Scalar:
    """Any number in [low, high], unsigned."""
    return _sure(_BITS, bounds.wrap(low, high, 64), _LOW)


def with_bits(a: Scalar, bits: Tnum) -> Scalar:
    """a, knowing some of its bits besides."""
    known = tnum.meet(a.bits, bits)
    return a if known is None else _sure(known, a.wide, a.low)


def sized(width: int) -> Scalar:
    """Any number of `width` bits, zero-extended."""
    return between(0, (1 << width) - 1)


def contains(a: Scalar, x: int) -> bool:
    """Whether a includes the unsigned 64-bit number x."""
    return covers(a, const(x))


def covers(a: Scalar, b: Scalar) -> bool:
    """Whether a includes every number that b includes."""
    if a is b or a is UNKNOWN:
        return True
    return (
        bounds.covers(a.wide, b.wide)
        and bounds.covers(a.low, b.low)
        and tnum.covers(a.bits, b.bits)
    )


@lru_cache(_CACHE)
def meet(a: Scalar, b: Scalar) -> Scalar | None:
    """What both say; None if no number satisfies both."""
    bits, wide, low = tnum.meet(a.bits, b.bits), bounds.meet(a.wide, b.wide), None
    if bits is not None and wide is not None:
        low = bounds.meet(a.low, b.low)
    return make(bits, wide, low) if bits and wide and low else None


@lru_cache(_CACHE)
def join(a: Scalar, b: Scalar) -> Scalar:
    """The least that holds both."""
    return Scalar(tnum.join(a.bits, b.bits), bounds.join(a.wide, b.wide), bounds.join(a.low, b.low))


@lru_cache(_CACHE)
def widen(a: Scalar, b: Scalar) -> Scalar:
    """Something that holds both and is reached in few steps: unknown below the first difference."""
    if a == b:
        return a
    joined = join(a, b)
    smear = (1 << max(joined.bits.mask.bit_length(), 1)) - 1
    return _sure(Tnum(joined.bits.value & ~smear, smear), _WIDE, _LOW)


@lru_cache(_CACHE)
def low_half(a: Scalar) -> Scalar:
    """a modulo 2**32."""
    bits = Tnum(a.bits.value & FULL32, a.bits.mask & FULL32)
    return _sure(bits, Bounds(a.low.umin, a.low.umax, a.low.umin, a.low.umax), a.low)


@lru_cache(_CACHE)
def truncate(a: Scalar, width: int) -> Scalar:
    """a modulo 2**width."""
    if width == 64:
        return a
    return low_half(a) if width == 32 else binary("and", 64, a, const((1 << width) - 1))


@lru_cache(_CACHE)
def bytes_at(a: Scalar, start: int, size: int) -> Scalar:
    """The `size` bytes of a from byte `start` on, little-endian."""
    shifted = binary("rsh", 64, a, const(8 * start)) if start else a
    return truncate(shifted, 8 * size)


# Operations whose low half depends on the low halves alone.
_RING: dict[str, tuple[Callable[..., Tnum], Callable[..., Bounds]]] = {
    "add": (tnum.add, bounds.add),
    "sub": (tnum.sub, bounds.sub),
    "mul": (tnum.mul, bounds.mul),
    "and": (lambda a, b, _full: tnum.and_(a, b), bounds.and_),
    "or": (lambda a, b, _full: tnum.or_(a, b), bounds.or_),
    "xor": (lambda a, b, _full: tnum.xor(a, b), bounds.xor),
}
_BOUNDED: dict[str, Callable[..., Bounds]] = {
    "div": bounds.div,
    "mod": bounds.mod,
    "sdiv": bounds.sdiv,
    "smod": bounds.smod,
}
_SHIFTS: dict[str, Callable[..., Bounds]] = {
    "lsh": bounds.lsh,
    "rsh": bounds.rsh,
    "arsh": bounds.arsh,
}


def _narrowed(a: Scalar) -> tuple[Tnum, Bounds]:
    return Tnum(a.bits.value & FULL32, a.bits.mask & FULL32), a.low


def _extended(bits: Tnum, low: Bounds) -> Scalar:
    """A 32-bit result, zero-extended."""
    return _sure(bits, Bounds(low.umin, low.umax, low.umin, low.umax), low)


def _ring(name: str, width: int, a: Scalar, b: Scalar) -> Scalar:
    on_bits, on_bounds = _RING[name]
    low = on_bounds(a.low, b.low, 32)
    if width == 32:
        return _extended(on_bits(_narrowed(a)[0], _narrowed(b)[0], FULL32), low)
    return _sure(on_bits(a.bits, b.bits, FULL64), on_bounds(a.wide, b.wide, 64), low)


def _bounded(name: str, width: int, a: Scalar, b: Scalar) -> Scalar:
    if width == 32:
        return _extended(tnum.unknown(FULL32), _BOUNDED[name](a.low, b.low, 32))
    return _sure(_BITS, _BOUNDED[name](a.wide, b.wide, 64), _LOW)


def _shifted_bits(name: str, bits: Tnum, amount: Tnum, width: int) -> Tnum:
    full = (1 << width) - 1
    if amount.mask:
        at_least = amount.value if name == "lsh" else 0
        return Tnum(0, full << at_least & full)
    if name == "rsh":
        return tnum.rsh(bits, amount.value)
    return (tnum.lsh if name == "lsh" else tnum.arsh)(bits, amount.value, full)


def _shift(name: str, width: int, a: Scalar, b: Scalar) -> Scalar:
    amount = binary("and", 64, b, const(width - 1))
    if width == 32:
        bits, low = _narrowed(a)
        return _extended(
            _shifted_bits(name, bits, amount.bits, 32), _SHIFTS[name](low, amount.wide, 32)
        )
    low = _LOW
    if name == "lsh" and amount.umax < 32:
        low = bounds.lsh(a.low, amount.wide, 32)
    bits = _shifted_bits(name, a.bits, amount.bits, 64)
    return _sure(bits, _SHIFTS[name](a.wide, amount.wide, 64), low)


@lru_cache(_CACHE)
def binary(name: str, width: int, a: Scalar, b: Scalar) -> Scalar:
    """The result of the ALU operation `name` of RFC 9669 on `width` bits."""
    if not a.bits.mask and not b.bits.mask:
        return const(alu(name, width, a.const, b.const))
    if name in _RING:
        return _ring(name, width, a, b)
    return (_shift if name in _SHIFTS else _bounded)(name, width, a, b)


def negate(a: Scalar, width: int) -> Scalar:
    """-a."""
    return binary("sub", width, const(0), a)


def sign_extend(a: Scalar, source_width: int, width: int) -> Scalar:
    """The low `source_width` bits of a, sign-extended to `width` (and zero-extended to 64)."""
    distance = const(width - source_width)
    return binary("arsh", width, binary("lsh", width, a, distance), distance)


@lru_cache(_CACHE)
def swap_bytes(name: str, width: int, a: Scalar) -> Scalar:
    """Byte order operations: `le` truncates (this is a little-endian machine), others swap."""
    if name == "le":
        return truncate(a, width)
    bits = Tnum(byte_swap(name, width, a.bits.value), byte_swap(name, width, a.bits.mask))
    return _sure(bits, _WIDE, _LOW)
