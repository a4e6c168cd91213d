# SPDX-License-Identifier: Apache-2.0
"""What a campaign's examples are made from: numbers of one seed, the same in every process.

Hypothesis's own way depends on which modules are loaded (it takes constants from them), and tries
what is like examples before. A backend of it (hypothesis: "Alternative backends") draws instead;
what it finds is made smaller by hypothesis.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, PrimitiveProvider

_NAME = "lightexit"
#: One in so many numbers is the least or the greatest that it may be.
_EDGES = 8
#: Ranges of fewer numbers are drawn from evenly; of others, small numbers as often as large ones.
_EVEN = 256


@contextmanager
def drawing(seed: int) -> Iterator[str]:
    """Within, hypothesis has a backend of this name that draws from the seed."""

    class FromSeed(_FromRandom):
        random = Random(seed)

    AVAILABLE_PROVIDERS[_NAME] = FromSeed
    try:
        yield _NAME
    finally:
        del AVAILABLE_PROVIDERS[_NAME]


class _FromRandom(PrimitiveProvider):
    random: Random

    def draw_boolean(self, p: float = 0.5) -> bool:
        return self.random.random() < p

    def draw_integer(
        self,
        min_value: int | None = None,
        max_value: int | None = None,
        *,
        weights: dict[int, float] | None = None,
        shrink_towards: int = 0,
    ) -> int:
        if weights:
            return self.random.choices(list(weights), list(weights.values()))[0]
        least = -(2**127) if min_value is None else min_value
        most = 2**127 if max_value is None else max_value
        if self.random.randrange(_EDGES) == 0:
            return self.random.choice([least, most])
        if most - least < _EVEN:
            return self.random.randint(least, most)
        return self._of_any_length(least, most, min(max(shrink_towards, least), most))

    def _of_any_length(self, least: int, most: int, centre: int) -> int:
        """Any distance from the centre has a length in bits, and all lengths are as likely."""
        room = (
            most - centre if self.random.randrange(most - least) < most - centre else least - centre
        )
        distance = self.random.getrandbits(self.random.randint(0, abs(room).bit_length()))
        return centre + int(math.copysign(1, room)) * min(distance, abs(room))

    def draw_float(
        self,
        *,
        min_value: float = -math.inf,
        max_value: float = math.inf,
        allow_nan: bool = True,
        smallest_nonzero_magnitude: float,
    ) -> float:
        least, most = max(min_value, -1e300), min(max_value, 1e300)
        value = self.random.uniform(least, most)
        return value if abs(value) >= smallest_nonzero_magnitude else max(least, min(0.0, most))

    def draw_string(self, intervals: Any, *, min_size: int = 0, max_size: int = 100) -> str:
        return "".join(
            intervals.char_in_shrink_order(self.random.randrange(len(intervals)))
            for _ in range(self._size(min_size, max_size))
        )

    def draw_bytes(self, min_size: int = 0, max_size: int = 100) -> bytes:
        return self.random.randbytes(self._size(min_size, max_size))

    def _size(self, least: int, most: int) -> int:
        return self.random.randint(least, min(most, least + 100))
