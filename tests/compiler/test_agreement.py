# SPDX-License-Identifier: Apache-2.0
"""The law of agreement on 5,000 random filters, or a tenth; `laws.agreement` takes any number."""

from __future__ import annotations

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest

import scale
from laws.agreement import Bench, Tally, try_program, written
from laws.coverage import Coverage
from lightexit.compiler.lowering import division, ranges
from lightexit.compiler.lowering.lower import _Lowering
from lightexit.errors import AuthorError

FOLDER = TemporaryDirectory(prefix="lightexit-")
PROGRAMS, SHARDS = 5000, 40
BENCH = Bench(Path(FOLDER.name), every=10)


@pytest.mark.parametrize("shard", range(scale.full(SHARDS)))
def test_random_filters_do_what_cpython_does(shard: int) -> None:
    tally, each = Tally(), PROGRAMS // SHARDS
    for seed in range(shard * each, (shard + 1) * each):
        try_program(seed, BENCH, tally)
    assert tally.refused.total() < each / 10, tally.refused
    assert tally.complex + len(tally.beyond_linux) <= each / 50
    assert tally.handled > each
    assert tally.faults > each / 10


@pytest.mark.long
def test_these_programs_are_of_every_kind() -> None:
    coverage = Coverage()
    for seed in range(PROGRAMS):
        try:
            source, _, typed = written(Random(seed))
        except AuthorError:
            continue
        coverage.note(source, typed)
        if seed % 100 == 0 and not coverage.missing():
            return
    assert not coverage.missing()


#: Where to begin, lest what is found late is searched for in every run.
FIRST = {"the sign of a counter": 129}
#: What is broken, where, how, and what the law finds then.
BROKEN: dict[str, tuple[object, str, Any, str]] = {
    "the sign of a counter": (ranges, "sign_of", lambda _: "u", "differs from CPython"),
    "the sign of a quotient": (
        division,
        "_is_quotient_below_0",
        lambda *_: "false",
        "differs from CPython",
    ),
    "the sign of a field": (
        _Lowering,
        "_extended",
        lambda self, expr, value, bits: self.emit.value(expr.span, f"zext i{bits} {value} to i64"),
        "differs from CPython",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_the_law_of_agreement_notices_wrong_code(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, attribute, wrong, found = BROKEN[name]
    monkeypatch.setattr(owner, attribute, wrong)
    assert any(_finds(seed, found) for seed in range(FIRST.get(name, 100), PROGRAMS))


def _finds(seed: int, found: str) -> bool:
    try:
        try_program(seed, BENCH, Tally())
    except AssertionError as error:
        return found in str(error)
    return False
