# SPDX-License-Identifier: Apache-2.0
"""Programs with map look-ups: what is accepted here, the kernel's verifier accepts.

`python -m laws.lookups --count N`, in tests/, takes as many as one likes.
"""

from __future__ import annotations

import pytest

import scale
from engine.running import needs_kernel
from laws.lookups import search
from lightexit.verifier import value

PROGRAMS, PARTS = 800, 4


@needs_kernel
@pytest.mark.parametrize("part", range(scale.full(PARTS)))
def test_nothing_is_accepted_that_linux_refuses_for_safety(part: int) -> None:
    each = PROGRAMS // PARTS
    outcomes = search(part * each, each)
    assert outcomes["here accepted, kernel accepted"] > each // 2
    assert outcomes["here refused, kernel refused"] > each // 6
    assert not outcomes["here refused, kernel accepted"]


@needs_kernel
def test_the_law_notices_pointers_that_are_not_linked(monkeypatch: pytest.MonkeyPatch) -> None:
    def only_numbers(self: value.Links, old: value.Value, new: value.Value) -> bool:
        return isinstance(old, value.Pointer) or _HOLD(self, old, new)

    monkeypatch.setattr(value.Links, "hold", only_numbers)
    with pytest.raises(AssertionError, match="map_value_or_null"):
        search(0, 400)


_HOLD = value.Links.hold
