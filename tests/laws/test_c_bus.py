# SPDX-License-Identifier: Apache-2.0
"""liblightexit's bus does what the definition says, and the law notices where it would not.

`python -m laws.c_bus --count N`, in tests/, takes as many cases as one likes.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

import scale
from laws.c_bus import difference, random_case, search
from laws.definition_mutants import MUTANTS
from lib import native

pytestmark = pytest.mark.skipif(bool(native.MISSING), reason=native.MISSING)

CASES = scale.full(100)
#: The most cases that a mutant may survive.
PATIENCE = 100
#: Mutants of what the library has not: see laws/library.py.
_NOT_HERE = {
    "is_free_of_charge",
    "tells_too_late",
    "splits_what_nobody_claims",
    "takes_what_is_refused",
}
_MUTANTS = [each for each in MUTANTS if each[0].__name__ not in _NOT_HERE]


def test_the_library_does_what_the_definition_says() -> None:
    seen = search(0, CASES)
    assert min(seen["handled"], seen["passed"]) > 2 * CASES
    assert min(seen["Toggle"], seen["Replace"], seen["Wait"]) > CASES // 2


@pytest.mark.parametrize(
    ("wrong", "where", "name"), [pytest.param(*each, id=each[0].__name__) for each in _MUTANTS]
)
def test_the_law_notices(
    monkeypatch: pytest.MonkeyPatch, wrong: Callable[..., Any], where: object, name: str
) -> None:
    monkeypatch.setattr(where, name, wrong)
    assert any(difference(*random_case(Random(number))) for number in range(PATIENCE))
