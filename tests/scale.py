# SPDX-License-Identifier: Apache-2.0
"""How many cases a run of the tests takes: all with `pytest --long`, else a tenth.

A test that takes long and has no cases to leave out is marked `long`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

Value = TypeVar("Value")

SHARE = 10
#: Of a property, where its test does not say how many; hypothesis's own number in a long run.
EXAMPLES = 20
#: Whether this run is `make long`; conftest.py sets it before any test is imported.
is_long = False


def full(count: int) -> int:
    """So many cases in a long run, a tenth of them in a short one, one at least."""
    return count if is_long else max(1, count // SHARE)


def part(values: Iterable[Value], share: int = SHARE) -> list[Value]:
    """All of them in a long run, one of so many in a short one, from the first on."""
    return list(values)[:: 1 if is_long else share]
