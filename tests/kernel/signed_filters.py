# SPDX-License-Identifier: Apache-2.0
"""Filters with signed numbers, compiled outside: the idioms, and some of the law of agreement."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import count, islice
from random import Random

from kernel.carried import plain
from kernel.idioms import Idiom, idioms
from kernel.signed import Entry, Given, Left
from laws.agreement import LIMITS, Written, checked, expected, random_input, written
from laws.coverage import Coverage
from lightexit.compiler import generate
from lightexit.errors import AuthorError
from lightexit.verifier import verify

RANDOM = 200
INPUTS_OF_IDIOM, INPUTS = 16, 5
#: Of the kinds that `laws.coverage` counts.
_SIGNED = re.compile(r"\b(signed|i(8|16|32|64)|(below|across|passes) 0|index below)\b")


def describe() -> str:
    """All of them as JSON; takes some 20 s."""
    every = (*of_idioms(idioms()), *islice(_random(), RANDOM))
    return json.dumps([asdict(entry) for entry in every])


def is_signed(kind: str) -> bool:
    """Whether a kind of `laws.coverage` has to do with signs."""
    return _SIGNED.search(kind) is not None


def of_idioms(some: Iterable[Idiom]) -> Iterator[Entry]:
    """Idioms with runs. A guest's accesses may run those that load with masks."""
    for name, source, loops in some:
        filter_, random = checked(source), Random(name)
        runs = [_run(filter_, random) for _ in range(INPUTS_OF_IDIOM)]
        yield Entry(name, plain(name, generate(filter_.typed)), source, not loops, runs)


def _random() -> Iterator[Entry]:
    """Random filters without end, those left out whose proof takes long.

    They loop over arrays, which Linux takes without masks only.
    """
    for seed in count():
        random, name = Random(seed), f"seed {seed}"
        try:
            filter_ = written(random)
        except AuthorError:
            continue
        program = generate(filter_.typed)
        if _has_signs(filter_) and verify(program, LIMITS).accepted:
            runs = [_run(filter_, random) for _ in range(INPUTS)]
            yield Entry(name, plain(name, program), filter_.source, False, runs)


def _has_signs(filter_: Written) -> bool:
    coverage = Coverage()
    coverage.note(filter_.source, filter_.typed)
    return any(map(is_signed, coverage.counts))


def _run(filter_: Written, random: Random) -> tuple[Given, Left]:
    """A random input, and what CPython makes of it."""
    given, (_, function, _) = random_input(random), filter_
    left = expected(function, given)
    states = given.states[: len(left.states)]
    return (
        Given(given.context.hex(), _hex(states)),
        Left(int(left.verdict), left.context.hex(), _hex(left.states)),
    )


def _hex(parts: Iterable[bytes]) -> list[str]:
    return [part.hex() for part in parts]
