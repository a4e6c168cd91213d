# SPDX-License-Identifier: Apache-2.0
"""The law of delivery, and that it covers every way."""

from __future__ import annotations

import collections

import scale
from laws.delivery import ENDLESS, draw, run

CASES = scale.full(400)


def test_native_delivery_does_what_the_definition_says() -> None:
    native: collections.Counter[tuple[str, int]] = collections.Counter()
    for seed in range(CASES):
        case = draw(seed)
        result, expected = run(case, native=True), run(case, native=False)
        if ENDLESS in (result.exit, expected.exit):
            continue
        assert result == expected, (seed, case.mode, case.event, case.ring)
        native[case.mode, case.ring] += result.was_native
    ways = [("real", 0), ("protected", 0), ("protected", 3), ("long", 0), ("long", 3)]
    assert min(native[each] for each in ways) >= CASES // 40, native
