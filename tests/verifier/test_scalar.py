# SPDX-License-Identifier: Apache-2.0
"""Scalars of 64 bits against RFC 9669's arithmetic on random samples."""

from __future__ import annotations

from random import Random

import pytest

from lightexit.isa import alu, byte_swap, compare
from lightexit.verifier import bounds, scalar
from lightexit.verifier.compare import OPPOSITE, assume
from lightexit.verifier.scalar import Scalar
from lightexit.verifier.tnum import Tnum
from verifier.domains import FULL, number, sample

ROUNDS = 300
BINARY = [
    "add",
    "sub",
    "mul",
    "div",
    "sdiv",
    "or",
    "and",
    "lsh",
    "rsh",
    "mod",
    "smod",
    "xor",
    "arsh",
]
CONDITIONS = ["jeq", "jne", "jgt", "jge", "jlt", "jle", "jset", "jsgt", "jsge", "jslt", "jsle"]


@pytest.mark.parametrize("width", [32, 64])
@pytest.mark.parametrize("name", BINARY)
def test_arithmetic_holds_every_outcome(name: str, width: int) -> None:
    random = Random(f"{name}{width}")
    for _ in range(ROUNDS):
        (a, xs), (b, ys) = sample(random), sample(random)
        if name.endswith("sh") and random.random() < 0.8:
            b, ys = scalar.between(3, 9), [3, 5, 9]
        result = scalar.binary(name, width, a, b)
        for x in xs:
            for y in ys:
                outcome = alu(name, width, x, y)
                assert scalar.contains(result, outcome), (a, b, result, x, y, outcome)


@pytest.mark.parametrize("width", [32, 64])
@pytest.mark.parametrize("name", CONDITIONS)
def test_branches_keep_every_number_that_takes_them(name: str, width: int) -> None:
    random = Random(f"{name}{width}")
    for _ in range(ROUNDS):
        (a, xs), (b, ys) = sample(random), sample(random)
        if random.random() < 0.5:
            b, ys = scalar.const(ys[0]), ys[:1]
        met, unmet = assume(name, width, a, b), assume(OPPOSITE[name], width, a, b)
        for x in xs:
            for y in ys:
                known = met if compare(name, width, x, y) else unmet
                assert known is not None, (a, b, x, y)
                assert scalar.contains(known[0], x), (a, b, x, y)
                assert scalar.contains(known[1], y), (a, b, x, y)


@pytest.mark.parametrize("source_width", [8, 16, 32])
@pytest.mark.parametrize("width", [32, 64])
def test_sign_extension(source_width: int, width: int) -> None:
    random = Random(source_width + width)
    for _ in range(ROUNDS):
        a, xs = sample(random)
        if source_width > width:
            continue
        result = scalar.sign_extend(a, source_width, width)
        for x in xs:
            sign = -(x & 1 << source_width - 1)
            extended = (x & (1 << source_width) - 1 | sign) & (1 << width) - 1
            assert scalar.contains(result, extended), (a, x)


@pytest.mark.parametrize("name", ["le", "be", "bswap"])
@pytest.mark.parametrize("width", [16, 32, 64])
def test_byte_swaps(name: str, width: int) -> None:
    random = Random(f"{name}{width}")
    for _ in range(ROUNDS):
        a, xs = sample(random)
        result = scalar.swap_bytes(name, width, a)
        assert all(scalar.contains(result, byte_swap(name, width, x)) for x in xs), a


def test_lattice_operations_cover_their_operands() -> None:
    random = Random(1)
    for _ in range(10 * ROUNDS):
        (a, xs), (b, ys) = sample(random), sample(random)
        joined, widened, met = scalar.join(a, b), scalar.widen(a, b), scalar.meet(a, b)
        assert scalar.covers(joined, a)
        assert scalar.covers(joined, b)
        assert scalar.covers(widened, joined)
        for x in (*xs, *ys):
            assert scalar.contains(joined, x)
            if scalar.contains(a, x) and scalar.contains(b, x):
                assert met is not None
                assert scalar.contains(met, x)
        assert met is None or (scalar.covers(a, met) and scalar.covers(b, met))


def test_contradictions_seen_late_are_no_failure() -> None:
    bits = Tnum(2, 8)
    nothing = scalar.make(bits, bounds.wrap(3, 8, 64), bounds.wrap(3, 8, 32))
    assert nothing is not None
    assert scalar.binary("add", 64, nothing, scalar.const(-2)) == scalar.UNKNOWN


def test_widening_ends_soon() -> None:
    random = Random(2)
    known, steps = scalar.const(0), 0
    for _ in range(2000):
        wider = scalar.widen(known, scalar.const(number(random)))
        steps += wider != known
        known = wider
    assert steps <= 65


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (scalar.binary("and", 64, scalar.UNKNOWN, scalar.const(0xFF)), (0, 255)),
        (scalar.binary("mod", 64, scalar.UNKNOWN, scalar.const(10)), (0, 9)),
        (scalar.binary("div", 64, scalar.UNKNOWN, scalar.const(1 << 60)), (0, 15)),
        (scalar.binary("rsh", 64, scalar.UNKNOWN, scalar.const(56)), (0, 255)),
        (scalar.binary("lsh", 64, scalar.const(1), scalar.between(0, 31)), (1, 2**31)),
        (scalar.binary("add", 32, scalar.UNKNOWN, scalar.const(0)), (0, 2**32 - 1)),
        (scalar.binary("sub", 64, scalar.between(5, 9), scalar.const(5)), (0, 4)),
        (scalar.binary("mul", 64, scalar.between(2, 3), scalar.between(4, 5)), (8, 15)),
        (scalar.bytes_at(scalar.const(0x1122334455667788), 2, 2), (0x5566, 0x5566)),
        (scalar.sign_extend(scalar.between(0, 127), 8, 64), (0, 127)),
    ],
)
def test_bounds_are_as_tight_as_filters_need(result: Scalar, expected: tuple[int, int]) -> None:
    assert (result.umin, result.umax) == expected


@pytest.mark.parametrize(
    ("name", "width", "against", "expected"),
    [
        ("jlt", 64, 10, (0, 9)),
        ("jle", 32, 10, None),
        ("jeq", 64, 7, (7, 7)),
        ("jgt", 64, FULL - 1, (FULL, FULL)),
        ("jslt", 64, 0, (2**63, FULL)),
        ("jset", 64, 2**63, (2**63, FULL)),
    ],
)
def test_branches_teach(
    name: str, width: int, against: int, expected: tuple[int, int] | None
) -> None:
    known = assume(name, width, scalar.UNKNOWN, scalar.const(against))
    assert known is not None
    if expected is None:
        assert (known[0].low.umin, known[0].low.umax) == (0, 10)
        assert scalar.low_half(known[0]).umax == 10
    else:
        assert (known[0].umin, known[0].umax) == expected


@pytest.mark.parametrize("name", CONDITIONS)
def test_constants_decide_branches(name: str) -> None:
    random = Random(name)
    for _ in range(ROUNDS):
        x, y = number(random), random.choice((number(random), 0))
        for width in (32, 64):
            taken = assume(name, width, scalar.const(x), scalar.const(y)) is not None
            assert taken == compare(name, width, x, y)
            assert (
                assume(OPPOSITE[name], width, scalar.const(x), scalar.const(y)) is None
            ) == taken
