# SPDX-License-Identifier: Apache-2.0
"""Every concrete step of a run lies within a state that the verifier saw: 50,000 runs in all.

`python -m laws.soundness --runs N`, in tests/, takes as many as one likes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import scale
from laws.soundness import search
from lightexit.verifier import analysis, bounds, compare, scalar, tnum, transfer
from lightexit.verifier.bounds import Bounds
from lightexit.verifier.cells import Cells
from lightexit.verifier.rounds import Guess, Place, Plan
from lightexit.verifier.scalar import Scalar
from lightexit.verifier.state import State
from lightexit.verifier.tnum import Tnum
from lightexit.verifier.value import Number, Value

#: Of each program; a few programs are refused, and not run.
PROGRAMS, RUNS, PARTS = 1000, 80, 20


@pytest.mark.parametrize("part", range(scale.full(PARTS)))
def test_every_step_of_a_run_is_covered_by_a_proved_state(part: int) -> None:
    each = PROGRAMS // PARTS
    tally = search(part * each, programs=each, runs=RUNS)
    assert tally.runs >= 50_000 // PARTS, f"{tally}: the programs are too wild to tell anything"
    assert tally.steps > 20 * tally.runs


@pytest.fixture
def no_caches() -> Iterator[None]:
    """Nothing computed before, and nothing left behind: for wrong domain operations."""
    _forget()
    yield
    _forget()


def _forget() -> None:
    for module in (scalar, compare):
        for function in vars(module).values():
            if hasattr(function, "cache_clear"):
                function.cache_clear()


def _lsh_too_low(a: Bounds, b: Bounds, width: int) -> Bounds:
    result = bounds.lsh(a, b, width)
    return result._replace(umax=max(result.umin, result.umax - 1))


def _add_without_carries(a: Tnum, b: Tnum, full: int) -> Tnum:
    mask = a.mask | b.mask
    return Tnum(a.value + b.value & ~mask & full, mask)


def _mod_one_too_low(a: Bounds, b: Bounds, width: int) -> Bounds:
    result = bounds.mod(a, b, width)
    return result._replace(umax=max(result.umin, result.umax - 1))


def _stored_over_what_lies_before(cells: Cells, start: int, size: int) -> Iterator[int]:
    return (at for at in range(start, start + size) if at in cells.items)


def _symbol_without_delta(name: str, width: int, left: Value, right: Value) -> Value:
    result = _ARITHMETIC(name, width, left, right)
    if isinstance(left, Number) and isinstance(result, Number) and result.symbol:
        return result._replace(delta=left.delta)
    return result


def _not_extended(a: Scalar, source_width: int, width: int) -> Scalar:
    return scalar.truncate(a, min(source_width, width))


_ARITHMETIC = transfer._arithmetic
#: Where to begin, lest what is found late is searched for in every run.
FIRST = {"bits of a union": 7073, "links of a sum": 7054}
#: What is broken, where, and how.
BROKEN: dict[str, tuple[object, str, Any]] = {
    "bounds of a shift": (scalar._SHIFTS, "lsh", _lsh_too_low),
    "bounds of a remainder": (scalar._BOUNDED, "mod", _mod_one_too_low),
    "bits of a sum": (scalar._RING, "add", (_add_without_carries, bounds.add)),
    "bits of a union": (scalar._RING, "or", (lambda a, b, _: tnum.and_(a, b), bounds.or_)),
    "what a branch teaches": (
        compare._CONDITIONS,
        "jle",
        lambda a, b: compare._less(a, b, 1),
    ),
    "sign extension": (scalar, "sign_extend", _not_extended),
    "links of a sum": (transfer, "_arithmetic", _symbol_without_delta),
    "partial overwriting": (Cells, "_overlapping", _stored_over_what_lies_before),
}


@pytest.mark.usefixtures("no_caches")
@pytest.mark.parametrize("name", scale.part(BROKEN, 4))
def test_the_law_notices_unsound_operations(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, attribute, wrong = BROKEN[name]
    if isinstance(owner, dict):
        monkeypatch.setitem(owner, attribute, wrong)
    else:
        monkeypatch.setattr(owner, attribute, wrong)
    with pytest.raises(AssertionError, match="outside all states"):
        search(FIRST.get(name, 7050), programs=200, runs=20)


def test_every_step_of_a_run_is_covered_by_a_widened_state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysis, "_PATIENCE", 1)
    assert search(4000, programs=20, runs=10).steps > 1000


def test_the_law_notices_a_widening_that_drops_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysis, "_PATIENCE", 1)
    monkeypatch.setattr(analysis, "merged", lambda old, new, symbols: old)
    with pytest.raises(AssertionError, match="outside all states"):
        search(4000, programs=60, runs=10)


def _one_step_short(self: Plan, place: Place, guess: Guess) -> scalar.Scalar | None:
    span = _SPAN(self, place, guess)
    return span if span is None or span.umax < 2 else scalar.between(span.umin, span.umax - 1)


def _without_what_is_kept(self: Plan, state: State) -> bool:
    return True


_SPAN = Plan._span


@pytest.mark.parametrize(
    ("method", "wrong"), [("_span", _one_step_short), ("returns", _without_what_is_kept)]
)
def test_the_law_notices_a_wrong_guess(
    method: str, wrong: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is guessed of all rounds must be proved."""
    monkeypatch.setattr(Plan, method, wrong)
    with pytest.raises(AssertionError, match=r"outside all states|proved at most"):
        search(4000, programs=100, runs=10)
