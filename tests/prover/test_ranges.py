# SPDX-License-Identifier: Apache-2.0
"""Loops that count down past 0, as a compiler once compiled them: each is refuted, and at once.

Its counter was compared as a number without a sign, so that they did not end where they should.
"""

from __future__ import annotations

import time
from typing import Any

import pytest

from lightexit.abi import Array, IoContext, Struct, Verdict, array, u8, u64
from lightexit.compiler import generate
from lightexit.compiler.lowering import ranges
from lightexit.compiler.syntax.infer import infer_filter
from lightexit.compiler.typed.check import check
from lightexit.filter import Filter, io_filter

pytest.importorskip("z3", reason="z3 is not installed (extra prove)")
from lightexit.prover import proof
from lightexit.prover.proof import PROVED, REFUTED, prove, prove_filter


class Queue(Struct):
    """What the loops read and write."""

    least: u64
    end: u8
    cells: Array[u8] = array(u8, 8)


@io_filter
def by_2_with_break(ctx: IoContext, queue: Queue) -> Verdict:
    n = 0
    for _ in range(5, queue.end & 3, -2):
        n = u64(n + 1)
        if n == 4:
            break
    ctx.data = n
    return Verdict.HANDLED


@io_filter
def between_constants(ctx: IoContext, queue: Queue) -> Verdict:
    n = 0
    for i in range(5, 0, -2):
        n = u64(n * 10 + i)
    ctx.data = n
    return Verdict.HANDLED


@io_filter
def between_constants_with_break(ctx: IoContext, queue: Queue) -> Verdict:
    n = 0
    for i in range(5, 0, -2):
        n = u64(n + queue.cells[i])
        if n > queue.least:
            break
    ctx.data = n
    return Verdict.HANDLED


@io_filter
def with_return(ctx: IoContext, queue: Queue) -> Verdict:
    n = 0
    for _ in range(7, 0, -3):
        n = u64(n + 1)
        if n > 3:
            ctx.data = 99
            return Verdict.HANDLED
    ctx.data = n
    return Verdict.HANDLED


@io_filter
def reads_below_the_array(ctx: IoContext, queue: Queue) -> Verdict:
    n, k = 0, 0
    for i in range(5, queue.end & 3, -2):
        n = u64(n * 256 + queue.cells[i])
        k = u64(k + 1)
        if k == 4:
            break
    ctx.data = n
    return Verdict.HANDLED


@io_filter
def writes_below_the_array(ctx: IoContext, queue: Queue) -> Verdict:
    k = 0
    for i in range(5, queue.end & 3, -2):
        queue.cells[i] = 255
        k = u64(k + 1)
        if k == 4:
            break
    ctx.data = k
    return Verdict.HANDLED


LOOPS = (
    by_2_with_break,
    between_constants,
    between_constants_with_break,
    with_return,
    reads_below_the_array,
    writes_below_the_array,
)


@pytest.fixture
def _no_random_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    """What refutes is a model of z3, and not luck."""
    monkeypatch.setattr(proof, "tried", lambda *_: None)


@pytest.mark.usefixtures("_no_random_inputs")
@pytest.mark.parametrize("loop", LOOPS, ids=lambda loop: loop.name)
def test_it_is_proved_as_it_is_compiled_now(loop: Filter[Any]) -> None:
    assert prove_filter(loop).verdict == PROVED


@pytest.mark.parametrize("loop", LOOPS, ids=lambda loop: loop.name)
def test_it_is_refuted_as_it_was_compiled(
    loop: Filter[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranges, "sign_of", lambda _: "u")
    program = generate(check(infer_filter(loop.function)))
    started = time.process_time()
    found = prove(loop.function, program, [Queue])
    assert found.verdict == REFUTED, found
    assert found.differences
    assert time.process_time() - started < 1


@pytest.mark.usefixtures("_no_random_inputs")
@pytest.mark.parametrize(
    "loop", [by_2_with_break, reads_below_the_array, writes_below_the_array], ids=lambda f: f.name
)
def test_z3_finds_an_input_by_itself(loop: Filter[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    test_it_is_refuted_as_it_was_compiled(loop, monkeypatch)
