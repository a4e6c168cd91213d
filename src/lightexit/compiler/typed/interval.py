# SPDX-License-Identifier: Apache-2.0
"""`Interval`: all that the compiler knows of an integer's value.

Bounds are Python's integers. Beyond 2**1024 they stand for "no bound": `1 << n` with a wide `n`
has none, and nobody needs one, because such a value is only ever wrapped.
"""

from __future__ import annotations

from dataclasses import dataclass

from lightexit.abi import IntType

UNBOUNDED = 1 << 1024


def _clamp(bound: int) -> int:
    return max(-UNBOUNDED, min(bound, UNBOUNDED))


@dataclass(frozen=True, slots=True)
class Interval:
    """The integers from `lo` to `hi`, both included; never empty."""

    lo: int
    hi: int

    @property
    def is_point(self) -> bool:
        """Whether there is one value only."""
        return self.lo == self.hi

    def within(self, other: Interval) -> bool:
        """Whether all of this lies in `other`."""
        return other.lo <= self.lo and self.hi <= other.hi

    def union(self, other: Interval) -> Interval:
        """The smallest interval that holds both."""
        return Interval(min(self.lo, other.lo), max(self.hi, other.hi))

    def meet(self, lo: int, hi: int) -> Interval | None:
        """The part from `lo` to `hi`, if there is one."""
        lo, hi = max(lo, self.lo), min(hi, self.hi)
        return Interval(lo, hi) if lo <= hi else None

    def __repr__(self) -> str:
        return f"{self.lo}..{self.hi}"

    def __str__(self) -> str:
        return describe(self.lo) if self.is_point else f"[{describe(self.lo)}, {describe(self.hi)}]"


U64 = Interval(0, 2**64 - 1)
I64 = Interval(-(2**63), 2**63 - 1)


def point(value: int) -> Interval:
    """The interval of one value."""
    return Interval(value, value)


def unsigned(bits: int) -> Interval:
    """All values of that many bits."""
    return Interval(0, (1 << bits) - 1)


def signed(bits: int) -> Interval:
    """All values of two's complement of that many bits."""
    return Interval(-(1 << bits - 1), (1 << bits - 1) - 1)


def limits_of(kind: IntType) -> Interval:
    """All values of an integer type."""
    return Interval(kind.minimum, kind.maximum)


def is_exact(interval: Interval) -> bool:
    """Whether 64 bits tell the exact value; otherwise they tell it modulo 2**64 only."""
    return interval.within(U64) or interval.within(I64)


def add(a: Interval, b: Interval) -> Interval:
    """Bounds of a + b."""
    lo = -UNBOUNDED if -UNBOUNDED in (a.lo, b.lo) else a.lo + b.lo
    hi = UNBOUNDED if UNBOUNDED in (a.hi, b.hi) else a.hi + b.hi
    return Interval(_clamp(lo), _clamp(hi))


def negate(a: Interval) -> Interval:
    """Bounds of -a."""
    return Interval(-a.hi, -a.lo)


def subtract(a: Interval, b: Interval) -> Interval:
    """Bounds of a - b."""
    return add(a, negate(b))


def multiply(a: Interval, b: Interval) -> Interval:
    """Bounds of a * b."""
    if UNBOUNDED in (a.hi, b.hi, -a.lo, -b.lo):
        return Interval(0 if a.lo >= 0 and b.lo >= 0 else -UNBOUNDED, UNBOUNDED)
    corners = (a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi)
    return Interval(_clamp(min(corners)), _clamp(max(corners)))


def shift_left(a: Interval, count: Interval) -> Interval:
    """Bounds of a << count, for counts of at least 0."""
    least, most = min(count.lo, 2048), min(count.hi, 2048)
    lo = a.lo << (most if a.lo < 0 else least)
    hi = a.hi << (least if a.hi < 0 else most)
    return Interval(_clamp(lo), _clamp(hi))


def shift_right(a: Interval, count: Interval) -> Interval:
    """Bounds of a >> count, for counts of at least 0."""
    least, most = min(count.lo, 2048), min(count.hi, 2048)
    return Interval(a.lo >> (least if a.lo < 0 else most), a.hi >> (most if a.hi < 0 else least))


def floor_divide(a: Interval, b: Interval) -> Interval:
    """Bounds of a // b (a divisor of 0 is a fault)."""
    above, below = _by_sign(b)
    parts = [_floor_divide(a, above)] if above else []
    parts += [_floor_divide(negate(a), below)] if below else []
    return parts[0].union(parts[-1]) if parts else point(0)


def modulo(a: Interval, b: Interval) -> Interval:
    """Bounds of a % b (a divisor of 0 is a fault)."""
    above, below = _by_sign(b)
    parts = [_modulo(a, above)] if above else []
    parts += [negate(_modulo(negate(a), below))] if below else []
    return parts[0].union(parts[-1]) if parts else point(0)


def _by_sign(divisor: Interval) -> tuple[Interval | None, Interval | None]:
    """The part above 0, and the opposite of the part below: dividing by that is dividing the
    opposite dividend by a number above 0."""
    return divisor.meet(1, UNBOUNDED), negate(divisor).meet(1, UNBOUNDED)


def _floor_divide(a: Interval, b: Interval) -> Interval:
    return Interval(
        a.lo // (b.lo if a.lo < 0 else b.hi),
        a.hi // (b.hi if a.hi < 0 else b.lo),
    )


def _modulo(a: Interval, b: Interval) -> Interval:
    if a.lo < 0:
        return Interval(0, b.hi - 1)
    return a if a.hi < b.lo else Interval(0, min(a.hi, b.hi - 1))


def invert(a: Interval) -> Interval:
    """Bounds of ~a."""
    return Interval(_clamp(-a.hi - 1), _clamp(-a.lo - 1))


def bit_and(a: Interval, b: Interval) -> Interval:
    """Bounds of a & b."""
    tops = [side.hi for side in (a, b) if side.lo >= 0]
    return Interval(0, min(tops)) if tops else _signed(a, b)


def bit_or(a: Interval, b: Interval) -> Interval:
    """Bounds of a | b."""
    if a.lo < 0 or b.lo < 0:
        return _signed(a, b)
    return Interval(max(a.lo, b.lo), _all_ones(a, b))


def bit_xor(a: Interval, b: Interval) -> Interval:
    """Bounds of a ^ b."""
    return _signed(a, b) if a.lo < 0 or b.lo < 0 else Interval(0, _all_ones(a, b))


def minimum(a: Interval, b: Interval) -> Interval:
    """Bounds of min(a, b)."""
    return Interval(min(a.lo, b.lo), min(a.hi, b.hi))


def maximum(a: Interval, b: Interval) -> Interval:
    """Bounds of max(a, b)."""
    return Interval(max(a.lo, b.lo), max(a.hi, b.hi))


def _all_ones(a: Interval, b: Interval) -> int:
    return _clamp((1 << max(a.hi, b.hi).bit_length()) - 1)


def _signed(a: Interval, b: Interval) -> Interval:
    """All numbers of as many two's complement bits as the wider of both has."""
    bits = max(max(bound, ~bound).bit_length() for bound in (a.lo, a.hi, b.lo, b.hi))
    return Interval(_clamp(-(1 << bits)), _clamp((1 << bits) - 1))


def counted(start: Interval, stop: Interval, step: int) -> Interval:
    """All that a counter of a range may hold, with the value past the end at which it stops."""
    return start.union(stop).union(add(stop, point(step)))


def describe(value: int) -> str:
    """A bound as people write it: near a power of two by its name."""
    if abs(value) < 2**16:
        return str(value)
    if abs(value) >= UNBOUNDED:
        return "-inf" if value < 0 else "inf"
    for text, near in (("", 0), (" - 1", 1), (" + 1", -1)):
        power = abs(value + near)
        if power & (power - 1) == 0:
            return f"{'-' if value < 0 else ''}2**{power.bit_length() - 1}{text}"
    return str(value) if abs(value) < 2**64 else f"{'-' if value < 0 else ''}about 2**{_log(value)}"


def _log(value: int) -> int:
    return abs(value).bit_length() - 1
