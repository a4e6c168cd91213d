# SPDX-License-Identifier: Apache-2.0
"""The native bus does what the definition says, and the law notices where it would not.

`python -m laws.accesses --count N`, in tests/, takes as many cases as one likes.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

import scale
from laws.accesses import Access, DisagreementError, Toggle, difference, hold, random_case, search
from laws.bus_sides import Case, Place
from laws.definition_mutants import MUTANTS, filters_misfits
from lightexit.abi import Space
from lightexit.bus import definition

CASES = scale.full(60)
#: The most cases that a mutant may survive.
PATIENCE = 100


def test_the_native_bus_agrees_with_the_definition() -> None:
    seen = search(0, CASES)
    assert min(seen["handled"], seen["passed"], seen["unclaimed"]) > 3 * CASES
    assert min(seen["Toggle"], seen["Replace"], seen["Budget"], seen["Wait"]) > CASES // 2


@pytest.mark.parametrize(
    ("wrong", "where", "name"), [pytest.param(*each, id=each[0].__name__) for each in MUTANTS]
)
def test_the_law_notices(
    monkeypatch: pytest.MonkeyPatch, wrong: Callable[..., Any], where: object, name: str
) -> None:
    monkeypatch.setattr(where, name, wrong)
    assert any(difference(*random_case(Random(number))) for number in range(PATIENCE))


def test_a_failure_is_printed_as_code_reduced_to_a_minimum(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(definition, "_registers", filters_misfits)
    case = Case((((Place(Space.PIO, 0x40, 4, width=4, filter="look"),),),))
    noise = Access(None, Space.MMIO, 0x40, 4)
    with pytest.raises(DisagreementError) as caught:
        hold(case, noise, Toggle(0), noise, Access(1, Space.PIO, 0x41, 2), noise)
    assert str(caught.value) == (
        "step 1, Access(cpu=1, space=Space.PIO, address=65, size=2, value=None, busy=None): "
        "answer: 0xf861 on the bus, 0x2 by definition\n"
        "hold(\n"
        "    Case(devices=(((Place(space=Space.PIO, base=64, size=4, offset=0, width=4, "
        "filter='look', states=()),),),), start_ns=0, step_ns=0, timed=False, refuses=False),\n"
        "    Toggle(device=0, layout=0),\n"
        "    Access(cpu=1, space=Space.PIO, address=65, size=2, value=None, busy=None),\n"
        ")"
    )
