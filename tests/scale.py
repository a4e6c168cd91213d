# SPDX-License-Identifier: Apache-2.0
"""How many random cases a run of the tests takes: all with `pytest --long`, else a tenth."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

SHARE = 10
#: Whether this run is `make long`; conftest.py sets it before any test is imported.
is_long = False


def full(count: int) -> int:
    """So many cases in a long run, a tenth of them in a short one, one at least."""
    return count if is_long else max(1, count // SHARE)


def some(values: Iterable[Any]) -> list[Any]:
    """Parameters, of which a short run takes every tenth only, from the first on."""
    given = [each if hasattr(each, "marks") else pytest.param(each) for each in values]
    return [
        each if place % SHARE == 0 else each._replace(marks=(*each.marks, pytest.mark.long))
        for place, each in enumerate(given)
    ]
