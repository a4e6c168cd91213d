# SPDX-License-Identifier: Apache-2.0
"""Random ranges: of both signs, of any step, with bounds that are constant or computed."""

from __future__ import annotations

from dataclasses import dataclass

from laws.expressions import EDGES, Expressions, Number
from lightexit.compiler.typed import interval as bounds
from lightexit.compiler.typed.interval import Interval, is_exact, point

_STEPS = (1, 1, 1, 2, 2, 3, 4, 5, 7, -1, -1, -1, -2, -2, -3, -4, -5, -7)
_LONG_STEPS = (2**31, 2**32, 2**62, 2**63, -(2**31), -(2**32), -(2**62))


@dataclass(frozen=True)
class Counting:
    """What stands within `range(...)`, the counter's bounds, and the most rounds that it makes."""

    text: str
    bounds: Interval
    rounds: int


def random_range(fn: Expressions, most: int) -> Counting:
    """A range of at most so many rounds that the language takes."""
    while True:
        step = fn.random.choice(_STEPS if fn.chance(0.9) else _LONG_STEPS)
        start, stop = _ends(fn, step)
        passed = bounds.add(stop.bounds, point(step))
        every = start.bounds.union(stop.bounds).union(passed)
        counting = _counting(fn, start, stop, step)
        if is_exact(every) and counting.rounds <= most:
            return counting


def _counting(fn: Expressions, start: Number, stop: Number, step: int) -> Counting:
    text = f"{start.text}, {stop.text}, {step}"
    if step == 1 and fn.chance(0.7):
        text = f"{start.text}, {stop.text}"
        text = stop.text if start.text == "0" else text
    a, b = start.bounds, stop.bounds
    if step > 0:
        return Counting(text, Interval(a.lo, max(a.lo, b.hi - 1)), _rounds(b.hi - a.lo, step))
    return Counting(text, Interval(b.lo + 1, max(b.lo + 1, a.hi)), _rounds(a.hi - b.lo, -step))


def _rounds(distance: int, step: int) -> int:
    return max(0, -(-distance // step))


def _ends(fn: Expressions, step: int) -> tuple[Number, Number]:
    """Where to start and where to stop: some rounds apart, or not even in that direction."""
    rounds = fn.random.choice((0, 1, 2, 3, 4, 5, 8))
    far = rounds * step + fn.random.choice((-1, 0, 0, 1)) * fn.random.randrange(abs(step))
    if fn.chance(0.15):
        first = fn.random.choice((*EDGES, 2**63, 2**63)) * fn.random.choice((1, 1, -1))
    else:
        first = fn.random.choice((0, 0, 0, 1, 2, 5, -1, -3, 8, 9))
    if fn.chance(0.5):  # to or from near 0
        first, last = (first, first + far) if step > 0 else (first - far, first)
    else:
        last = first + far
    return _end(fn, first), _end(fn, last)


def _end(fn: Expressions, value: int) -> Number:
    """A constant, or what may be as large, or as small."""
    kind = fn.random.randrange(8)
    if kind > 3:
        return Number(str(value), point(value))
    if kind == 0 and fn.scope.ints:
        name = fn.random.choice(list(fn.scope.ints))
        return Number(name, fn.scope.ints[name])
    some = fn.natural(1)
    if kind == 1:
        return Number(f"({some.text} & 7)", bounds.bit_and(some.bounds, point(7)))
    if kind == 2:
        limits = bounds.add(bounds.modulo(some.bounds, point(6)), point(value))
        return Number(f"({some.text} % 6 + {value})", limits)
    limits = bounds.subtract(point(value), bounds.bit_and(some.bounds, point(3)))
    return Number(f"({value} - ({some.text} & 3))", limits)
