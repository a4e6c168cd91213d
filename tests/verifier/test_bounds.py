# SPDX-License-Identifier: Apache-2.0
"""Intervals against every concrete outcome at a small width."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

import pytest

from lightexit.verifier import bounds
from lightexit.verifier.bounds import Bounds, signed
from verifier.domains import all_bounds, within

WIDTH = 4
SIZE = 1 << WIDTH
ALL = [(bounds.agree(b, WIDTH) or b, xs) for b, xs in all_bounds(WIDTH)]

Operation = Callable[[Bounds, Bounds, int], Bounds]


def _sdiv(x: int, y: int) -> int:
    a, b = signed(x, WIDTH), signed(y, WIDTH)
    return int(math.copysign(abs(a) // abs(b), a * b)) % SIZE if b else 0


def _smod(x: int, y: int) -> int:
    a, b = signed(x, WIDTH), signed(y, WIDTH)
    return int(math.fmod(a, b)) % SIZE if b else x


OPERATIONS: dict[str, tuple[Operation, Callable[[int, int], int]]] = {
    "add": (bounds.add, lambda x, y: x + y),
    "sub": (bounds.sub, lambda x, y: x - y),
    "mul": (bounds.mul, lambda x, y: x * y),
    "div": (bounds.div, lambda x, y: x // y if y else 0),
    "mod": (bounds.mod, lambda x, y: x % y if y else x),
    "sdiv": (bounds.sdiv, _sdiv),
    "smod": (bounds.smod, _smod),
    "and": (bounds.and_, lambda x, y: x & y),
    "or": (bounds.or_, lambda x, y: x | y),
    "xor": (bounds.xor, lambda x, y: x ^ y),
}
SHIFTS: dict[str, tuple[Operation, Callable[[int, int], int]]] = {
    "lsh": (bounds.lsh, lambda x, y: x << y),
    "rsh": (bounds.rsh, lambda x, y: x >> y),
    "arsh": (bounds.arsh, lambda x, y: signed(x, WIDTH) >> y),
}


def assert_holds(name: str, a: tuple[Bounds, list[int]], b: tuple[Bounds, list[int]]) -> None:
    """The result holds whatever the concrete operation gives."""
    abstract, concrete = (OPERATIONS | SHIFTS)[name]
    result = abstract(a[0], b[0], WIDTH)
    for x in a[1]:
        for y in b[1]:
            assert within(result, concrete(x, y) % SIZE, WIDTH), (name, a[0], b[0], x, y)


@pytest.mark.parametrize("name", OPERATIONS)
def test_operations_hold_every_outcome(name: str) -> None:
    random = Random(1)
    for a in ALL:
        for b in random.sample(ALL, 24):
            assert_holds(name, a, b)


@pytest.mark.parametrize("name", SHIFTS)
def test_shifts_hold_every_outcome(name: str) -> None:
    amounts = [each for each in ALL if each[0].umax < WIDTH]
    for a in ALL:
        for b in amounts:
            assert_holds(name, a, b)


def test_the_two_readings_refine_each_other_and_lose_nothing() -> None:
    for low in range(SIZE):
        for high in range(low, SIZE):
            for slow in range(-SIZE // 2, SIZE // 2):
                for shigh in range(slow, SIZE // 2):
                    b = Bounds(low, high, slow, shigh)
                    inside = [x for x in range(SIZE) if within(b, x, WIDTH)]
                    agreed = bounds.agree(b, WIDTH)
                    assert (agreed is None) == (not inside), b
                    if agreed:
                        ordered = [signed(x, WIDTH) for x in inside]
                        assert agreed == (inside[0], inside[-1], min(ordered), max(ordered))


def test_wrap_is_exact_or_unknown() -> None:
    for low in range(-40, 40):
        for high in range(low, 40):
            wrapped = bounds.wrap(low, high, WIDTH)
            assert all(within(wrapped, x % SIZE, WIDTH) for x in range(low, high + 1))
            if low >= 0 and high < SIZE:
                assert (wrapped.umin, wrapped.umax) == (low, high)
